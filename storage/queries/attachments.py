"""Photos of a ticket: the list without their contents, and one of them with it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from storage.models import Attachment


def photos_of(session: Session, ticket_id: int) -> Sequence[Attachment]:
    """The photos of a ticket, oldest first; their contents are not read."""
    photos = select(Attachment).where(Attachment.ticket_id == ticket_id).order_by(Attachment.id)
    return session.scalars(photos.options(defer(Attachment.content, raiseload=True))).all()


def photo_of(session: Session, ticket_id: int, photo_id: int) -> Attachment | None:
    """One photo, only if it belongs to that ticket."""
    mine = (Attachment.id == photo_id, Attachment.ticket_id == ticket_id)
    return session.scalar(select(Attachment).where(*mine))
