"""Reading chained histories from front to back, in parts, each as of one moment.

Columns come as the database has them: a row that somebody damaged must not stop the walk.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import LargeBinary, Select, Text, TextClause, cast, select, text, tuple_, type_coerce
from sqlalchemy.orm import Session

from storage.database import Database
from storage.models import AuditEntry, Chain, Ticket, TicketEvent
from storage.queries.history import Histories

NAMES_AT_ONCE = 500
ROWS_AT_ONCE = 1_000

ORPHANS = """
WITH named AS (
    SELECT name, CASE WHEN name LIKE 'before:%' THEN substr(name, 8) ELSE name END AS base
    FROM chains WHERE name > :after AND ended_at IS NULL ORDER BY name LIMIT :limit
)
SELECT name, CASE
    WHEN base LIKE 'ticket:%' THEN EXISTS (SELECT 1 FROM tickets t WHERE t.number = substr(base, 8))
    ELSE EXISTS (SELECT 1 FROM audit_entries a
                 WHERE a.subject = substr(base, 15) AND {month} = substr(base, 7, 7))
    END
FROM named ORDER BY name
"""


class Numbered(NamedTuple):
    """A ticket with a history. ``anonymised``: its time was over."""

    id: int
    number: str
    anonymised: bool


class Raw(NamedTuple):
    """One row. ``owner``: its ticket's id, or the audit's subject; ``at``: a text on SQLite; JSON as text."""

    id: int
    owner: Any
    at: Any
    values: tuple[Any, ...]
    payload: Any
    salt: bytes | None
    digest: str | None
    link: str | None
    position: Any


@contextmanager
def snapshot(database: Database) -> Iterator[Session]:
    """A transaction that reads everything as of one moment and holds up nobody."""
    options: dict[str, Any] = {"begin": "BEGIN"}
    if not database.is_sqlite:
        options["isolation_level"] = "REPEATABLE READ"
    with Session(database.engine) as session:
        session.connection(execution_options=options)
        yield session


def tickets_after(
    session: Session, after_id: int, limit: int, since: datetime | None, number: str | None
) -> Sequence[Numbered]:
    """The next tickets in the order of their ids; ``since``: only those to which something has happened."""
    found = select(Ticket.id, Ticket.number, Ticket.anonymised_at.is_not(None)).where(Ticket.id > after_id)
    if since is not None:
        found = found.where(Ticket.id.in_(select(TicketEvent.ticket_id).where(TicketEvent.at >= since)))
    if number is not None:
        found = found.where(Ticket.number == number)
    return [Numbered(*row) for row in session.execute(found.order_by(Ticket.id).limit(limit))]


def events_of(session: Session, tickets: Sequence[Numbered]) -> Iterator[Raw]:
    """The histories of ``tickets``, which follow each other, each from its first row on."""
    if not tickets:
        return
    one = TicketEvent
    rows = (
        event_rows(session)
        .where(one.ticket_id.in_([ticket.id for ticket in tickets]))
        .order_by(one.ticket_id, one.id)
    )
    for row in session.execute(rows.execution_options(yield_per=ROWS_AT_ONCE)):
        yield made(row)


def audit_after(session: Session, subject: str, row_id: int, since: datetime | None, only: bool) -> Sequence[Raw]:
    """The next rows behind one of ``subject``; ``only``: of none but that subject."""
    one = AuditEntry
    rows = audit_rows(session).where(tuple_(one.subject, one.id) > tuple_(subject, row_id))
    if since is not None:
        rows = rows.where(one.at >= since)
    if only:
        rows = rows.where(one.subject == subject)
    return [made(row) for row in session.execute(rows.order_by(one.subject, one.id).limit(ROWS_AT_ONCE))]


def stands(session: Session, names: Iterable[str]) -> dict[str, Chain]:
    """What the table of chains says about these."""
    wanted = list(names)
    found: dict[str, Chain] = {}
    for start in range(0, len(wanted), NAMES_AT_ONCE):
        some = select(Chain).where(Chain.name.in_(wanted[start : start + NAMES_AT_ONCE]))
        found |= {chain.name: chain for chain in session.scalars(some)}
        session.expunge_all()
    return found


def first_linked(session: Session, model: Histories) -> int | None:
    """The first row that was sealed when it was written; what comes behind it must be as well."""
    found: int | None = session.scalar(select(model.id).where(model.position > 0).order_by(model.id).limit(1))
    return found


def orphans_after(session: Session, after: str, limit: int) -> tuple[Sequence[str], Sequence[str]]:
    """The next chains by name that have not ended, and those of them without a ticket or without any row."""
    found = session.execute(_orphans(session.get_bind().dialect.name), {"after": after, "limit": limit}).all()
    return [name for name, _ in found], [name for name, is_there in found if not is_there]


def sealing_stopped(session: Session) -> bool:
    """Whether rows from before the chains have been sealed, but not all of them."""
    begun = select(Chain.name).where(Chain.name.startswith("before:"), Chain.ended_at.is_(None)).limit(1)
    if session.scalar(begun) is None:
        return False
    left = (select(model.id).where(model.link.is_(None)).limit(1) for model in (TicketEvent, AuditEntry))
    return any(session.scalar(one) is not None for one in left)


@cache
def _orphans(dialect: str) -> TextClause:
    month = "substr(a.at, 1, 7)" if dialect == "sqlite" else "to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM')"
    return text(ORPHANS.format(month=month))


def event_rows(session: Session) -> Select[Any]:
    """Rows of tickets' histories, for :func:`made`."""
    one = TicketEvent
    values = (one.kind, one.actor, one.status, one.agency, cast(one.data, Text))
    return _raw(session, one, one.ticket_id, values, type_coerce(one.note, LargeBinary))


def audit_rows(session: Session) -> Select[Any]:
    """Rows of the audit, for :func:`made`."""
    one = AuditEntry
    return _raw(session, one, one.subject, (one.user_id, one.action), cast(one.data, Text))


def _raw(session: Session, model: Histories, owner: Any, values: Sequence[Any], payload: Any) -> Select[Any]:
    at = cast(model.at, Text) if session.get_bind().dialect.name == "sqlite" else model.at
    chained = (model.salt, model.digest, model.link, model.position)
    return select(model.id, owner, at, payload, *chained, *values)


def made(row: Any) -> Raw:
    """A row of one of these two selects."""
    row_id, owner, at, payload, salt, digest, link, position, *values = row
    return Raw(row_id, owner, at, tuple(values), payload, salt, digest, link, position)
