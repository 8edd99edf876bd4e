"""What is to be sent and how far it came, and the links that agencies act through."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, BigId
from storage.models.conversations import Conversation
from storage.types import Encrypted, EncryptedJson, Money

ANGER = "wording IN ('anger_heard', 'anger_met', 'anger_met_open', 'anger_met_open_late')"


class OutboundMessage(Base):
    """One message to a citizen or an agency, written in the transaction that decided it.

    ``state``: ``waiting`` (due at ``due_at``), ``sending`` (a sender has it), ``accepted`` (the provider took
    it), ``delivered``, ``read``, ``failed``, ``in_doubt`` (nobody knows whether the provider took it),
    ``cancelled``. ``key`` names the one occasion of the message, so that it cannot be written twice.
    ``at_least_once`` may be sent again when in doubt: e-mails, and the first reply to an emergency.

    ``failure``: why it failed, as a class of ``bot.delivery.failures``; ``instead_of``: the message that did not
    get through and that this one says by another way. A failed message with no such successor waits for a person
    until ``settled_at``. ``form``: how it was sent (``text``, ``buttons``, ``template``); ``cost`` in
    ``currency``, an estimate; ``copy_deleted_at``: the provider keeps no copy of it any more;
    ``cleared_at``: its words were dropped because their time was over.
    """

    __tablename__ = "outbound_messages"
    __table_args__ = (
        Index("ix_outbound_messages_due", "channel", "lane", "due_at", sqlite_where=text("state = 'waiting'"),
              postgresql_where=text("state = 'waiting'")),
        Index("ix_outbound_messages_in_hand", "conversation_id", sqlite_where=text("state = 'sending'"),
              postgresql_where=text("state = 'sending'")),
        Index("ix_outbound_messages_dead", "id", sqlite_where=text("state = 'failed' AND settled_at IS NULL"),
              postgresql_where=text("state = 'failed' AND settled_at IS NULL")),
        # Nearly all rows have neither: a whole index would be taken for "is null" and read from end to end.
        Index("ix_outbound_messages_instead_of", "instead_of", sqlite_where=text("instead_of IS NOT NULL"),
              postgresql_where=text("instead_of IS NOT NULL")),
        Index("ix_outbound_messages_announcement_id", "announcement_id",
              sqlite_where=text("announcement_id IS NOT NULL"),
              postgresql_where=text("announcement_id IS NOT NULL")),
        Index("ix_outbound_messages_copies", "channel", "created_at",
              sqlite_where=text("provider_id IS NOT NULL AND copy_deleted_at IS NULL"),
              postgresql_where=text("provider_id IS NOT NULL AND copy_deleted_at IS NULL")),
        Index("ix_outbound_messages_unsettled", "state", "lease_until",
              sqlite_where=text("state IN ('sending', 'in_doubt')"),
              postgresql_where=text("state IN ('sending', 'in_doubt')")),
        Index("ix_outbound_messages_sent_at", "sent_at"),
        # Of citizens who were met as angry, for the console's lists.
        Index("ix_outbound_messages_anger", "conversation_id", "created_at", sqlite_where=text(ANGER),
              postgresql_where=text(ANGER)),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[str]
    recipient: Mapped[str] = mapped_column(Encrypted)
    sender: Mapped[str | None]
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    wording: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    lane: Mapped[int] = mapped_column(SmallInteger, default=1)
    at_least_once: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    provider_id: Mapped[str | None] = mapped_column(index=True)
    error: Mapped[str | None]
    failure: Mapped[str | None]
    instead_of: Mapped[int | None] = mapped_column(ForeignKey("outbound_messages.id"))
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    announcement_id: Mapped[int | None] = mapped_column(ForeignKey("announcements.id"))
    form: Mapped[str | None]
    cost: Mapped[Decimal | None] = mapped_column(Money)
    currency: Mapped[str | None]
    copy_deleted_at: Mapped[datetime | None]
    cleared_at: Mapped[datetime | None]

    conversation: Mapped[Conversation | None] = relationship()


class AgencyLink(Base):
    """A link by which an agency acts on one ticket; only its hash is stored."""

    __tablename__ = "agency_links"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    agency: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
