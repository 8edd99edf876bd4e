"""People who log in to the console."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId


class User(Base):
    """Someone with a console account. ``role`` is ``administrator`` or ``coordinator``."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    role: Mapped[str] = mapped_column(default="coordinator")
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class LoginFailure(Base):
    """A failed log-in; rows rather than memory, so that the lock-out holds across processes."""

    __tablename__ = "login_failures"
    __table_args__ = (Index("ix_login_failures_email_at", "email_hash", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email_hash: Mapped[str]
    at: Mapped[datetime]
