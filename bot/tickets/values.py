"""What sentences to a citizen about a ticket may mention."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.rulebook import Rulebook
from bot.status import Move, Status
from bot.tickets.followups_plan import Kind
from storage.models import Ticket, TicketEvent
from storage.queries.claiming import follow_up
from storage.queries.evidence import has_photo

LAST_NOTE = (
    select(TicketEvent.note)
    .where(TicketEvent.ticket_id == bindparam("ticket"), TicketEvent.kind.in_((Move.CLAIM, Move.ASK)))
    .order_by(TicketEvent.id.desc())
    .limit(1)
)


def citizen_values(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime) -> dict[str, object]:
    """What sentences about a ticket may mention."""
    return {
        "number": ticket.number,
        "service": rulebook.city.services[ticket.service].name,
        "agency": rulebook.city.agency_name(ticket.agency),
        "note": _last_note(session, rulebook, ticket),
        "close_on": _close_on(session, rulebook, ticket, now),
        "expected_on": ticket.expected_on or "",
        "solve_by": ticket.solve_by,
    }


def takes_longer(rulebook: Rulebook, service: str, language: str) -> str:
    """What is added to the date at filing, where a matter takes longer than others and the city says so."""
    return f" {rulebook.wording.say('takes_longer', language, {})}" if rulebook.city.takes_longer(service) else ""


def _close_on(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime) -> datetime:
    """When silence closes it, as planned; where nobody was asked yet, as if that were done now."""
    claimed = ticket.status == Status.CLAIMED_DONE
    closing = follow_up(session, ticket.id, Kind.CLOSE_SILENT, ticket.moves) if claimed else None
    if closing is not None and closing.state == "waiting":
        return closing.due_at
    return rulebook.city.working_calendar.add(now, rulebook.city.follow_ups.close_silent)


def _last_note(session: Session, rulebook: Rulebook, ticket: Ticket) -> str:
    """What the agency said last with a claim or a question, and whether there is a photo of what it claims."""
    note = session.connection().scalar(LAST_NOTE, {"ticket": ticket.id}) or ""
    if ticket.status == Status.CLAIMED_DONE and has_photo(session, ticket.id, ticket.moves):
        return rulebook.wording.say("note_with_photo", ticket.conversation.language, {"note": note})
    return note
