"""What delivery keeps beside the outbox: who sends by a number, what was told to many, what was compared."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId
from storage.types import Encrypted


class SenderLease(Base):
    """The one process that sends through a sender number until ``until``, and so knows its rate.

    ``line`` is the channel's name.
    """

    __tablename__ = "sender_leases"

    line: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str | None]
    until: Mapped[datetime | None]


class Reconciliation(Base):
    """How far the provider's list of inbound messages has been compared with what the webhook got.

    ``line`` is the channel's name. ``through``: everything that came before is known; ``found``: how many messages
    the last look brought.
    """

    __tablename__ = "reconciliations"

    line: Mapped[str] = mapped_column(primary_key=True)
    through: Mapped[datetime]
    done_at: Mapped[datetime]
    found: Mapped[int] = mapped_column(default=0)


class Announcement(Base):
    """One text of a coordinator to everybody with an open ticket about a service or in some areas.

    ``service`` or ``areas`` may be empty, not both: then the other alone decides. ``state``: ``draft`` (seen by
    nobody yet), ``running`` (its messages are being written, from ``due_at`` on), ``written`` (all of them are),
    ``stopped``. ``planned``: how many people the preview counted; ``after``: the citizen up to whom messages are
    written.
    """

    __tablename__ = "announcements"
    __table_args__ = (
        Index("ix_announcements_due_at", "due_at", sqlite_where=text("due_at IS NOT NULL"),
              postgresql_where=text("due_at IS NOT NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    text: Mapped[str] = mapped_column(Encrypted)
    service: Mapped[str | None]
    areas: Mapped[list[str]]
    state: Mapped[str] = mapped_column(default="draft")
    created_at: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    planned: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    after: Mapped[int] = mapped_column(BigId, default=0)
    ended_at: Mapped[datetime | None]
    stopped_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
