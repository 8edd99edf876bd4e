"""Whether somebody is who they say: guesses are counted before they are looked at, apart from other changes."""

from datetime import datetime

from flask_login import current_user

from bot.accounts import lockout
from bot.accounts.passwords import passwords
from handlers.edge import edge
from storage.models import User


def may_try(subject: str) -> bool:
    """Count a guess at ``subject`` (``bot.accounts.lockout``); False where there were too many."""
    here = edge()
    with here.database.begin() as session:
        return lockout.attempt(session, subject, here.clock.now())


def may_guess_from(network: str) -> datetime | None:
    """When a guess at any account from ``network`` was counted; None where there were too many."""
    here, subject = edge(), lockout.of_log_ins(network)
    now = here.clock.now()
    with here.database.begin() as session:
        if lockout.locked_until(session, subject, now, *lockout.OF_LOG_INS):
            return None
        lockout.count(session, subject, now)
    return now


def guessed_right_from(network: str, at: datetime) -> None:
    """The guess that was counted at that moment was none."""
    with edge().database.begin() as session:
        lockout.take_back(session, lockout.of_log_ins(network), at)


def was_right(subject: str) -> None:
    """Guesses at ``subject`` do not count any more."""
    with edge().database.begin() as session:
        lockout.forgive(session, subject)


def doubt(password: str) -> str:
    """Why whoever sits at a log-in is not believed to be its owner, as a problem's code; empty where they are."""
    subject = lockout.of_password(current_user.email)
    if not may_try(subject):
        return "locked"
    with edge().database.read() as session:
        kept = session.get_one(User, current_user.id).password_hash
    if not passwords.fits(kept, password):
        return "wrong"
    was_right(subject)
    return ""
