"""Attempts that are counted, one row each."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.models import LoginFailure


def nth_newest(session: Session, subject_hash: str, since: datetime, nth: int) -> datetime | None:
    """When the ``nth`` attempt from the newest was made; None where there are fewer after ``since``."""
    mine = select(LoginFailure.at).where(LoginFailure.email_hash == subject_hash, LoginFailure.at > since)
    return session.scalar(mine.order_by(LoginFailure.at.desc()).offset(nth - 1).limit(1))


def drop_one(session: Session, subject_hash: str, at: datetime) -> None:
    """One attempt of that moment."""
    one = select(LoginFailure.id).where(LoginFailure.email_hash == subject_hash, LoginFailure.at == at).limit(1)
    session.execute(delete(LoginFailure).where(LoginFailure.id == one.scalar_subquery()))
