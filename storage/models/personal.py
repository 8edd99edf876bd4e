"""The rights of those whose data is kept: what they agreed to, what they asked for, and what was forgotten."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId
from storage.types import Encrypted


class Consent(Base):
    """What a citizen was told or agreed to, or took back: a row each time, never changed.

    ``about``: a word of ``bot.personal.consents``; ``wording``: key of the sentence they were told;
    ``inbound_id``: the message by which they said it.
    """

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizens.id"), index=True)
    about: Mapped[str]
    given: Mapped[bool]
    wording: Mapped[str | None]
    inbound_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_messages.id"))
    at: Mapped[datetime]


class RightsRequest(Base):
    """A citizen's request about their own data, and what became of it within the legal time.

    ``kind``: a word of ``bot.personal.rights``; ``due_at``: until when the law wants it done; ``via``: by
    ``message``, at the ``desk``, or by the ``link`` behind which a copy waits to be fetched; ``outcome``:
    ``done``, ``refused`` or ``not_fetched``; ``proof``: what was handed out or done, as a digest that can be
    told to those who asked. ``reminded_at``: when coordinators were told by e-mail that it is due soon.
    """

    __tablename__ = "rights_requests"
    __table_args__ = (Index("ix_rights_requests_due_at", "done_at", "due_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizens.id"), index=True)
    kind: Mapped[str]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    via: Mapped[str]
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str | None] = mapped_column(Encrypted)
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    outcome: Mapped[str | None]
    proof: Mapped[str | None]
    reminded_at: Mapped[datetime | None]


class Erasure(Base):
    """A line of the erasure ledger: whom we forgot, when and why. Replayed after a backup was restored.

    Numbers only: ``citizen_id`` is the row that was emptied. ``reason``: ``request`` or ``retention``;
    ``counts``: rows emptied, by table; ``proof``: a digest over all of it; ``written_at``: when the line reached
    the ledger's file, which lies beside the backups and not in them.
    """

    __tablename__ = "erasures"
    __table_args__ = (Index("ix_erasures_at", "at"), Index("ix_erasures_written_at", "written_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    citizen_id: Mapped[int] = mapped_column(BigId, index=True)
    at: Mapped[datetime]
    reason: Mapped[str]
    counts: Mapped[dict[str, int]]
    proof: Mapped[str]
    written_at: Mapped[datetime | None]
