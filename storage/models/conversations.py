"""Citizens, the conversations they have with us, and what they wrote."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, BigId
from storage.types import Encrypted, EncryptedJson, Money


class Citizen(Base):
    """A person who wrote to us, known by one or more addresses.

    ``phone_hash`` joins a WhatsApp and an SMS address of one number; someone who only has a WhatsApp user id
    has none. ``blocked_at``: a coordinator wants no more of this sender's messages answered, emergencies excepted.
    """

    __tablename__ = "citizens"
    __table_args__ = (
        Index("ix_citizens_blocked_at", "blocked_at", sqlite_where=text("blocked_at IS NOT NULL"),
              postgresql_where=text("blocked_at IS NOT NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    created_at: Mapped[datetime]
    phone_hash: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str | None] = mapped_column(Encrypted)
    hide_name: Mapped[bool] = mapped_column(default=False)
    notice_given_at: Mapped[datetime | None]
    opted_out_at: Mapped[datetime | None]
    blocked_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]


class Conversation(Base):
    """The exchange with one address on one channel; claimed by a worker through a lease.

    Whoever holds the lease knows ``lease_token``; the transaction that ends the work checks that the token is
    still its own, so a worker that was slow or dead can never write over its successor. ``unreachable_at``: the
    provider said that nothing can be sent to this address; a message from there shows that it can.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("channel", "address_hash"),
        Index("ix_conversations_wake_at", "wake_at", postgresql_where=text("wake_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str]
    address_hash: Mapped[str]
    address: Mapped[str] = mapped_column(Encrypted)
    our_address: Mapped[str | None]
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizens.id"), index=True)
    language: Mapped[str] = mapped_column(default="id")
    created_at: Mapped[datetime]
    last_inbound_at: Mapped[datetime | None]
    unreachable_at: Mapped[datetime | None]
    dialogue: Mapped[dict[str, Any]] = mapped_column(EncryptedJson, default=dict)
    held_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    lane: Mapped[int] = mapped_column(SmallInteger, default=1)
    wake_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[int] = mapped_column(default=0)

    citizen: Mapped[Citizen] = relationship()


class InboundMessage(Base):
    """One message as it arrived: stored and committed before anything thinks about it.

    ``state``: ``new`` (nobody looked), ``held`` (looked at, waiting for more of the burst or for the NLU),
    ``done``. ``text`` is masked (NIK, phone and card numbers) and is what the NLU and the search see;
    ``content`` is what was really said. ``cost`` in ``currency``: what receiving it cost, an estimate;
    ``copy_deleted_at``: the provider keeps no copy of it any more;
    ``cleared_at``: its words were dropped because their time was over.
    """

    __tablename__ = "inbound_messages"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index("ix_inbound_messages_open", "lane", "id", sqlite_where=text("state != 'done'"),
              postgresql_where=text("state != 'done'")),
        Index("ix_inbound_messages_conversation", "conversation_id", "id"),
        Index("ix_inbound_messages_received_at", "received_at"),
        Index("ix_inbound_messages_unplaced", "channel", "address_hash",
              sqlite_where=text("conversation_id IS NULL"), postgresql_where=text("conversation_id IS NULL")),
        Index("ix_inbound_messages_copies", "channel", "received_at",
              sqlite_where=text("copy_deleted_at IS NULL"), postgresql_where=text("copy_deleted_at IS NULL")),
        # What the model read as scolding, for the console's lists.
        Index("ix_inbound_messages_anger", "ticket_id",
              sqlite_where=text("json_extract(understanding, '$.intents[0][0]') = 'marah'"),
              postgresql_where=text("(understanding #>> '{intents,0,0}') = 'marah'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str]
    external_id: Mapped[str]
    address_hash: Mapped[str]
    phone_hash: Mapped[str | None]
    address: Mapped[str] = mapped_column(Encrypted)
    our_address: Mapped[str | None]
    received_at: Mapped[datetime]
    lane: Mapped[int] = mapped_column(SmallInteger, default=1)
    state: Mapped[str] = mapped_column(default="new")
    text: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    raw: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    understanding: Mapped[dict[str, Any] | None]
    outcome: Mapped[str | None]
    done_at: Mapped[datetime | None]
    cost: Mapped[Decimal | None] = mapped_column(Money)
    currency: Mapped[str | None]
    copy_deleted_at: Mapped[datetime | None]
    cleared_at: Mapped[datetime | None]


class Quarantine(Base):
    """A signed message of ours that fits no number we answer: kept for a person to look at."""

    __tablename__ = "quarantine"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str]
    external_id: Mapped[str] = mapped_column(unique=True)
    reason: Mapped[str]
    raw: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    received_at: Mapped[datetime]
