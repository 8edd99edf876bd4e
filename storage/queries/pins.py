"""The open tickets for the map: all of them, those that changed, and what is told of a few."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session, defer

from storage.models import Ticket, TicketEvent


class PinRow(NamedTuple):
    """A ticket as the map keeps it."""

    id: int
    latitude: float | None
    longitude: float | None
    area: str | None
    service: str
    agency: str
    urgent: bool
    status: str
    solve_by: datetime
    created_at: datetime


def open_pins(session: Session, statuses: Collection[str]) -> list[PinRow]:
    """All open tickets that are not sealed, with and without a place."""
    return [PinRow(*row) for row in session.execute(_rows(statuses))]


def pins_of(session: Session, ticket_ids: Collection[int], statuses: Collection[str]) -> list[PinRow]:
    """Those of the tickets that are open and not sealed."""
    return [PinRow(*row) for row in session.execute(_rows(statuses).where(Ticket.id.in_(ticket_ids)))]


def changed_since(session: Session, since: datetime, limit: int) -> Sequence[int]:
    """The tickets, by id, to which something happened since then, up to ``limit`` events; some more than once."""
    # Asked for without doubles the database would rather go through the events of all tickets.
    happened = select(TicketEvent.ticket_id).where(TicketEvent.at >= since).order_by(TicketEvent.at).limit(limit)
    return session.scalars(happened).all()


def shown(session: Session, ticket_ids: Collection[int], statuses: Collection[str]) -> Sequence[Ticket]:
    """What a map or its list says of these tickets, as far as they are open and not sealed; overdue ones first."""
    found = select(Ticket).where(Ticket.id.in_(ticket_ids), is_on_map(statuses))
    untold = (defer(Ticket.story), defer(Ticket.place), defer(Ticket.masked_story))
    return session.scalars(found.order_by(Ticket.solve_by, Ticket.id).options(*untold)).all()


def is_on_map(statuses: Collection[str]) -> ColumnElement[bool]:
    """What is sealed is on no map, whoever looks."""
    return and_(Ticket.closed_at.is_(None), Ticket.status.in_(statuses), ~Ticket.sealed)


def _rows(statuses: Collection[str]) -> Select[Any]:
    columns = (getattr(Ticket, name) for name in PinRow._fields)
    return select(*columns).where(is_on_map(statuses))
