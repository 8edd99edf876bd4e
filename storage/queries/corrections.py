"""What people decided about messages that the system was not sure of."""

from collections.abc import Sequence

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from storage.models import Conversation, Handover, InboundMessage, Ticket
from storage.queries.sealing import is_near_sealed


def filed_by_people(session: Session) -> Sequence[Row[str, str, str]]:
    """Text, kind and service of each handover that a person filed as a report, oldest first.

    Filing answers the handover and opens the ticket at the same moment; that tells it from a ticket that the
    message had anyway. What was told in confidence is no training data.
    """
    return session.execute(
        select(Handover.text, Ticket.kind, Ticket.service)
        .join(InboundMessage, InboundMessage.id == Handover.inbound_id)
        .join(Ticket, Ticket.id == InboundMessage.ticket_id)
        .where(
            Handover.answered_by.is_not(None), Handover.answer.is_(None), Ticket.created_at == Handover.answered_at
        )
        .where(~Ticket.sealed)
        .order_by(Handover.id)
    ).all()


def left_unsure(session: Session, reason: str) -> Sequence[str]:
    """Texts of handovers for this reason that no person filed as a report, oldest first.

    Not those of people who have told something in confidence: nobody knows what else belongs to it.
    """
    filed = (
        select(Ticket.id)
        .join(InboundMessage, InboundMessage.ticket_id == Ticket.id)
        .where(InboundMessage.id == Handover.inbound_id, Ticket.created_at == Handover.answered_at)
    )
    unsure = (
        select(Handover.text)
        .join(Conversation, Conversation.id == Handover.conversation_id)
        .where(Handover.reason == reason, ~filed.exists(), ~is_near_sealed())
    )
    return session.scalars(unsure.order_by(Handover.id)).all()
