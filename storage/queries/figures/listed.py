"""The tickets of a list behind a figure, as pages and tables show them."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import Ticket
from storage.queries.queue_conditions import slim

AT_ONCE = 500


def tickets(session: Session, ids: Collection[int]) -> dict[int, Ticket]:
    """By id, with the channel of each conversation, without what is encrypted."""
    found = select(Ticket).join(Ticket.conversation).where(Ticket.id.in_(ids)).options(*slim())
    return {ticket.id: ticket for ticket in session.scalars(found)}


def in_order(session: Session, ids: Sequence[int]) -> Iterator[Ticket]:
    """All of them in the order of ``ids``, read in parts."""
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        known = tickets(session, part)
        yield from (known[one] for one in part if one in known)
        session.expunge_all()
