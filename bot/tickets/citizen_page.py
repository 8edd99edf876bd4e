"""Where the page is on which a citizen follows a ticket, and whom its link lets in.

The link's secret is a keyed hash of the ticket's number: there is nothing to store, and nothing to count up.
"""

import hmac
import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.errors import LinkExpiredError, NotFoundError
from bot.rulebook import Rulebook
from bot.tickets.numbers import ALPHABET, LENGTH, LOOKALIKES
from storage import keyring
from storage.models import Ticket

SECRET_BYTES, SECRET_LENGTH = 10, 16  # 80 bits in Crockford's base32
OLD_LENGTH = 22  # hex digits: links of before November 2026 hold for ever
SHORT = re.compile(rf"([0-9A-Z]{{{LENGTH}}})([0-9A-Z])([0-9A-Z]{{{SECRET_LENGTH}}})")
UNKNOWN = "Tautan ini tidak dikenal. Periksa lagi alamatnya di pesan kami."
GONE = "Data laporan ini sudah dihapus atas permintaan pelapornya. Tidak ada lagi yang bisa ditampilkan."


def address_of(rulebook: Rulebook, ticket: Ticket) -> str:
    """Where the page of ``ticket`` is."""
    return f"{rulebook.base_url}{path_of(ticket.number)}"


def short_address_of(rulebook: Rulebook, ticket: Ticket) -> str:
    """The same for an SMS, where every letter is paid for."""
    _, body, check = ticket.number.rsplit("-", 2)
    return f"{rulebook.base_url}/t/{(body + check).lower()}{_secret(ticket.number)}"


def path_of(number: str) -> str:
    """The page's path in this installation."""
    return f"/t/{number}/{_secret(number)}"


def parts_of(code: str, prefix: str) -> tuple[str, str]:
    """Number and secret in the last part of a short address; NotFoundError where it is none."""
    match = SHORT.fullmatch(code.upper())
    if match is None:
        raise NotFoundError(UNKNOWN)
    return f"{prefix}-{match[1]}-{match[2]}", match[3].lower()


def checked(number: str, secret: str) -> str:
    """``number``, whose ``secret`` this is; NotFoundError for a wrong one. Looks at no database."""
    typed = secret.upper().translate(LOOKALIKES).lower().encode()
    is_new = hmac.compare_digest(typed, _secret(number).encode())
    is_old = hmac.compare_digest(secret.encode(), _hash(number)[:OLD_LENGTH].encode())
    if not (is_new or is_old):
        raise NotFoundError(UNKNOWN)
    return number


def ticket_of(session: Session, number: str, secret: str) -> Ticket:
    """The ticket behind a link; NotFoundError for a wrong one, LinkExpiredError where its citizen was erased."""
    ticket = session.scalar(select(Ticket).where(Ticket.number == checked(number, secret)))
    if ticket is None:
        raise NotFoundError(UNKNOWN)
    if ticket.citizen.erased_at is not None:
        raise LinkExpiredError(GONE)
    return ticket


def _secret(number: str) -> str:
    """Sixteen letters and digits that can be typed from a paper: without I, L, O and U."""
    value = int.from_bytes(bytes.fromhex(_hash(number))[:SECRET_BYTES])
    return "".join(ALPHABET[value >> shift & 31] for shift in range(75, -1, -5)).lower()


def _hash(number: str) -> str:
    return keyring.current().lookup(f"citizen page of {number}")
