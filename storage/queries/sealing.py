"""Sealed tickets: which there are, whose they are, and who has looked at them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased, defer
from sqlalchemy.sql.base import ExecutableOption

from storage.models import Conversation, Ticket, TicketEvent, User


def sealed_of(session: Session, citizen_ids: Collection[int]) -> dict[int, list[Ticket]]:
    """The sealed tickets of these citizens, without their stories, by citizen."""
    if not citizen_ids:
        return {}
    theirs = select(Ticket).where(Ticket.citizen_id.in_(citizen_ids), Ticket.sealed)
    found: dict[int, list[Ticket]] = {}
    for ticket in session.scalars(theirs.options(*_untold()).order_by(Ticket.id)):
        found.setdefault(ticket.citizen_id, []).append(ticket)
    return found


def sealed_in(session: Session, statuses: Collection[str], limit: int) -> Sequence[Ticket]:
    """The sealed tickets in one of these statuses, without their stories, the earliest deadline first."""
    found = select(Ticket).where(Ticket.sealed, Ticket.status.in_(statuses)).order_by(Ticket.solve_by, Ticket.id)
    return session.scalars(found.options(*_untold()).limit(limit)).all()


def was_seen(session: Session, ticket_id: int, kind: str, actor: str, since: datetime) -> bool:
    """Whether the history has such an event of that actor since then."""
    event = exists().where(
        TicketEvent.ticket_id == ticket_id,
        TicketEvent.kind == kind,
        TicketEvent.actor == actor,
        TicketEvent.at > since,
    )
    return bool(session.scalar(select(event)))


def emails_of(session: Session, actors: Collection[str]) -> dict[str, str]:
    """Whose accounts stand behind actors of the kind ``user:<id>``."""
    ids = {int(actor.removeprefix("user:")) for actor in actors if actor.startswith("user:")}
    if not ids:
        return {}
    rows = session.execute(select(User.id, User.email).where(User.id.in_(ids)))
    return {f"user:{user_id}": email for user_id, email in rows}


def is_near_sealed() -> ColumnElement[bool]:
    """For a query over conversations: whether their citizen has ever had a sealed ticket."""
    sealed = aliased(Ticket)
    return exists().where(sealed.citizen_id == Conversation.citizen_id, sealed.sealed)


def _untold() -> tuple[ExecutableOption, ...]:
    return defer(Ticket.story), defer(Ticket.masked_story), defer(Ticket.place)
