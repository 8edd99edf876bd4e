"""Photos, voice notes and files that citizens sent: what became of each, and where it is kept."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, BigId
from storage.models.conversations import InboundMessage
from storage.types import Encrypted


class MediaFile(Base):
    """One file of an inbound message, fetched in a queue of its own.

    ``state``: ``waiting`` (due at ``due_at``; in somebody's hands until ``lease_until``), ``kept`` (under
    ``store_key`` in the file store), ``refused`` (it is nothing that we keep; ``reason`` says why), ``failed``
    (it could not be had), ``erasing`` (its citizen wants it gone; the store still has to let go of it),
    ``erased``. The ticket it belongs to is its message's. ``claimed_type`` is the sender's word,
    ``content_type`` what the content is. ``width`` and ``height`` in pixels, ``size`` in bytes, as kept.
    ``taken_at`` and the place, in degrees, are what the photo's EXIF said; the kept photo has none any more.
    """

    __tablename__ = "media_files"
    __table_args__ = (
        UniqueConstraint("inbound_id", "position"),
        Index("ix_media_files_due", "due_at", sqlite_where=text("state = 'waiting'"),
              postgresql_where=text("state = 'waiting'")),
        Index("ix_media_files_kept", "created_at", sqlite_where=text("state = 'kept'"),
              postgresql_where=text("state = 'kept'")),
        Index("ix_media_files_erasing", "id", sqlite_where=text("state = 'erasing'"),
              postgresql_where=text("state = 'erasing'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    inbound_id: Mapped[int] = mapped_column(ForeignKey("inbound_messages.id"))
    position: Mapped[int]
    url: Mapped[str] = mapped_column(Encrypted)
    claimed_type: Mapped[str]
    store_key: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="waiting")
    reason: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    content_type: Mapped[str | None]
    size: Mapped[int | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    perceptual_hash: Mapped[str | None] = mapped_column(index=True)
    taken_at: Mapped[datetime | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    transcript: Mapped[str | None] = mapped_column(Encrypted)

    message: Mapped[InboundMessage] = relationship()
