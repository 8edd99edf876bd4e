"""What people did with the system and what they looked at: written once, never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId


class AuditEntry(Base):
    """Who did or saw what, and when. Triggers of the database refuse to change or delete a row.

    ``action``: a word of ``bot.audit``; ``subject``: what it was about, as ``ticket:JK-...``; ``data``: values
    that explain it, never what a citizen wrote. ``user_id`` is None where nobody was logged in.
    ``salt``, ``digest``, ``link``, ``position``: as in a ticket's history, one chain a subject and month;
    ``data`` is what can be taken away.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_subject", "subject", "id"),
        Index("ix_audit_entries_user_id", "user_id", "id"),
        Index("ix_audit_entries_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    action: Mapped[str]
    subject: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    salt: Mapped[bytes | None]
    digest: Mapped[str | None]
    link: Mapped[str | None]
    position: Mapped[int | None]
