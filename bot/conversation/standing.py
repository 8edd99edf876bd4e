"""How far a ticket is, as one sentence to its citizen."""

from datetime import datetime

from bot.city.city import City
from bot.conversation.state import TicketView
from bot.conversation.turn import Reply
from bot.status import Status

# What names a day; each has a sentence of its own for when that day is over.
WITH_A_DAY = (Status.WAITING, Status.IN_PROGRESS, Status.SCHEDULED)
LATE = "_late"


def status_line(ticket: TicketView, city: City, now: datetime) -> Reply:
    """One ticket's state as a sentence."""
    values: dict[str, str | datetime] = {
        "number": ticket.number,
        "service": city.services[ticket.service].name if ticket.service in city.services else ticket.service,
        "agency": city.agency_name(ticket.agency),
        "since": ticket.since or ticket.created_at,
        "solve_by": _target(ticket),
        "closed_at": ticket.closed_at or "",
    }
    return Reply(_wording(ticket, city, now), values)


def is_late(ticket: TicketView, city: City, now: datetime) -> bool:
    """Whether the day that the citizen was told is over; it counts to its end, as people understand a day."""
    return now.astimezone(city.zone).date() > _target(ticket).astimezone(city.zone).date()


def _wording(ticket: TicketView, city: City, now: datetime) -> str:
    if ticket.sealed:  # not even its kind is written: others may read this phone
        return "status_sealed" if ticket.is_open else "status_sealed_closed"
    if ticket.urgent and ticket.status in (Status.RECEIVED, Status.WAITING, Status.IN_PROGRESS):
        return "status_urgent"  # nobody in danger wants to hear of a deadline
    if ticket.status == Status.DONE and ticket.outcome:
        return f"status_done_{ticket.outcome}"  # how it came to be closed is part of the truth
    late = ticket.status in WITH_A_DAY and is_late(ticket, city, now)
    return f"status_{ticket.status}{LATE if late else ''}"


def _target(ticket: TicketView) -> datetime:
    return ticket.expected_on or ticket.solve_by
