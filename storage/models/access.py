"""Other systems that join: their keys, what they filed by them, and what they want to be told."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId
from storage.types import Encrypted


class ApiKey(Base):
    """A key by which another system asks us for something. The key itself is shown once and stored hashed.

    ``prefix``: its first characters, by which people recognise it; ``scopes``: what it may do, words of
    ``bot.accounts.api_keys``; ``agency``: whose tickets it may report on, where it is an agency's.
    """

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str]
    prefix: Mapped[str]
    key_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]]
    agency: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class RequestToken(Base):
    """What another system filed through Open311: a token until the report has a number.

    ``digest``: a keyed hash of what was sent, by which a repetition is known. The report is a message like any
    other, ``inbound_id``; ``ticket_id``: what the worker made of it, also where its citizen had reported the same
    before and it goes along with that report.
    """

    __tablename__ = "request_tokens"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    api_key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id"), index=True)
    inbound_id: Mapped[int] = mapped_column(ForeignKey("inbound_messages.id"), unique=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    digest: Mapped[str]
    created_at: Mapped[datetime]


class PublicIdKey(Base):
    """The key by which row ids become the ids that other systems see: one row, with the id 1, never changed."""

    __tablename__ = "public_id_keys"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(Encrypted)


class Subscription(Base):
    """A system that is told what happens to tickets, by signed posts to ``url``.

    ``kinds``: the types of events it wants (``bot.subscribers.events``), empty for all; ``agency``: only of
    tickets that this one holds, None for all. ``secret_before`` signs as well for a while after ``rotated_at``.
    ``through``: the last event that was looked at for it. ``succeeded_at``: the last post that was taken;
    ``failing_since``: since when none was, with the last ``error``. While ``suspended_at`` is set nothing is
    posted, ``suspended_for`` says why: ``failing``, ``gone`` (the receiver said so) or ``person``.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (Index("ix_subscriptions_ended_at", "ended_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str]
    url: Mapped[str] = mapped_column(Encrypted)
    secret: Mapped[str] = mapped_column(Encrypted)
    secret_before: Mapped[str | None] = mapped_column(Encrypted)
    rotated_at: Mapped[datetime | None]
    kinds: Mapped[list[str]]
    agency: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    through: Mapped[int] = mapped_column(BigId, default=0)
    succeeded_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    error: Mapped[str | None]
    suspended_at: Mapped[datetime | None]
    suspended_for: Mapped[str | None]
    ended_at: Mapped[datetime | None]
