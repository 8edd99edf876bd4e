"""What a citizen's page shows beside its ticket: photos, how many reported the same, what the same message was
about."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, defer

from storage.models import Attachment, InboundMessage, Incident, MediaFile, Ticket
from storage.queries.media import KEPT

MOST = 12


def own_photos(session: Session, ticket: Ticket) -> Sequence[MediaFile]:
    """What the citizen sent and a browser can show, oldest first."""
    return session.scalars(_own(ticket).order_by(MediaFile.id).limit(MOST)).all()


def own_photo(session: Session, ticket: Ticket, file_id: int) -> MediaFile | None:
    """One of them."""
    return session.scalar(_own(ticket).where(MediaFile.id == file_id))


def proofs(session: Session, ticket: Ticket) -> Sequence[Attachment]:
    """The agency's photos, the newest first, without their contents; of an incident its case's, too."""
    newest = select(Attachment).where(*_proof(ticket)).order_by(Attachment.id.desc()).limit(MOST)
    return session.scalars(newest.options(defer(Attachment.content, raiseload=True))).all()


def proof(session: Session, ticket: Ticket, photo_id: int) -> Attachment | None:
    """One of them, with its content."""
    return session.scalar(select(Attachment).where(*_proof(ticket), Attachment.id == photo_id))


def others_of(session: Session, ticket: Ticket) -> int:
    """How many other tickets are about the same thing."""
    incident = session.get(Incident, ticket.incident_id) if ticket.incident_id else None
    return incident.members - 1 if incident else 0


def same_message(session: Session, ticket: Ticket) -> Sequence[Ticket]:
    """The other tickets that one text of the same citizen was about."""
    first = ticket.linked_to or ticket.id
    together = or_(Ticket.id == first, Ticket.linked_to == first)
    others = (together, Ticket.id != ticket.id, Ticket.citizen_id == ticket.citizen_id, Ticket.sealed.is_(False))
    return session.scalars(select(Ticket).where(*others).order_by(Ticket.id).limit(MOST)).all()


def _own(ticket: Ticket) -> Select[MediaFile]:
    mine = select(MediaFile).join(MediaFile.message)
    is_image = MediaFile.content_type.startswith("image/")
    return mine.where(InboundMessage.ticket_id == ticket.id, MediaFile.state == KEPT, is_image)


def _proof(ticket: Ticket) -> tuple[ColumnElement[bool], ...]:
    tickets = Attachment.ticket_id == ticket.id
    if ticket.incident_id is not None:
        together = select(Ticket.id).where(Ticket.incident_id == ticket.incident_id, Ticket.sealed.is_(False))
        tickets = or_(tickets, Attachment.ticket_id.in_(together))
    return (tickets, Attachment.actor.startswith("agency:"), Attachment.content_type.startswith("image/"))
