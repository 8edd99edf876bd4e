"""Keys by which other systems join: shown once, kept as a hash, each for a few things only."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.errors import BotError, NotFoundError, RefusedError
from bot.messages import legible
from storage.models import ApiKey
from storage.queries import api_keys as queries

# What a key may do. ``contacts:write``: leave a citizen's number, who is then sent news by SMS.
FILE, CONTACTS, SEE, UPDATE = "requests:write", "contacts:write", "requests:read", "updates:write"
SCOPES = (FILE, CONTACTS, SEE, UPDATE)

# By which a key is recognised, by people and by programs that look for keys where none belong.
START = "suara_"
_SHAPE = re.compile(rf"{START}[A-Za-z0-9_-]{{43}}")
_RANDOM_BYTES, _SHOWN = 32, len(START) + 6
LONGEST_NAME, LONGEST_DAYS = 80, 3650
USE_NOTED_EVERY = timedelta(minutes=1)

# Why a key cannot be so, for the command line; the console says it in its own languages.
SENTENCES = {
    "name": f"A key needs a name of at most {LONGEST_NAME} characters, so that people know whose it is.",
    "scopes": f"A key needs at least one of the scopes {', '.join(SCOPES)}.",
    "agency": "That is no agency of this city.",
    "needs_agency": f"A key with {UPDATE} needs the agency whose reports it may report on.",
    "days": f"A key holds for 1 to {LONGEST_DAYS} days, or for ever.",
    "taken": "Another key that holds has this name; revoke it first or choose another name.",
}
UNKNOWN = "This API key is not known, has expired or was revoked; ask the city for a new one."


class KeyRefusedError(BotError):
    """Whoever asks shows no key that lets them do this."""


class UnfitKey(RefusedError):  # noqa: N818 - it says what somebody chose, not what went wrong
    """A key cannot be so; ``problem`` is a key of ``SENTENCES``."""

    def __init__(self, problem: str) -> None:
        super().__init__(SENTENCES[problem])
        self.problem = problem


@dataclass(frozen=True)
class Wish:
    """What a new key shall be. ``days``: so long it holds; None for ever."""

    name: str
    scopes: Collection[str]
    agency: str | None = None
    days: int | None = None


@dataclass(frozen=True)
class Holder:
    """Who asks by a key."""

    id: int
    scopes: frozenset[str]
    agency: str | None
    is_use_old: bool

    def may(self, scope: str) -> bool:
        return scope in self.scopes


def create(
    session: Session, wish: Wish, user_id: int | None, now: datetime, agencies: Collection[str]
) -> tuple[ApiKey, str]:
    """A new key, and its text, which is kept nowhere; UnfitKey where the wish cannot be met."""
    name = _sound(session, wish, now, agencies)
    text = f"{START}{secrets.token_urlsafe(_RANDOM_BYTES)}"
    key = ApiKey(
        name=name,
        prefix=text[:_SHOWN],
        key_hash=_hash(text),
        scopes=[scope for scope in SCOPES if scope in wish.scopes],
        agency=wish.agency,
        created_at=now,
        created_by=user_id,
        expires_at=now + timedelta(days=wish.days) if wish.days else None,
    )
    session.add(key)
    session.flush()
    return key, text


def revoke(session: Session, key_id: int, now: datetime) -> bool:
    """From now on it opens nothing; False where it was revoked before, NotFoundError where there is none."""
    key = queries.locked(session, key_id)
    if key is None:
        raise NotFoundError("Kunci itu tidak ada.")
    if key.revoked_at is not None:
        return False
    key.revoked_at = now
    return True


def holder_of(session: Session, text: str, now: datetime) -> Holder:
    """Whose key ``text`` is; KeyRefusedError where it is none that holds, in the same words for all reasons."""
    digest = _hash(text)
    key = queries.by_hash(session, digest) if _SHAPE.fullmatch(text) else None
    if key is None or not hmac.compare_digest(key.key_hash, digest) or not holds(key, now):
        raise KeyRefusedError(UNKNOWN)
    is_use_old = key.used_at is None or key.used_at < now - USE_NOTED_EVERY
    return Holder(key.id, frozenset(key.scopes), key.agency, is_use_old)


def needs(holder: Holder, scope: str) -> None:
    """KeyRefusedError unless the key is for ``scope``."""
    if not holder.may(scope):
        raise KeyRefusedError(f"This API key is not for that: it lacks the scope {scope}.")


def note_use(session: Session, holder: Holder, now: datetime) -> None:
    """Write down that the key was used, at most once a minute."""
    queries.note_use(session, holder.id, now, now - USE_NOTED_EVERY)


def holds(key: ApiKey, now: datetime) -> bool:
    """Whether a key opens anything."""
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now)


def _sound(session: Session, wish: Wish, now: datetime, agencies: Collection[str]) -> str:
    name = " ".join(legible(wish.name).split())
    if not name or len(name) > LONGEST_NAME:
        raise UnfitKey("name")
    if not wish.scopes or set(wish.scopes) - set(SCOPES):
        raise UnfitKey("scopes")
    if wish.agency is not None and wish.agency not in agencies:
        raise UnfitKey("agency")
    if UPDATE in wish.scopes and wish.agency is None:
        raise UnfitKey("needs_agency")
    if wish.days is not None and not 1 <= wish.days <= LONGEST_DAYS:
        raise UnfitKey("days")
    if queries.holds_name(session, name, now):
        raise UnfitKey("taken")
    return name


def _hash(text: str) -> str:
    """It has 256 random bits: nobody guesses it back from a plain hash, which outlives a change of SECRET_KEY."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
