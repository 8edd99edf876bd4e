"""People who log in to the console, who of them is on duty, and civil servants who write to the number."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, BigId
from storage.models.tickets import Ticket
from storage.types import Encrypted


class User(Base):
    """Someone with a console account.

    ``role`` is ``administrator``, ``coordinator``, ``sealed_officer`` or ``agency_officer``; the last belongs to
    ``agency`` and sees its tickets alone. ``phone`` (E.164) is where an alarm reaches somebody on duty.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    role: Mapped[str] = mapped_column(default="coordinator")
    agency: Mapped[str | None]
    phone: Mapped[str | None] = mapped_column(Encrypted)
    phone_hash: Mapped[str | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


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
