"""Who stands at the counter: found by the number of a report and the last four digits, never out of a list."""

import hmac
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts import lockout
from bot.citizen_web.lookup import NOBODY, OF_TICKET, PHONE, LockedError
from bot.errors import NotFoundError
from storage.models import Citizen, Conversation, Ticket

DIGITS = 4
NO_FIT = "Nomor laporan dan empat angka terakhir tidak cocok. Periksa keduanya, lalu coba lagi."


def check_attempt(session: Session, subject: str, now: datetime) -> None:
    """Count an attempt before it is looked at; LockedError where there were too many."""
    until = lockout.locked_until(session, subject, now, *OF_TICKET)
    if until is not None:
        raise LockedError(until)
    lockout.count(session, subject, now)


def citizen_of(session: Session, number: str, digits: str, *, sealed: bool) -> Citizen:
    """The citizen behind ``number``; one sentence (NotFoundError) whatever does not fit.

    ``sealed``: whether whoever asks may read sealed cases.
    """
    row = session.execute(
        select(Citizen, Ticket.sealed, Conversation.address)
        .join(Ticket, Ticket.citizen_id == Citizen.id)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .where(Ticket.number == number, Citizen.erased_at.is_(None))
    ).one_or_none()
    citizen, is_sealed, address = row or (None, False, "")
    fits = hmac.compare_digest(last_digits(address), digits) and last_digits(address) != NOBODY
    if citizen is None or not fits or (is_sealed and not sealed):
        raise NotFoundError(NO_FIT)
    return citizen


def last_digits(address: str) -> str:
    """Of a telephone number; dashes for who has none."""
    phone = PHONE.fullmatch(address.replace("-", ""))
    return phone[1][-DIGITS:] if phone else NOBODY


def has_sealed(session: Session, citizen_id: int) -> bool:
    """Whether they ever told something in confidence: then only sealed officers handle their requests."""
    sealed = select(Ticket.id).where(Ticket.citizen_id == citizen_id, Ticket.sealed)
    return session.scalar(sealed.limit(1)) is not None
