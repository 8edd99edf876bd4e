"""The stored world around one turn, as the conversation looks at it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import rechecks
from bot.conversation import Situation, TicketView
from bot.rulebook import Rulebook
from bot.status import is_open
from storage.models import Conversation, InboundMessage, OutboundMessage, Ticket

TICKETS_IN_MIND = 20


def situation_of(session: Session, rulebook: Rulebook, conversation: Conversation, now: datetime) -> Situation:
    """The world around a turn: the citizen's tickets on all their channels, and what may be answered."""
    mine = select(Ticket).where(Ticket.citizen_id == conversation.citizen_id)
    rows = session.scalars(mine.order_by(Ticket.id.desc()).limit(TICKETS_IN_MIND))
    citizen = conversation.citizen
    return Situation(
        tickets=tuple(_view(ticket) for ticket in rows),
        held_by_person=conversation.held_by is not None,
        opted_out=citizen.opted_out_at is not None,
        blocked=citizen.blocked_at is not None,
        answerable=rulebook.answerable(now),
        advice=rulebook.advice,
        rechecking=rechecks.asked_last(session, conversation.id),
        understands=rulebook.understands,
    )


def _view(ticket: Ticket) -> TicketView:
    return TicketView(
        number=ticket.number,
        status=ticket.status,
        service=ticket.service,
        agency=ticket.agency,
        created_at=ticket.created_at,
        solve_by=ticket.solve_by,
        is_open=is_open(ticket.status),
        expected_on=ticket.expected_on,
        closed_at=ticket.closed_at,
        asked_at=ticket.asked_at,
        has_place=bool(ticket.place or ticket.latitude is not None),
        urgent=ticket.urgent,
        sealed=ticket.sealed,
        place=ticket.place,
        told=ticket.masked_story,
        may_be_rated=ticket.rating is None and ticket.kind == "lapor" and not ticket.sealed,
    )


def quoted_ticket(session: Session, messages: Sequence[InboundMessage]) -> str | None:
    """The number of the ticket that the message which was quoted last is about; None where nothing says."""
    quoted = next((found for message in reversed(messages) if (found := message.content.get("quoted"))), None)
    if quoted is None:
        return None
    about = (
        select(Ticket.number)
        .join(OutboundMessage, OutboundMessage.ticket_id == Ticket.id)
        .where(OutboundMessage.provider_id == quoted)
        .where(OutboundMessage.conversation_id == messages[-1].conversation_id)
    )
    return session.scalar(about.limit(1))
