"""The page on which a citizen follows a ticket by a link, for those whom we can write to but who cannot answer.

The link's secret is a keyed hash of the ticket's number: there is nothing to store, and nothing to count up.
"""

import hmac

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.errors import NotFoundError
from bot.rulebook import Rulebook
from storage import keyring
from storage.models import Ticket

SECRET_LENGTH = 22  # hex digits, 88 bits
UNKNOWN = "Tautan ini tidak dikenal. Periksa lagi alamatnya di pesan kami."


def address_of(rulebook: Rulebook, ticket: Ticket) -> str:
    """Where the page of ``ticket`` is."""
    return f"{rulebook.base_url}/t/{ticket.number}/{_secret(ticket.number)}"


def ticket_of(session: Session, number: str, secret: str) -> Ticket:
    """The ticket behind a link; NotFoundError for a wrong one, and for one whose citizen was erased."""
    if not hmac.compare_digest(secret.encode(), _secret(number).encode()):
        raise NotFoundError(UNKNOWN)
    ticket = session.scalar(select(Ticket).where(Ticket.number == number))
    if ticket is None or ticket.citizen.erased_at is not None:
        raise NotFoundError(UNKNOWN)
    return ticket


def _secret(number: str) -> str:
    return keyring.current().lookup(f"citizen page of {number}")[:SECRET_LENGTH]
