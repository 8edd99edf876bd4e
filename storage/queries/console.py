"""What the coordinators' console looks at: few statements a page, none of them per row."""

from collections.abc import Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from storage.models import (
    FollowUp,
    InboundMessage,
    OutboundMessage,
    Ticket,
)


def ticket_in_full(session: Session, number: str) -> Ticket | None:
    """One ticket with its history and its conversation."""
    found = select(Ticket).where(Ticket.number == number)
    return session.scalar(found.options(joinedload(Ticket.conversation), selectinload(Ticket.events)))


def received(session: Session, conversation_id: int, limit: int) -> Sequence[InboundMessage]:
    """The newest messages of a conversation that came in."""
    mine = select(InboundMessage).where(InboundMessage.conversation_id == conversation_id)
    last = mine.order_by(InboundMessage.id.desc()).limit(limit)
    return session.scalars(last.options(defer(InboundMessage.raw))).all()


def written(
    session: Session, conversation_id: int, limit: int, ticket_id: int | None = None
) -> Sequence[OutboundMessage]:
    """The newest messages that went out in a conversation, and what its ticket's agency was written."""
    # Alarms to people on duty are outside any conversation too, but they are no letters.
    is_letter = or_(OutboundMessage.channel == "email", OutboundMessage.wording == "agency_case")
    to_agency = and_(OutboundMessage.ticket_id == ticket_id, is_letter)
    mine = OutboundMessage.conversation_id == conversation_id
    found = select(OutboundMessage).where(or_(mine, to_agency) if ticket_id else mine)
    return session.scalars(found.order_by(OutboundMessage.id.desc()).limit(limit)).all()


def planned(session: Session, ticket_id: int) -> Sequence[FollowUp]:
    """The follow-ups ahead of a ticket, the next first."""
    mine = select(FollowUp).where(FollowUp.ticket_id == ticket_id, FollowUp.state == "waiting")
    return session.scalars(mine.order_by(FollowUp.due_at, FollowUp.id)).all()
