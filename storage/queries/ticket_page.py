"""What the page of one ticket reads, in few statements however much was said about it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select, union
from sqlalchemy.orm import Session, aliased, contains_eager, defer, joinedload, selectinload

from storage.models import (
    Attachment,
    AuditEntry,
    Conversation,
    Handover,
    InboundMessage,
    Incident,
    MediaFile,
    OutboundMessage,
    Ticket,
    TicketEvent,
    User,
)
from storage.queries.media import ERASED, ERASING
from storage.queries.people import HOLD

# Nobody has so many; what is sealed comes first, for it decides what may be read.
MOST_OWN = 60
LEAD = aliased(Ticket)
# A sum in which no change of one message's state is lost.
WEIGHT = {"waiting": 1, "sending": 3, "accepted": 7, "delivered": 19, "read": 53, "failed": 131, "in_doubt": 311,
          "cancelled": 733}  # fmt: skip


class Opened(NamedTuple):
    """A ticket with its history, citizen and conversation; ``hold``: it is in somebody's hands.

    ``lead``: the number under which the agency works on it, where several reported the same. ``fingerprint``: as
    :func:`fingerprint`, of the same moment or an earlier one.
    """

    ticket: Ticket
    incident: Incident | None
    lead: str | None
    hold: Handover | None
    fingerprint: str
    has_photos: bool


def opened(session: Session, number: str) -> Opened | None:
    """The ticket of that number; two statements."""
    found = (
        select(Ticket, Incident, LEAD.number, Handover, *_marks())
        .join(Ticket.conversation)
        .outerjoin(Incident, Incident.id == Ticket.incident_id)
        .outerjoin(LEAD, LEAD.id == Incident.lead_id)
        .outerjoin(Handover, _is_hold())
        .where(Ticket.number == number)
        .order_by(Handover.id.desc())
        .limit(1)
        .options(
            contains_eager(Ticket.conversation).joinedload(Conversation.citizen),
            joinedload(Ticket.citizen),
            selectinload(Ticket.events),
        )
    )
    row = session.execute(found).first()
    return Opened(row[0], row[1], row[2], row[3], _written(row[4:]), row[-1] > 0) if row else None


def find_ticket(session: Session, number: str) -> Ticket | None:
    """The ticket of that number, without anything beside it."""
    return session.scalar(select(Ticket).where(Ticket.number == number))


def others_of(session: Session, ticket: Ticket) -> Sequence[Ticket]:
    """The same citizen's other tickets and those of the same text: sealed ones first, then the newest.

    What they tell is not read.
    """
    first = ticket.linked_to or ticket.id
    # Each by its own index: of the three together, in order, a planner reads the whole table.
    ways = (Ticket.citizen_id == ticket.citizen_id, Ticket.linked_to == first, Ticket.id == first)
    belong = union(*(select(Ticket.id).where(way) for way in ways))
    mine = select(Ticket).where(Ticket.id.in_(belong), Ticket.id != ticket.id)
    newest = mine.order_by(Ticket.sealed.desc(), Ticket.id.desc()).limit(MOST_OWN)
    return session.scalars(newest.options(defer(Ticket.story), defer(Ticket.place))).all()


def received(
    session: Session, conversation_id: int, most: int
) -> tuple[list[InboundMessage], dict[int, list[MediaFile]]]:
    """The newest messages that came in, and the files that were sent with them, by message; one statement."""
    mine = select(InboundMessage.id).where(InboundMessage.conversation_id == conversation_id)
    newest = mine.order_by(InboundMessage.id.desc()).limit(most).subquery()
    is_there = and_(MediaFile.inbound_id == InboundMessage.id, MediaFile.state.not_in((ERASING, ERASED)))
    found = (
        select(InboundMessage, MediaFile)
        .join(newest, newest.c.id == InboundMessage.id)
        .outerjoin(MediaFile, is_there)
        .order_by(InboundMessage.id.desc(), MediaFile.position)
        .options(defer(InboundMessage.raw))
    )
    messages: dict[int, InboundMessage] = {}
    files: dict[int, list[MediaFile]] = {}
    for message, file in session.execute(found):
        messages[message.id] = message
        if file is not None:
            files.setdefault(message.id, []).append(file)
    return list(messages.values()), files


def colleagues(session: Session, roles: Collection[str], ids: Collection[int]) -> Sequence[User]:
    """Everybody with one of ``roles`` whose account is open, and whoever else ``ids`` names."""
    at_work = and_(User.role.in_(roles), User.disabled_at.is_(None))
    wanted = select(User).where(or_(at_work, User.id.in_(ids)))
    return session.scalars(wanted.order_by(func.coalesce(User.name, User.email), User.id)).all()


def fingerprint(session: Session, ticket_id: int) -> str | None:
    """A text that any change on the ticket's page changes; one statement."""
    found = select(*_marks()).join(Conversation, Conversation.id == Ticket.conversation_id)
    row = session.execute(found.where(Ticket.id == ticket_id)).first()
    return _written(row) if row else None


def was_looked_at(session: Session, number: str, user_id: int, since: datetime) -> bool:
    """Whether the audit has that this user opened the ticket since then."""
    mine = (AuditEntry.subject == f"ticket:{number}", AuditEntry.user_id == user_id, AuditEntry.at >= since)
    return session.scalar(select(AuditEntry.id).where(*mine, AuditEntry.action == "looked").limit(1)) is not None


def _written(marks: Sequence[Any]) -> str:
    return ".".join(str(mark or 0) for mark in marks)


def _marks() -> tuple[Any, ...]:
    """For a query over tickets with their conversations: numbers that only a change moves."""
    events = select(func.max(TicketEvent.id)).where(TicketEvent.ticket_id == Ticket.id)
    came = select(func.max(InboundMessage.id)).where(InboundMessage.conversation_id == Ticket.conversation_id)
    done = select(func.count(InboundMessage.id)).where(
        InboundMessage.conversation_id == Ticket.conversation_id, InboundMessage.state == "done"
    )
    went = or_(OutboundMessage.conversation_id == Ticket.conversation_id, OutboundMessage.ticket_id == Ticket.id)
    states = select(func.sum(case(WEIGHT, value=OutboundMessage.state, else_=0))).where(went)
    last = select(func.max(OutboundMessage.id)).where(went)
    photos = select(func.count(Attachment.id)).where(Attachment.ticket_id == Ticket.id)
    parts = (part.correlate(Ticket).scalar_subquery() for part in (events, came, done, states, last, photos))
    return (Ticket.version, Ticket.incident_id, Conversation.held_by, *parts)


def _is_hold() -> ColumnElement[bool]:
    return and_(
        Handover.conversation_id == Conversation.id, Handover.reason == HOLD, Handover.answered_at.is_(None)
    )
