"""Lock-out after failures: five in a quarter of an hour, as rows, so that it holds across processes.

What is counted is named by what was typed, whether or not there is such an account: nothing can be told from it.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from storage import keyring
from storage.models import LoginFailure
from storage.queries import accounts as queries

FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
KEPT = timedelta(days=1)


def of_password(email: str) -> str:
    """Guesses at the password of an address."""
    return _hash("password", email)


def of_code(user_id: int) -> str:
    """Guesses at a second factor's code."""
    return _hash("code", str(user_id))


def of_reset(email: str) -> str:
    """Letters with a link that are asked for."""
    return _hash("reset", email)


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


def _hash(kind: str, what: str) -> str:
    return keyring.current().lookup(f"{kind}:{what}")
