"""Claims that something is done, what was found about them, and the prints by which photos are found again."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, BigId
from storage.models.tickets import Attachment, Ticket
from storage.types import Encrypted

WAITS = "verdict IS NULL AND (flagged OR sampled_week IS NOT NULL)"


class Claim(Base):
    """An agency's word that a ticket is done, once for every time that it said so.

    ``round`` is the ticket's count of moves with the claim. ``flags`` as ``bot.agencies.evidence`` makes them;
    ``flagged`` where there are any. ``sampled_week`` (``2026-W48``): drawn that week for a check. ``verdict``:
    ``ok``, ``not_ok``, or None until a person looked.
    """

    __tablename__ = "claims"
    __table_args__ = (
        UniqueConstraint("ticket_id", "round"),
        Index("ix_claims_waiting", "claimed_at", sqlite_where=text(WAITS), postgresql_where=text(WAITS)),
        Index("ix_claims_claimed_at", "claimed_at"),
        Index("ix_claims_sample", "sampled_week", "verdict", "agency", "ticket_id", "round",
              sqlite_where=text("sampled_week IS NOT NULL"), postgresql_where=text("sampled_week IS NOT NULL")),
        Index("ix_claims_flagged", "claimed_at", "agency", "verdict", "ticket_id", "round",
              sqlite_where=text("flagged = 1"), postgresql_where=text("flagged")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    round: Mapped[int]
    agency: Mapped[str]
    claimed_at: Mapped[datetime]
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachments.id"))
    flags: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    flagged: Mapped[bool] = mapped_column(default=False, server_default=false())
    sampled_week: Mapped[str | None]
    verdict: Mapped[str | None]
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str | None] = mapped_column(Encrypted)

    ticket: Mapped[Ticket] = relationship()
    photo: Mapped[Attachment | None] = relationship()


class ClaimDraw(Base):
    """That the sample of a week was drawn: its key lets that happen once, whatever the clock says."""

    __tablename__ = "claim_draws"
    __table_args__ = (UniqueConstraint("week"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    week: Mapped[str]
    drawn_at: Mapped[datetime]
    claims: Mapped[int] = mapped_column(default=0)
    drawn: Mapped[int] = mapped_column(default=0)


class PhotoPrint(Base):
    """A photo's perceptual hash, in eight indexed pieces of 16 bits: photos that look alike agree in one at least.

    It goes with the photo that it is of: an agency's attachment, or what a citizen sent.
    """

    __tablename__ = "photo_prints"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    attachment_id: Mapped[int | None] = mapped_column(
        ForeignKey("attachments.id", ondelete="CASCADE"), unique=True
    )
    media_id: Mapped[int | None] = mapped_column(ForeignKey("media_files.id", ondelete="CASCADE"), unique=True)
    perceptual_hash: Mapped[str]
    piece_0: Mapped[int] = mapped_column(index=True)
    piece_1: Mapped[int] = mapped_column(index=True)
    piece_2: Mapped[int] = mapped_column(index=True)
    piece_3: Mapped[int] = mapped_column(index=True)
    piece_4: Mapped[int] = mapped_column(index=True)
    piece_5: Mapped[int] = mapped_column(index=True)
    piece_6: Mapped[int] = mapped_column(index=True)
    piece_7: Mapped[int] = mapped_column(index=True)
