"""What was taken from social media and is checked with the unit: it is so and goes on, or it is not so."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.desk import closing
from bot.desk_intake.taken import SOCIAL
from bot.errors import RefusedError
from bot.rulebook import Rulebook
from bot.status import Status
from storage.models import Ticket


def is_to_check(ticket: Ticket) -> bool:
    """Whether nobody has said yet that what a post tells is so."""
    return ticket.came_by == SOCIAL and ticket.status == Status.COORDINATION and ticket.forwarded_at is None


def proposed_agency(rulebook: Rulebook, ticket: Ticket) -> str | None:
    """Who answers for what it is about, by the city's services; None where that is for coordinators to find."""
    service = rulebook.city.services.get(ticket.service)
    return service.agency if service and service.agency in rulebook.city.agencies else None


def not_so(session: Session, rulebook: Rulebook, ticket: Ticket, reason: str, user_id: int, now: datetime) -> None:
    """The unit looked and it is not as the post says: closed; whoever left a number reads ``reason``.

    RefusedError without a reason, and where it was decided already.
    """
    if not is_to_check(ticket):
        raise RefusedError("Laporan ini sudah diputuskan; muat ulang halaman untuk melihatnya.")
    closing.reject(session, rulebook, ticket, reason, user_id, now)
