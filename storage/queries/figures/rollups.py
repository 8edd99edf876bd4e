"""Roll-ups written: a day's figures in place of what was counted of it before, and its month's sums."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, delete, func, insert, literal, select
from sqlalchemy.orm import Session

from storage.models import CountedDay, FigureCost, Figures, FigureSpan, InboundMessage, Ticket
from storage.queries.figures.reading import ALL, FLOWS, STOCK
from storage.queries.inserting import insert_all, insert_missing
from storage.queries.one_at_a_time import one_at_a_time

DAY, MONTH = "day", "month"
COUNTING = 20_262
TABLES: tuple[Any, ...] = (Figures, FigureSpan, FigureCost)
Row = dict[str, Any]


class Rows(NamedTuple):
    """What was counted of a day, as rows of the three tables without their span and first day."""

    figures: Sequence[Row]
    spans: Sequence[Row]
    costs: Sequence[Row]


def last_counted(session: Session) -> datetime | None:
    """When anything was counted last; None before the first time."""
    return session.scalar(select(func.max(CountedDay.counted_at)))


def counted_days(session: Session) -> dict[date, datetime]:
    """All days that were counted, and when last."""
    return dict(session.execute(select(CountedDay.day, CountedDay.counted_at)).all())


def began(session: Session) -> datetime | None:
    """When the first message or ticket came; None where nothing has happened."""
    first = (select(func.min(InboundMessage.received_at)), select(func.min(Ticket.created_at)))
    found = [at for at in map(session.scalar, first) if at is not None]
    return min(found, default=None)


def alone(session: Session, day: date) -> None:
    """Wait until nobody else counts in the month of ``day``, and keep others out until the transaction ends."""
    one_at_a_time(session, COUNTING, f"{day:%Y-%m}")


def counted_at(session: Session, day: date) -> datetime | None:
    return session.scalar(select(CountedDay.counted_at).where(CountedDay.day == day))


def replace_day(session: Session, day: date, rows: Rows, now: datetime) -> None:
    """Write what was counted of a day in place of what was counted of it before."""
    for table, found in zip(TABLES, rows, strict=True):
        session.execute(delete(table).where(table.span == DAY, table.first == day))
        insert_all(session, table, [{"span": DAY, "first": day, **row} for row in found])
    insert_missing(session, CountedDay, {"day": day, "counted_at": now})
    session.get_one(CountedDay, day).counted_at = now


def replace_month(session: Session, first: date, last: date) -> None:
    """Add up the days from ``first`` to ``last``, a month's; what stood is what stood on the last of them."""
    for table in TABLES:
        session.execute(delete(table).where(table.span == MONTH, table.first == first))
    _sum(session, Figures, first, last, (), _sums_of_figures(session, first, last))
    _sum(session, FigureSpan, first, last, ("measure", "bucket"), _sums(FigureSpan, ("tickets",)))
    _sum(session, FigureCost, first, last, ("currency",), _sums(FigureCost, ("received", "sent", "amount")))


def _sum(
    session: Session,
    table: Any,
    first: date,
    last: date,
    apart: Sequence[str],
    sums: dict[str, ColumnElement[Any]],
) -> None:
    """One row for each key, and for each value of the columns ``apart``."""
    kept = [getattr(table, name) for name in ("dimension", "key", *apart)]
    added = (
        select(literal(MONTH), literal(first, table.first.type), *kept, *sums.values())
        .where(*_days(table, first, last))
        .group_by(*kept)
    )
    names = ["span", "first", "dimension", "key", *apart, *sums]
    session.execute(insert(table).from_select(names, added, include_defaults=False))


def _sums_of_figures(session: Session, first: date, last: date) -> dict[str, ColumnElement[Any]]:
    latest = session.scalar(
        select(func.max(Figures.first)).where(*_days(Figures, first, last), Figures.dimension == ALL)
    )
    stood = {
        name: func.sum(case((Figures.first == latest, getattr(Figures, name)), else_=0)).label(name)
        for name in STOCK
    }
    return {**_sums(Figures, FLOWS), **stood}


def _sums(table: Any, names: Sequence[str]) -> dict[str, ColumnElement[Any]]:
    return {name: func.sum(getattr(table, name)) for name in names}


def _days(table: Any, first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    return (and_(table.span == DAY, table.first.between(first, last)),)
