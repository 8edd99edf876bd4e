"""The second factor: six digits that an app on the owner's telephone makes of a key and the time (TOTP)."""

import re
from datetime import datetime

import pyotp
from pyotp.exceptions import OTPVerificationError
from sqlalchemy.orm import Session

from bot.accounts.unfit import Unfit
from storage.models import User
from storage.queries import accounts as queries

# Steps of 30 seconds that a telephone's clock may be ahead or behind.
DRIFT = 1
CODE = re.compile(r"[0-9]{6}", re.ASCII)


def prepare(user: User) -> None:
    """A new key, which counts when a code has shown that the telephone has it."""
    user.totp_secret, user.totp_confirmed_at, user.totp_step = pyotp.random_base32(), None, None


def remove(user: User) -> bool:
    """Log in by password alone from now on; False where that is so already."""
    was_on = user.totp_confirmed_at is not None
    user.totp_secret = user.totp_confirmed_at = user.totp_step = None
    return was_on


def address(user: User, issuer: str) -> str:
    """What the QR code holds; ``issuer`` is how the app calls us."""
    return pyotp.TOTP(user.totp_secret or "").provisioning_uri(name=user.email, issuer_name=issuer)


def confirm(session: Session, user: User, typed: str, now: datetime) -> bool:
    """The telephone has the key: ask for codes from now on; False where we do already. Unfit for a wrong code."""
    if user.totp_confirmed_at is not None:
        return False
    if not accept(session, user, typed, now):
        raise Unfit("code")
    user.totp_confirmed_at = now
    return True


def accept(session: Session, user: User, typed: str, now: datetime) -> bool:
    """Whether ``typed`` is the code of ``now``, give or take a step; each is accepted once."""
    step = _step(user.totp_secret or "", re.sub(r"\s", "", typed), now)
    return step is not None and queries.take_step(session, user.id, step)


def _step(secret: str, code: str, now: datetime) -> int | None:
    if not secret or not CODE.fullmatch(code):
        return None
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=now, valid_window=DRIFT)
    except OTPVerificationError:
        return None
