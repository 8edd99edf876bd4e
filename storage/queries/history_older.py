"""Rows that were there before the chains: read in batches, and given their links."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, select, text, tuple_
from sqlalchemy.orm import Session

from storage.models import AuditEntry, Ticket, TicketEvent
from storage.queries.history import Histories
from storage.queries.history_walk import Raw, audit_rows, event_rows, made

LINK = "UPDATE {table} SET salt = :salt, digest = :digest, link = :link, position = :position WHERE id = :id"
CHAIN = (
    "INSERT INTO chains (name, head, length) VALUES (:name, :head, :length) "
    "ON CONFLICT (name) DO UPDATE SET head = excluded.head, length = excluded.length"
)


class Stood(NamedTuple):
    """Where a chain stands."""

    head: str
    length: int


def unlinked_events(session: Session, after: tuple[int, int], until: int | None, limit: int) -> Sequence[Raw]:
    """The next rows without a link behind this ticket and row, with an id below ``until``; locked."""
    one = TicketEvent
    return _unlinked(session, one, event_rows(session), (one.ticket_id, one.id), after, until, limit)


def unlinked_audit(session: Session, after: tuple[str, int], until: int | None, limit: int) -> Sequence[Raw]:
    """The same of the audit, behind this subject and row."""
    one = AuditEntry
    return _unlinked(session, one, audit_rows(session), (one.subject, one.id), after, until, limit)


def _unlinked(
    session: Session,
    model: Histories,
    rows: Select[Any],
    order: tuple[Any, Any],
    after: tuple[Any, int],
    until: int | None,
    limit: int,
) -> Sequence[Raw]:
    rows = rows.where(model.link.is_(None), tuple_(*order) > tuple_(*after))
    if until is not None:
        rows = rows.where(model.id < until)
    return [made(row) for row in session.execute(rows.order_by(*order).limit(limit).with_for_update())]


def numbers_of(session: Session, ticket_ids: Iterable[int]) -> dict[int, str]:
    """Tickets' numbers by their ids."""
    found = session.execute(select(Ticket.id, Ticket.number).where(Ticket.id.in_(set(ticket_ids))))
    return {row.id: row.number for row in found}


def write_links(
    session: Session, model: Histories, rows: Sequence[dict[str, Any]], heads: dict[str, Stood]
) -> None:
    """Give rows their links, and chains their new ends."""
    connection = session.connection()
    ends = [{"name": name, "head": heads[name].head, "length": heads[name].length} for name in sorted(heads)]
    if rows:
        connection.execute(text(LINK.format(table=model.__tablename__)), rows)
        connection.execute(text(CHAIN), ends)
