"""The tickets behind a figure, from the same facts that it is counted from."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, func, select, true
from sqlalchemy.orm import Session

from storage.models import CountedDay, Figures, FigureSpan, Ticket
from storage.queries.figures import facts, messages, stock
from storage.queries.figures.facts import Facts, Keys
from storage.queries.figures.reading import AGENCY, AGENCY_SERVICE, ALL, AREA, CHANNEL, FLOWS, SERVICE, STOCK
from storage.queries.figures.rollups import DAY

Source = Callable[[datetime, datetime], Facts]
# The measures of spans: what is counted as ``confirmed`` is what took so long.
SOURCES: Mapping[str, Source] = {
    **dict.fromkeys(
        ("filed", "urgent", "claimed", "confirmed", "silent", "unreachable", "withdrawn", "rejected", "delivered",
         "duplicate", "reopened", "misrouted", "rated", "stars"),
        facts.events,
    ),
    "in_time": facts.met,
    "late": facts.missed,
    "answered": facts.answered,
    "alarm": facts.alarm,
    **dict.fromkeys(("received", "alone", "asked", "by_people", "wrong"), messages.received),
    "sent": messages.sent,
    **dict.fromkeys(STOCK, lambda _start, end: stock.stock(end)),
}  # fmt: skip
ABOUT_MESSAGES = frozenset({"received", "sent", "alone", "asked", "by_people", "wrong"})


# What these add up is not tickets; behind them are those of another figure.
TICKETS_OF = {"stars": "rated", "open_days": "open"}


class Behind(NamedTuple):
    """A page of the tickets behind a figure, newest first, and how many there are in all.

    A ticket stands in it once for each time that it counted; of figures about messages, once. So many of this page
    are ``covered``: sealed, and left out for whoever may not know which they are.
    """

    ids: list[int]
    total: int
    covered: int = 0


class Found(NamedTuple):
    """A ticket that counted once."""

    ticket_id: int
    sealed: bool


def by_day(session: Session, figure: str, days: tuple[date, date], of: tuple[str, str]) -> list[tuple[date, int]]:
    """On which days, both included, a figure counted anything of a key, and how much; the latest first."""
    dimension, key = of
    table: Any = Figures if figure in FLOWS or figure in STOCK else FigureSpan
    value = getattr(Figures, figure) if table is Figures else func.sum(FigureSpan.tickets)
    measured = true() if table is Figures else FigureSpan.measure == figure
    which = and_(table.span == DAY, table.first.between(*days), table.dimension == dimension, table.key == key)
    found = select(table.first, value).where(which, measured).order_by(table.first.desc())
    rows = session.execute(found.where(value > 0) if table is Figures else found.group_by(table.first))
    return [(day, count) for day, count in rows]


def last_day(session: Session, days: tuple[date, date]) -> date | None:
    """The last of these days, both included, that was counted."""
    return session.scalar(select(func.max(CountedDay.day)).where(CountedDay.day.between(*days)))


def tickets(
    session: Session,
    figure: str,
    bounds: tuple[datetime, datetime],
    of: tuple[str, str],
    limit: int,
    offset: int = 0,
) -> list[Found]:
    """Some of the tickets that ``figure`` counted within ``bounds``, newest first; ``of``: dimension and key."""
    rows = _listed(SOURCES[figure](*bounds), figure, *of).subquery()
    found = select(rows.c.ticket_id, Ticket.sealed).join(Ticket, Ticket.id == rows.c.ticket_id)
    newest = found.order_by(rows.c.at.desc(), rows.c.ticket_id.desc())
    return [Found(*row) for row in session.execute(newest.limit(limit).offset(offset))]


def _listed(source: Facts, figure: str, dimension: str, key: str) -> Select[Any]:
    """Each row that counts, as ``ticket_id`` and ``at``."""
    which = and_(source.figures[figure].which, _of_key(source.keys, dimension, key), source.ticket_id.is_not(None))
    return source.rows.add_columns(source.ticket_id.label("ticket_id"), source.at.label("at")).where(which)


def _of_key(keys: Keys, dimension: str, key: str) -> ColumnElement[bool]:
    agency, _, service = key.partition("/")
    conditions: dict[str, tuple[ColumnElement[bool], ...]] = {
        ALL: (false(),) if key else (),
        AGENCY: (keys.agency == key,),
        SERVICE: (keys.service == key,),
        AREA: (keys.area == key,),
        CHANNEL: (keys.channel == key,),
        AGENCY_SERVICE: (keys.agency == agency, keys.service == service),
    }
    return and_(*conditions[dimension]) if conditions[dimension] else ~false()
