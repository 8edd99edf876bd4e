"""From a ticket's number and the last four digits of its reporter's telephone to the ticket.

Nobody is told whether a number exists: a wrong one, wrong digits, and a ticket that cannot be looked up are one
and the same answer, after the same work.
"""

import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts import lockout
from bot.accounts.lockout import Limit
from bot.errors import RefusedError
from bot.messages import SIMULATED, has_phones
from bot.tickets.numbers import LENGTH, find_numbers
from storage.database import Database
from storage.models import Citizen, Conversation, Ticket

DIGITS = 4
LETTERS = LENGTH + 1  # of a number, with its check character
LONGEST = 40  # characters of either field
A_DAY = timedelta(days=1)
# Ten thousand combinations: a thousand days of guessing for one ticket.
OF_TICKET = (Limit(5, timedelta(minutes=15)), Limit(10, A_DAY))
# Many people share one address of a telephone company, and only what fails is counted.
OF_NETWORK = (Limit(30, timedelta(hours=1)), Limit(100, A_DAY))
PHONE = re.compile(r"(?:[a-z]+:)?\+?(\d{8,15})")
NOBODY = "-" * DIGITS
NO_DIGITS = "Isi empat angka terakhir nomor telepon yang dipakai melapor, angka saja."


class LockedError(RefusedError):
    """Too many attempts failed. ``until``: when the next one is looked at."""

    def __init__(self, until: datetime) -> None:
        super().__init__("Terlalu banyak percobaan yang keliru.")
        self.until = until


def number_in(text: str, prefix: str) -> str:
    """The ticket number that was typed, with its prefix or without; RefusedError where it cannot be one."""
    text = text.strip()[:LONGEST]
    found = find_numbers(text, prefix) or find_numbers(f"{prefix}-{text}", prefix)
    if found:
        return found[0]
    letters = re.sub(r"[\s_-]", "", text.upper()).removeprefix(prefix)
    shape = example(prefix)
    if len(letters) == LETTERS:
        raise RefusedError(
            f"Ada huruf atau angka yang keliru di nomor itu. Periksa lagi satu per satu; bentuknya {shape}."
        )
    raise RefusedError(
        f"Nomor laporannya belum lengkap. Bentuknya {shape}; lihat di pesan atau kertas tanda terima Anda."
    )


def example(prefix: str) -> str:
    """What a number looks like."""
    return f"{prefix}-7Q2M9X-Q"


def digits_in(text: str) -> str:
    """The last four digits of what was typed, which may be the whole number; RefusedError for anything else."""
    plain = re.sub(r"[\s().+-]", "", text.strip()[:LONGEST])
    if not (plain.isascii() and plain.isdecimal() and len(plain) >= DIGITS):
        raise RefusedError(NO_DIGITS)
    return plain[-DIGITS:]


def look_up(database: Database, number: str, digits: str, network: str, now: datetime) -> str | None:
    """The number of the ticket that may be shown; None where number and digits do not fit.

    ``network`` is where the question comes from. LockedError where too many failed, for this number or from there.
    """
    subjects = {lockout.of_ticket(number): OF_TICKET, lockout.of_network(network): OF_NETWORK}
    with database.begin() as session:
        # Counted before it is looked at, so that many at once are not all looked at.
        until = [lockout.locked_until(session, subject, now, *limits) for subject, limits in subjects.items()]
        if any(until):
            raise LockedError(max(filter(None, until)))
        for subject in subjects:
            lockout.count(session, subject, now)
    with database.read() as session:
        fits = _fits(session, number, digits)
    if fits:
        _take_back(database, subjects, now)
    return number if fits else None


def _fits(session: Session, number: str, digits: str) -> bool:
    """One query and one comparison, whatever it finds."""
    known = (
        select(Conversation.channel, Conversation.address)
        .join(Ticket, Ticket.conversation_id == Conversation.id)
        .join(Citizen, Citizen.id == Ticket.citizen_id)
        .where(Ticket.number == number, Ticket.sealed.is_(False), Citizen.erased_at.is_(None))
    )
    row = session.execute(known).one_or_none()
    expected = _last_digits(*row) if row else NOBODY
    return hmac.compare_digest(expected, digits) and expected != NOBODY


def _last_digits(channel: str, address: str) -> str:
    """Of a telephone number; who has none (a WhatsApp user id, a paper from the desk) cannot be looked up."""
    is_number = has_phones(channel) or channel in SIMULATED
    phone = PHONE.fullmatch(address.replace("-", "")) if is_number else None
    return phone[1][-DIGITS:] if phone else NOBODY


def _take_back(database: Database, subjects: Mapping[str, tuple[Limit, ...]], now: datetime) -> None:
    """It was no failure: the ticket's count begins anew, the network's is as it was before."""
    ticket, network = subjects
    with database.begin() as session:
        lockout.forgive(session, ticket)
        lockout.take_back(session, network, now)
