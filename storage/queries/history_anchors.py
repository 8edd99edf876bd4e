"""What somebody outside holds of the histories, when they were verified, and which have ended."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, Text, bindparam, cast, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.models import Anchor, AuditEntry, Chain, HistoryCheck, Ticket, TicketEvent
from storage.queries.history import Histories
from storage.queries.history_walk import ROWS_AT_ONCE
from storage.types import UtcDateTime


class Digest(NamedTuple):
    """An anchor's day of UTC and its digest."""

    day: date
    digest: str


def lock_anchors(session: Session) -> None:
    """Let nobody else write an anchor until this transaction is over."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE anchors IN SHARE ROW EXCLUSIVE MODE"))


def last_ids(session: Session) -> tuple[int, int]:
    """The newest row of the tickets' histories and of the audit; 0 where there is none."""
    return (
        session.scalar(select(func.max(TicketEvent.id))) or 0,
        session.scalar(select(func.max(AuditEntry.id))) or 0,
    )


def linked_events(session: Session, after: int, until: int) -> Iterator[tuple[str, int, str]]:
    """Ticket number, position and link of the rows behind ``after`` up to ``until``, by id."""
    one = TicketEvent
    rows = select(Ticket.number, one.position, one.link).join(Ticket, Ticket.id == one.ticket_id)
    return _linked(session, rows, one, after, until)


def linked_audit(session: Session, after: int, until: int) -> Iterator[tuple[str, datetime, int, str]]:
    """Subject, time, position and link of the audit's rows behind ``after`` up to ``until``, by id."""
    one = AuditEntry
    rows = select(one.subject, one.at, one.position, one.link)
    return _linked(session, rows, one, after, until)


def _linked(
    session: Session, rows: Select[*tuple[Any, ...]], model: Histories, after: int, until: int
) -> Iterator[Any]:
    wanted = rows.where(model.id > after, model.id <= until, model.link.is_not(None)).order_by(model.id)
    yield from session.execute(wanted.execution_options(yield_per=ROWS_AT_ONCE))


def anchors(session: Session) -> Sequence[Anchor]:
    """All of them, the oldest first."""
    return session.scalars(select(Anchor).order_by(Anchor.day)).all()


def last_anchor(session: Session) -> Anchor | None:
    """The newest."""
    return session.scalar(select(Anchor).order_by(Anchor.day.desc()).limit(1))


def newest_digest(session: Session) -> Digest | None:
    """The newest anchor as somebody outside keeps it, without its leaves."""
    row = session.execute(select(Anchor.day, Anchor.digest).order_by(Anchor.day.desc()).limit(1)).first()
    return Digest(*row) if row else None


def ended_names(session: Session) -> Iterator[str]:
    """The chains whose rows have gone because their time was over."""
    found = select(Chain.name).where(Chain.ended_at.is_not(None))
    yield from session.scalars(found.execution_options(yield_per=ROWS_AT_ONCE))


# -- the nightly verification -------------------------------------------------------------------------------------


def last_check(session: Session) -> HistoryCheck | None:
    """The verification that was begun last."""
    return session.scalar(select(HistoryCheck).order_by(HistoryCheck.id.desc()).limit(1))


def last_finished_check(session: Session) -> HistoryCheck | None:
    """The last one that came to its end."""
    done = select(HistoryCheck).where(HistoryCheck.finished_at.is_not(None))
    return session.scalar(done.order_by(HistoryCheck.id.desc()).limit(1))


# -- the end of chains --------------------------------------------------------------------------------------------


def end_chains(session: Session, names: Sequence[str], now: datetime) -> None:
    """Mark chains as ended, those of rows without a link as well."""
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    rows = [{"name": name, "head": "", "length": 0, "ended_at": now} for name in sorted(names)]
    statement = make(Chain).on_conflict_do_update(index_elements=["name"], set_={"ended_at": now})
    if rows:
        session.connection().execute(statement, rows)


def end_known(session: Session, names: Sequence[str], now: datetime) -> None:
    """Mark those of these chains that there are as ended."""
    statement = text("UPDATE chains SET ended_at = :now WHERE name = :name").bindparams(
        bindparam("now", type_=UtcDateTime)
    )
    if names:
        session.connection().execute(statement, [{"name": name, "now": now} for name in sorted(names)])


def audit_chains_before(session: Session, before: datetime) -> Sequence[tuple[str, str]]:
    """Month and subject of what the audit has from before that time."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    utc = AuditEntry.at if on_sqlite else func.timezone("UTC", AuditEntry.at)
    month = func.substr(cast(AuditEntry.at, Text), 1, 7) if on_sqlite else func.to_char(utc, "YYYY-MM")
    found = select(month, AuditEntry.subject).where(AuditEntry.at < before).distinct()
    return [(name, subject) for name, subject in session.execute(found)]
