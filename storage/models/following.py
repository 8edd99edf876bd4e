"""What following up keeps beside a ticket: who held it how long, lists that are due, news that waits."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, BigId
from storage.models.conversations import Conversation
from storage.models.tickets import Ticket
from storage.types import EncryptedJson


class Assignment(Base):
    """One time that an agency held a ticket, so that lateness is counted for each agency by itself.

    ``verify_by``, ``answer_by``, ``solve_by``: this agency's deadlines, moved by every pause. ``verified_at``: it
    first did anything; ``answered_at``: it first gave a date or a result; ``claimed_at``: it said that it is done.
    ``ended_as``: ``closed``, ``reopened`` (the claim was denied), ``misrouted`` (it said that it is not theirs),
    ``moved`` (somebody else took it away). The last two are never counted as late.
    """

    __tablename__ = "assignments"
    __table_args__ = (
        Index("ix_assignments_open", "agency", "ticket_id", sqlite_where=text("ended_at IS NULL"),
              postgresql_where=text("ended_at IS NULL")),
        Index("ix_assignments_solve_by", "solve_by"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    agency: Mapped[str]
    unit: Mapped[str | None]
    begun_at: Mapped[datetime]
    verify_by: Mapped[datetime]
    answer_by: Mapped[datetime]
    solve_by: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_as: Mapped[str | None]


class Digest(Base):
    """A list for one reader: an agency's morning list, the leadership's weekly one, or what had gathered.

    ``kind`` is ``agency``, ``head``, ``coordinators`` or ``leadership``; ``target`` an agency's code, or empty.
    ``due_at`` is when it comes next, empty where it comes only when something is gathered for it.
    """

    __tablename__ = "digests"
    __table_args__ = (UniqueConstraint("kind", "target"), Index("ix_digests_due_at", "due_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str]
    target: Mapped[str]
    due_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class Notice(Base):
    """Something to tell a citizen unasked that waits for its time; put into words when it is told.

    ``key`` names its one occasion, as in the outbox; ``more`` are values that the ticket itself does not have.
    ``state``: ``waiting``, ``told``, ``dropped``.
    """

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_due", "due_at", sqlite_where=text("state = 'waiting'"),
              postgresql_where=text("state = 'waiting'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    wording: Mapped[str]
    more: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="waiting")
    done_at: Mapped[datetime | None]

    conversation: Mapped[Conversation] = relationship()
    ticket: Mapped[Ticket] = relationship()
