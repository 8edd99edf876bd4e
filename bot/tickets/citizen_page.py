"""Where the page is on which a citizen follows a ticket, and whom its link lets in.

The link's secret is a keyed hash of the ticket's number and of how often its link was ended: there is nothing to
store but that count, and nothing to guess from.
"""

import hmac
import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.errors import LinkExpiredError, NotFoundError
from bot.rulebook import Rulebook
from bot.tickets import tickets
from bot.tickets.numbers import ALPHABET, LENGTH, LOOKALIKES
from bot.tickets.tickets import By
from storage import keyring
from storage.models import Ticket

SECRET_BYTES, SECRET_LENGTH = 10, 16  # 80 bits in Crockford's base32
OLD_LENGTH = 22  # hex digits: links of before November 2026 hold for ever
SHORT = re.compile(rf"([0-9A-Z]{{{LENGTH}}})([0-9A-Z])([0-9A-Z]{{{SECRET_LENGTH}}})")
UNKNOWN = "Tautan ini tidak dikenal. Periksa lagi alamatnya di pesan kami."
OVER = "Laporan ini sudah lama selesai, jadi halamannya ditutup. Bila masih ada masalah, kirim laporan baru."
LINK_ENDED = "link_ended"
GONE = "Data laporan ini sudah dihapus atas permintaan pelapornya. Tidak ada lagi yang bisa ditampilkan."


def address_of(rulebook: Rulebook, ticket: Ticket) -> str:
    """Where the page of ``ticket`` is."""
    return f"{rulebook.base_url}{path_of(ticket)}"


def short_address_of(rulebook: Rulebook, ticket: Ticket) -> str:
    """The same for an SMS, where every letter is paid for."""
    _, body, check = ticket.number.rsplit("-", 2)
    return f"{rulebook.base_url}/t/{(body + check).lower()}{_secret(ticket)}"


def path_of(ticket: Ticket) -> str:
    """The page's path in this installation."""
    return f"/t/{ticket.number}/{_secret(ticket)}"


def parts_of(code: str, prefix: str) -> tuple[str, str]:
    """Number and secret in the last part of a short address; NotFoundError where it is none."""
    match = SHORT.fullmatch(code.upper())
    if match is None:
        raise NotFoundError(UNKNOWN)
    return f"{prefix}-{match[1]}-{match[2]}", match[3].lower()


def ticket_of(session: Session, rulebook: Rulebook, number: str, secret: str, now: datetime) -> Ticket:
    """The ticket behind a link; NotFoundError for a wrong one, LinkExpiredError where its time is over.

    That is so when its citizen was erased, and ``follow_ups.citizen_link`` after the matter was closed.
    """
    ticket = session.scalar(select(Ticket).where(Ticket.number == number))
    if not _fits(secret, _named(ticket) if ticket else number) or ticket is None:
        raise NotFoundError(UNKNOWN)
    if ticket.citizen.erased_at is not None and ticket.anonymised_at is None:
        raise LinkExpiredError(GONE)
    if ticket.anonymised_at is not None:
        raise LinkExpiredError(OVER)
    if ticket.closed_at and _ends(rulebook, ticket.closed_at) <= now:
        raise LinkExpiredError(OVER)
    return ticket


def end_link(session: Session, ticket: Ticket, by: By) -> None:
    """Whoever has the present link sees nothing any more; the next message to the citizen carries another one."""
    ticket.link_round += 1
    tickets.record(session, ticket, LINK_ENDED, by)


def _ends(rulebook: Rulebook, closed_at: datetime) -> datetime:
    return rulebook.city.working_calendar.add(closed_at, rulebook.city.follow_ups.citizen_link)


def _fits(secret: str, named: str) -> bool:
    """Whether ``secret`` belongs to it, under any of our keys."""
    typed = secret.upper().translate(LOOKALIKES).lower().encode()
    return any(
        hmac.compare_digest(typed, _shown(known).encode())
        or hmac.compare_digest(secret.encode(), known[:OLD_LENGTH].encode())
        for known in _hashes(named)
    )


def _named(ticket: Ticket) -> str:
    """What the secret is made of; links of before they could be ended hold."""
    return f"{ticket.number}, {ticket.link_round}" if ticket.link_round else ticket.number


def _secret(ticket: Ticket) -> str:
    return _shown(_hashes(_named(ticket))[0])


def _shown(keyed_hash: str) -> str:
    """Sixteen letters and digits that can be typed from a paper: without I, L, O and U."""
    value = int.from_bytes(bytes.fromhex(keyed_hash)[:SECRET_BYTES])
    return "".join(ALPHABET[value >> shift & 31] for shift in range(75, -1, -5)).lower()


def _hashes(named: str) -> tuple[str, ...]:
    """The newest secret's first; links of the others hold as long as these are known."""
    return keyring.current().lookups(f"citizen page of {named}")
