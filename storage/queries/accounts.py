"""Accounts, their log-ins and links: what is looked up, and what several requests at once may change once."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from storage.models import LoginFailure, LoginSession, ResetLink, User


class Listed(NamedTuple):
    """An account with the last time that its owner did something; None where they never logged in."""

    user: User
    seen_at: datetime | None


def by_email(session: Session, email: str) -> User | None:
    """The account of an address, which is in lower case; a disabled one is none."""
    return session.scalar(select(User).where(User.email == email, User.disabled_at.is_(None)))


def listed(session: Session, limit: int) -> list[Listed]:
    """All accounts: those that can log in first, by their addresses."""
    seen = select(LoginSession.user_id, func.max(LoginSession.seen_at).label("at"))
    last = seen.group_by(LoginSession.user_id).subquery()
    found = select(User, last.c.at).outerjoin(last, last.c.user_id == User.id)
    ordered = found.order_by(User.disabled_at.is_not(None), User.email).limit(limit)
    return [Listed(user, at) for user, at in session.execute(ordered)]


def locked(session: Session, user_id: int) -> User | None:
    """An account until the end of the transaction, as it is now."""
    wanted = select(User).where(User.id == user_id).with_for_update()
    return session.scalar(wanted.execution_options(populate_existing=True))


def lock_those_with(session: Session, role: str) -> Sequence[int]:
    """The ids of all who have ``role`` now; nobody else makes them fewer until the end of the transaction."""
    theirs = select(User.id).where(User.role == role, User.disabled_at.is_(None)).order_by(User.id)
    return session.scalars(theirs.with_for_update()).all()


def login_of(session: Session, token_hash: str) -> LoginSession | None:
    """A log-in with its account, whether or not it is over."""
    found = select(LoginSession).where(LoginSession.token_hash == token_hash)
    return session.scalar(found.options(joinedload(LoginSession.user, innerjoin=True)))


def logins_since(session: Session, user_id: int, begun: datetime, seen: datetime) -> Sequence[LoginSession]:
    """Somebody's log-ins that nobody ended, begun and seen no earlier than then; the last used first."""
    mine = select(LoginSession).where(LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
    lasting = mine.where(LoginSession.created_at > begun, LoginSession.seen_at > seen)
    return session.scalars(lasting.order_by(LoginSession.seen_at.desc(), LoginSession.id.desc())).all()


def note_seen(session: Session, login_id: int, now: datetime) -> None:
    """Its owner did something at ``now``."""
    mine = update(LoginSession).where(LoginSession.id == login_id, LoginSession.seen_at < now)
    session.execute(mine.values(seen_at=now))


def end_logins(
    session: Session, user_id: int, now: datetime, only: int | None = None, but: int | None = None
) -> int:
    """End somebody's log-ins (``only`` one, or all ``but`` one); how many were not over yet."""
    mine = update(LoginSession).where(LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
    if only is not None:
        mine = mine.where(LoginSession.id == only)
    if but is not None:
        mine = mine.where(LoginSession.id != but)
    return len(session.scalars(mine.values(ended_at=now).returning(LoginSession.id)).all())


def take_step(session: Session, user_id: int, step: int) -> bool:
    """Use up the second factor's code of a step; False where it, or a later one, was used before."""
    later = or_(User.totp_step.is_(None), User.totp_step < step)
    taken = update(User).where(User.id == user_id, later).values(totp_step=step).returning(User.id)
    return session.scalar(taken) is not None


def link_of(session: Session, token_hash: str) -> tuple[ResetLink, User] | None:
    """A link for a new password, and whose it is."""
    found = select(ResetLink, User).join(User, User.id == ResetLink.user_id)
    row = session.execute(found.where(ResetLink.token_hash == token_hash)).one_or_none()
    return (row[0], row[1]) if row else None


def use_link(session: Session, link_id: int, now: datetime) -> bool:
    """Use up a link; False where somebody was quicker."""
    unused = update(ResetLink).where(ResetLink.id == link_id, ResetLink.used_at.is_(None))
    return session.scalar(unused.values(used_at=now).returning(ResetLink.id)) is not None


def close_links(session: Session, user_id: int, now: datetime) -> None:
    """None of somebody's links opens anything any more."""
    unused = update(ResetLink).where(ResetLink.user_id == user_id, ResetLink.used_at.is_(None))
    session.execute(unused.values(used_at=now))


def failures(session: Session, subject_hash: str, since: datetime) -> int:
    """How often something was tried in vain since then."""
    mine = select(func.count()).where(LoginFailure.email_hash == subject_hash, LoginFailure.at > since)
    return session.scalar(mine) or 0


def forget_failures(session: Session, subject_hash: str) -> None:
    """It was tried with success."""
    session.execute(delete(LoginFailure).where(LoginFailure.email_hash == subject_hash))


def drop_old_failures(session: Session, before: datetime) -> None:
    """What no lock-out counts any more."""
    session.execute(delete(LoginFailure).where(LoginFailure.at < before))
