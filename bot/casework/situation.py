"""The stored world around one turn, as the conversation looks at it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, defer

from bot.conversation import Situation, TicketView
from bot.incidents.duplicates import MAY_BE_PARTED
from bot.rulebook import Rulebook
from bot.status import Status, is_open
from storage.models import Conversation, InboundMessage, OutboundMessage, Ticket
from storage.queries import incidents, turns
from storage.queries.following import HELD_SINCE

TICKETS_IN_MIND = 20
LATEST_TICKETS = (
    select(Ticket, HELD_SINCE)
    .where(Ticket.citizen_id == bindparam("citizen"), Ticket.status != Status.DUPLICATE)
    .order_by(Ticket.id.desc())
    .limit(TICKETS_IN_MIND)
    .options(defer(Ticket.story))
)
QUOTED_TICKET = (
    select(Ticket.number)
    .join(OutboundMessage, OutboundMessage.ticket_id == Ticket.id)
    .where(OutboundMessage.provider_id == bindparam("quoted"))
    .where(OutboundMessage.conversation_id == bindparam("conversation"))
    .limit(1)
)


def situation_of(session: Session, rulebook: Rulebook, conversation: Conversation, now: datetime) -> Situation:
    """The world around a turn: the citizen's tickets on all their channels, and what may be answered."""
    citizen = conversation.citizen
    rows = session.execute(LATEST_TICKETS, {"citizen": citizen.id}).all()
    followers = incidents.followers_among(session, [ticket.id for ticket, _ in rows if ticket.incident_id])
    before = turns.before(session, conversation.id, citizen.id, Status.DUPLICATE, now - MAY_BE_PARTED)
    return Situation(
        tickets=tuple(view_of(ticket, follows=ticket.id in followers, since=since) for ticket, since in rows),
        repeated=before.repeated,
        held_by_person=conversation.held_by is not None,
        opted_out=citizen.opted_out_at is not None,
        blocked=citizen.blocked_at is not None,
        answerable=rulebook.answerable(now),
        advice=rulebook.advice,
        awaits_person=before.awaits_person,
        rechecking=(before.topic, before.asked_at) if before.topic and before.asked_at else None,
        understands=rulebook.understands,
    )


def view_of(ticket: Ticket, *, follows: bool = False, since: datetime | None = None) -> TicketView:
    """As much of a ticket as the conversation looks at."""
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
        outcome=ticket.outcome,
        asked_at=ticket.asked_at,
        has_place=bool(ticket.place or ticket.latitude is not None),
        is_report=ticket.kind == "lapor",
        urgent=ticket.urgent,
        sealed=ticket.sealed,
        place=ticket.place,
        told=ticket.masked_story,
        follows=follows,
        since=since,
        may_be_rated=ticket.rating is None and ticket.kind == "lapor" and not ticket.sealed,
    )


def quoted_ticket(session: Session, messages: Sequence[InboundMessage]) -> str | None:
    """The number of the ticket that the message which was quoted last is about; None where nothing says."""
    quoted = next((found for message in reversed(messages) if (found := message.content.get("quoted"))), None)
    if quoted is None:
        return None
    return session.scalar(QUOTED_TICKET, {"quoted": quoted, "conversation": messages[-1].conversation_id})
