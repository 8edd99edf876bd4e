"""Keys of other systems: looked up by their hash, listed, locked."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from storage.models import ApiKey, RequestToken, User


def by_hash(session: Session, key_hash: str) -> ApiKey | None:
    """The key with that hash, whether or not it still holds."""
    return session.scalar(select(ApiKey).where(ApiKey.key_hash == key_hash))


def listed(session: Session, limit: int) -> Sequence[ApiKey]:
    """All keys: those that nobody revoked first, the newest first."""
    ordered = select(ApiKey).order_by(ApiKey.revoked_at.is_not(None), ApiKey.id.desc())
    return session.scalars(ordered.limit(limit)).all()


def makers(session: Session, keys: Sequence[ApiKey]) -> dict[int, str]:
    """Who made them, by name or else by address; nobody where it was done at the command line."""
    theirs = select(User.id, User.name, User.email).where(User.id.in_({key.created_by for key in keys}))
    return {user_id: name or email for user_id, name, email in session.execute(theirs)}


def locked(session: Session, key_id: int) -> ApiKey | None:
    """A key until the end of the transaction, as it is now."""
    wanted = select(ApiKey).where(ApiKey.id == key_id).with_for_update()
    return session.scalar(wanted.execution_options(populate_existing=True))


def holds_name(session: Session, name: str, now: datetime) -> bool:
    """Whether a key that holds is called so."""
    holding = select(ApiKey.id).where(
        func.lower(ApiKey.name) == name.lower(),
        ApiKey.revoked_at.is_(None),
        or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now),
    )
    return session.scalar(holding.limit(1)) is not None


def note_use(session: Session, key_id: int, now: datetime, before: datetime) -> None:
    """Write down that it was used, unless that was done since ``before``."""
    old = or_(ApiKey.used_at.is_(None), ApiKey.used_at < before)
    session.execute(update(ApiKey).where(ApiKey.id == key_id, old).values(used_at=now))


def filed_since(session: Session, key_id: int, since: datetime) -> int:
    """How much was filed by a key since then."""
    mine = select(func.count()).select_from(RequestToken)
    return session.scalars(mine.where(RequestToken.api_key_id == key_id, RequestToken.created_at > since)).one()
