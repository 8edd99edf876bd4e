"""Thanks from citizens, which the leadership passes on by telephone."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.errors import NotFoundError
from bot.tickets import tickets
from bot.tickets.tickets import By
from storage.queries import people

PRAISE = "apresiasi"


def mark_called(session: Session, number: str, user_id: int, now: datetime) -> bool:
    """Somebody telephoned the unit that was thanked; False where that stands in the history already."""
    ticket = tickets.by_number(session, number)
    if ticket.kind != PRAISE or ticket.sealed:
        raise NotFoundError(f"Tidak ada apresiasi bernomor {number}.")
    session.refresh(ticket, with_for_update=True)
    if people.was_called(session, ticket.id):
        return False
    tickets.record(session, ticket, "called", By(f"user:{user_id}", now))
    return True
