"""The citizen's word on a claim: it is done, it is not, and how content they are: by message and by page."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.errors import RefusedError
from bot.incidents import members
from bot.rulebook import Rulebook
from bot.status import Move
from bot.tickets import tickets
from bot.tickets.tickets import By
from storage.models import Ticket

NOT_RATED = 0
STARS = range(1, 6)


def confirm(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime) -> None:
    """It is done; RefusedError where the ticket is closed already."""
    tickets.move(session, rulebook, ticket, Move.CONFIRM, By("citizen", now))
    members.lead_closed(session, rulebook, ticket, now)
    if ticket.rating is None:
        ticket.rating = NOT_RATED  # asked now, and never again


def deny(session: Session, rulebook: Rulebook, ticket: Ticket, said: str, now: datetime) -> None:
    """It is not done; RefusedError where nobody claimed that it is."""
    members.leave_unfixed(session, rulebook, ticket, now)
    tickets.move(session, rulebook, ticket, Move.DENY, By("citizen", now, said or None))


def rate(session: Session, ticket: Ticket, stars: int, now: datetime, said: str = "") -> None:
    """1 to 5, and what was ``said`` with it.

    RefusedError for another number, or a ticket that is not closed or was rated.
    """
    if stars not in STARS:
        raise RefusedError("Pilih nilai 1 sampai 5.")
    if ticket.closed_at is None or ticket.rating not in (None, NOT_RATED):
        raise RefusedError("Laporan ini belum ditutup atau sudah Anda nilai.")
    ticket.rating = stars
    tickets.record(session, ticket, "rated", By("citizen", now, said or None), {"stars": stars})
