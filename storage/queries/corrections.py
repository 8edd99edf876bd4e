"""What people decided about messages that the system was not sure of."""

from collections.abc import Sequence

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from storage.models import AuditEntry, Conversation, Example, Handover, InboundMessage, Ticket
from storage.queries.sealing import is_near_sealed


def filed_by_people(session: Session) -> Sequence[Row[str, str, str]]:
    """Text, kind and service of each handover that a person filed before examples were kept, oldest first.

    That is before the audit began. Filing answers the handover and opens the ticket at the same moment; that tells
    it from a ticket that the message had anyway. What was told in confidence is no training data.
    """
    begun = session.scalar(select(func.min(AuditEntry.at)))
    found = (
        select(Handover.text, Ticket.kind, Ticket.service)
        .join(InboundMessage, InboundMessage.id == Handover.inbound_id)
        .join(Ticket, Ticket.id == InboundMessage.ticket_id)
        .join(Conversation, Conversation.id == Handover.conversation_id)
        .where(
            Handover.answered_by.is_not(None), Handover.answer.is_(None), Ticket.created_at == Handover.answered_at
        )
        .where(~Ticket.sealed, ~is_near_sealed())
    )
    earlier = found if begun is None else found.where(Handover.answered_at < begun)
    return session.execute(earlier.order_by(Handover.id)).all()


def left_unsure(session: Session, reason: str) -> Sequence[str]:
    """Texts of handovers for this reason whose meaning no person decided, oldest first.

    Not those of people who have told something in confidence: nobody knows what else belongs to it.
    """
    filed = (
        select(Ticket.id)
        .join(InboundMessage, InboundMessage.ticket_id == Ticket.id)
        .where(InboundMessage.id == Handover.inbound_id, Ticket.created_at == Handover.answered_at)
    )
    kept = select(Example.id).where(Example.inbound_id == Handover.inbound_id)
    unsure = (
        select(Handover.text)
        .join(Conversation, Conversation.id == Handover.conversation_id)
        .where(Handover.reason == reason, ~filed.exists(), ~kept.exists(), ~is_near_sealed())
    )
    return session.scalars(unsure.order_by(Handover.id)).all()
