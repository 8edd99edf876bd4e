"""Log-ins: each is a row, and the browser has a token of which we keep the hash: alone it opens nothing."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from storage import keyring
from storage.models import LoginSession
from storage.queries import accounts as queries

# A desk that nobody sits at; and the end of a working day.
IDLE, LONGEST = timedelta(minutes=60), timedelta(hours=12)
NOTED_EVERY = timedelta(minutes=1)
TOKEN_BYTES = 32
LONGEST_BROWSER = 80


def begin(session: Session, user_id: int, browser: str, now: datetime) -> str:
    """Somebody has logged in, with ``browser``; the token for its cookie."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        LoginSession(
            user_id=user_id,
            token_hash=_hash(token),
            browser=browser[:LONGEST_BROWSER],
            created_at=now,
            seen_at=now,
        )
    )
    return token


def known(session: Session, token: str) -> LoginSession | None:
    """The log-in that a cookie was given at, with its account, whether or not it is over."""
    found = (queries.login_of(session, one) for one in keyring.current().lookups(f"login:{token}"))
    return next((one for one in found if one is not None), None)


def is_over(login: LoginSession, now: datetime) -> bool:
    """Whether it opens nothing any more: ended, disabled, unused for too long, or simply long."""
    is_ended = login.ended_at is not None or login.user.disabled_at is not None
    return is_ended or login.seen_at <= now - IDLE or login.created_at <= now - LONGEST


def lasting(session: Session, user_id: int, now: datetime) -> Sequence[LoginSession]:
    """Somebody's log-ins that are not over, the last used first."""
    return queries.logins_since(session, user_id, now - LONGEST, now - IDLE)


def _hash(token: str) -> str:
    return keyring.current().lookup(f"login:{token}")
