"""People who log in to the console, who of them is on duty, and civil servants who write to the number."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, BigId
from storage.models.tickets import Ticket
from storage.types import Encrypted


class User(Base):
    """Someone with a console account.

    ``role`` is one of ``bot.accounts.roles``; an ``agency_officer`` belongs to ``agency`` and sees its tickets
    alone. ``phone`` (E.164) is where an alarm reaches somebody on duty. ``language`` is that of the pages.
    ``totp_secret``: the second factor, asked for since ``totp_confirmed_at``; ``totp_step`` is the last step of
    30 seconds whose code was taken, so that none is taken twice.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str | None]
    password_hash: Mapped[str]
    role: Mapped[str] = mapped_column(default="coordinator")
    agency: Mapped[str | None]
    phone: Mapped[str | None] = mapped_column(Encrypted)
    phone_hash: Mapped[str | None] = mapped_column(index=True)
    language: Mapped[str] = mapped_column(default="id", server_default="id")
    totp_secret: Mapped[str | None] = mapped_column(Encrypted)
    totp_confirmed_at: Mapped[datetime | None]
    totp_step: Mapped[int | None] = mapped_column(BigId)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class LoginSession(Base):
    """One log-in, from then until it is ended: a cookie alone opens nothing. Only the cookie's hash is stored."""

    __tablename__ = "login_sessions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    browser: Mapped[str | None]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class ResetLink(Base):
    """A link by which somebody chooses a new password, once; only its hash is stored."""

    __tablename__ = "reset_links"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LoginFailure(Base):
    """A failed log-in; rows rather than memory, so that the lock-out holds across processes."""

    __tablename__ = "login_failures"
    __table_args__ = (Index("ix_login_failures_email_at", "email_hash", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email_hash: Mapped[str]
    at: Mapped[datetime]


class Shift(Base):
    """Who is on duty from when to when."""

    __tablename__ = "shifts"
    __table_args__ = (Index("ix_shifts_starts_at_ends_at", "starts_at", "ends_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    user: Mapped[User] = relationship()


class Alarm(Base):
    """An emergency that people on duty are told of, again and again until one takes it.

    ``rounds`` counts how often they were told; ``next_at`` is when they are told again, empty once somebody took
    it or there is nobody left to tell.
    """

    __tablename__ = "alarms"
    __table_args__ = (
        Index("ix_alarms_next_at", "next_at", sqlite_where=text("next_at IS NOT NULL"),
              postgresql_where=text("next_at IS NOT NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), unique=True)
    created_at: Mapped[datetime]
    rounds: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    ticket: Mapped[Ticket] = relationship()


class CivilServant(Base):
    """Somebody of the city who may report for others, known by the number they write from."""

    __tablename__ = "civil_servants"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    phone_hash: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(Encrypted)
    unit: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
