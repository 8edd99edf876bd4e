"""Lock-out after failures: five in a quarter of an hour, as rows, so that it holds across processes.

What is counted is named by what was typed, whether or not there is such an account: nothing can be told from it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy.orm import Session

from storage import keyring
from storage.models import LoginFailure
from storage.queries import accounts as queries
from storage.queries import lockouts

FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
KEPT = timedelta(days=1)
# One subscriber has that many addresses of the newer kind.
SUBSCRIBER_BITS = 64


@dataclass(frozen=True)
class Limit:
    """So many attempts ``within`` a time of :data:`KEPT` at most, and then no more."""

    most: int
    within: timedelta


# A whole town hall may come from one address, and only what fails is counted. Hashing a password is dear, too.
OF_LOG_INS = (Limit(30, LOCKED_FOR), Limit(300, KEPT))


def of_password(email: str) -> str:
    """Guesses at the password of an address."""
    return _hash("password", email)


def of_code(user_id: int) -> str:
    """Guesses at a second factor's code."""
    return _hash("code", str(user_id))


def of_reset(email: str) -> str:
    """Letters with a link that are asked for."""
    return _hash("reset", email)


def of_ticket(number: str) -> str:
    """Guesses at the telephone number behind a ticket, whether or not there is such a ticket."""
    return _hash("ticket", number)


def of_network(address: str) -> str:
    """Guesses at any ticket from one network address."""
    return _hash("network", _network(address))


def of_log_ins(address: str) -> str:
    """Guesses at any account's password from one network address."""
    return _hash("log-ins", _network(address))


def of_page(number: str) -> str:
    """Forms that are sent from a citizen's page."""
    return _hash("page", number)


def of_photos(number: str) -> str:
    """Photos that are sent from a citizen's page."""
    return _hash("photos", number)


def locked_until(session: Session, subject: str, now: datetime, *limits: Limit) -> datetime | None:
    """When the next attempt may be looked at; None where that is now."""
    return max(filter(None, (_free_again(session, subject, now, limit) for limit in limits)), default=None)


def count(session: Session, subject: str, now: datetime) -> None:
    """Count one more attempt, whatever comes of it."""
    queries.drop_old_failures(session, now - KEPT)
    session.add(LoginFailure(email_hash=subject, at=now))
    session.flush()


def take_back(session: Session, subject: str, at: datetime) -> None:
    """The attempt of that moment was a good one and does not count."""
    lockouts.drop_one(session, subject, at)


def attempt(session: Session, subject: str, now: datetime) -> bool:
    """Count one more attempt, before it is looked at; False where it is one too many and is not to be looked at.

    Counted first, so that many at once are not all looked at.
    """
    if queries.failures(session, subject, now - LOCKED_FOR) >= FAILURES:
        return False
    queries.drop_old_failures(session, now - KEPT)
    session.add(LoginFailure(email_hash=subject, at=now))
    return True


def forgive(session: Session, subject: str) -> None:
    """It was right in the end: what was counted does not count."""
    queries.forget_failures(session, subject)


def _free_again(session: Session, subject: str, now: datetime, limit: Limit) -> datetime | None:
    oldest = lockouts.nth_newest(session, subject, now - limit.within, limit.most)
    return oldest + limit.within if oldest else None


def _network(address: str) -> str:
    """The address of a subscriber; what is none stands for itself."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return str(known)
    return str(known.ipv4_mapped or ip_network((known, SUBSCRIBER_BITS), strict=False))


def _hash(kind: str, what: str) -> str:
    return keyring.current().lookup(f"{kind}:{what}")
