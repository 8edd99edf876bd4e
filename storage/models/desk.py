"""What coordinators keep for their work: who looks at what, views, ready sentences, answers and examples."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, BigId
from storage.models.staff import User
from storage.types import Encrypted


class Presence(Base):
    """That somebody has a ticket's page open; of interest for some seconds after ``seen_at``.

    ``writing_at``: when they last typed in a reply's box.
    """

    __tablename__ = "presences"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    seen_at: Mapped[datetime]
    writing_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class SavedView(Base):
    """A view of a list that somebody keeps under a name; ``query`` is what the address bar holds."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str]
    query: Mapped[str]
    created_at: Mapped[datetime]


class CannedReply(Base):
    """A ready sentence for citizens, with variables in braces such as ``{number}``."""

    __tablename__ = "canned_replies"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    title: Mapped[str]
    text: Mapped[str]
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    updated_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class StandingAnswer(Base):
    """An answer that people keep: for a topic instead of the one in the city's files, or to a question of its own.

    ``topic`` is the topic's code, or None where the model knows none: then it is offered to whoever answers a
    question like ``question``. ``owner``: code of the agency that answers for it; ``source``: where that can be
    read. It is given to citizens once somebody has verified it, until the end of ``valid_until``.
    """

    __tablename__ = "standing_answers"
    __table_args__ = (
        Index("ix_standing_answers_topic", "topic", unique=True,
              sqlite_where=text("topic IS NOT NULL AND retired_at IS NULL"),
              postgresql_where=text("topic IS NOT NULL AND retired_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    topic: Mapped[str | None]
    question: Mapped[str | None] = mapped_column(Encrypted)
    text_id: Mapped[str]
    text_en: Mapped[str | None]
    owner: Mapped[str]
    source: Mapped[str]
    valid_until: Mapped[date]
    verified_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    verified_at: Mapped[datetime | None]
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    updated_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class Example(Base):
    """A message with the meaning that a person gave it, kept to train the model with; ``text`` is masked."""

    __tablename__ = "examples"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    inbound_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_messages.id"), unique=True)
    text: Mapped[str] = mapped_column(Encrypted)
    intent: Mapped[str]
    service: Mapped[str | None]
    faq: Mapped[str | None]
    place: Mapped[str | None] = mapped_column(Encrypted)
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
