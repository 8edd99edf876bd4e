"""Empties what hangs on somebody's own rows, table by table; each step tells how many rows it emptied.

Numbers, times, services and areas stay, so that counts are right.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from bot.personal.provider_ids import kept_of
from storage.models import (
    Attachment,
    Citizen,
    Claim,
    Conversation,
    Example,
    Handover,
    InboundMessage,
    MediaFile,
    Notice,
    OutboundMessage,
    Recheck,
    RequestToken,
    RightsRequest,
    SimulatedFile,
    Ticket,
    TicketEvent,
)
from storage.queries.media import erase_files
from storage.queries.states import DONE, WAITING

IN_HAND = ("waiting", "sending", "in_doubt")
Step = tuple[str, int]


def empty(session: Session, citizen: Citizen, now: datetime) -> Iterator[Step]:
    """Everything but the addresses, which are needed for a last reply, and the tickets themselves."""
    session.flush()
    talks = select(Conversation.id).where(Conversation.citizen_id == citizen.id)
    mine = select(Ticket.id).where(Ticket.citizen_id == citizen.id)
    told = select(InboundMessage.id).where(InboundMessage.conversation_id.in_(talks))
    yield "simulated_files", _simulated(session, talks)
    yield "examples", _run(session, delete(Example).where(Example.inbound_id.in_(told)))
    yield "media_files", _files(session, talks)
    yield (
        "request_tokens",
        _run(session, update(RequestToken).where(RequestToken.inbound_id.in_(told)).values(digest="erased")),
    )
    yield "inbound_messages", _inbound(session, talks, now)
    yield "outbound_messages", _outbound(session, talks, mine, now)
    yield "ticket_events", _history(session, mine)
    yield "attachments", _attachments(session, mine)
    yield "claims", _run(session, update(Claim).where(Claim.ticket_id.in_(mine)).values(note=None))
    yield "handovers", _handovers(session, talks, now)
    _rechecks(session, talks, now)
    yield "notices", _notices(session, talks, mine, now)
    asked = update(RightsRequest).where(RightsRequest.citizen_id == citizen.id)
    yield "rights_requests", _run(session, asked.values(note=None))
    silent: dict[str, Any] = {"dialogue": {}, "wake_at": None, "held_by": None}
    yield "conversations", _run(session, update(Conversation).where(Conversation.id.in_(talks)).values(**silent))


def empty_tickets(session: Session, citizen: Citizen) -> list[Ticket]:
    """The tickets themselves: words and places."""
    found = session.scalars(select(Ticket).where(Ticket.citizen_id == citizen.id).order_by(Ticket.id)).all()
    for ticket in found:
        ticket.story = ticket.masked_story = ""
        ticket.place = ticket.latitude = ticket.longitude = ticket.source = None
    session.flush()
    return list(found)


def blank(session: Session, rows: Sequence[OutboundMessage], now: datetime) -> None:
    """Drop what stands in messages that have come to their end; an agency's own address stays."""
    for row in rows:
        row.body, row.provider_id = kept_of(row.body, row.provider_id)
        row.cleared_at = now
        if row.conversation_id is not None:
            row.recipient = ""


def _inbound(session: Session, talks: Select[Any], now: datetime) -> int:
    ours = InboundMessage.conversation_id.in_(talks)
    unread = update(InboundMessage).where(ours, InboundMessage.state != DONE)
    _run(session, unread.values(state=DONE, outcome="erased", done_at=now))
    return _run(session, update(InboundMessage).where(ours).values(text="", content={}, raw={}, cleared_at=now))


def _outbound(session: Session, talks: Select[Any], mine: Select[Any], now: datetime) -> int:
    """What has not gone out does not; what is just going out is emptied afterwards (``bot.personal.sweeping``)."""
    concerned = or_(OutboundMessage.conversation_id.in_(talks), OutboundMessage.ticket_id.in_(mine))
    waiting = update(OutboundMessage).where(concerned, OutboundMessage.state == WAITING)
    _run(session, waiting.values(state="cancelled"))
    settled = concerned, OutboundMessage.state.not_in(IN_HAND), OutboundMessage.cleared_at.is_(None)
    count = 0
    while rows := session.scalars(select(OutboundMessage).where(*settled).limit(500)).all():
        blank(session, rows, now)
        session.flush()
        count += len(rows)
    return count


def _history(session: Session, mine: Select[Any]) -> int:
    """The salt goes with the words: what remains of them in the chain can be guessed by nobody."""
    told = update(TicketEvent).where(TicketEvent.ticket_id.in_(mine), TicketEvent.note.is_not(None))
    return _run(session, told.values(note=None, salt=None))


def _attachments(session: Session, mine: Select[Any]) -> int:
    """An agency's photos of its work stay, without saying where they were taken."""
    theirs = Attachment.ticket_id.in_(mine)
    _run(session, update(Attachment).where(theirs).values(latitude=None, longitude=None))
    return _run(session, delete(Attachment).where(theirs, Attachment.actor == "citizen"))


def _handovers(session: Session, talks: Select[Any], now: datetime) -> int:
    handovers = update(Handover).where(Handover.conversation_id.in_(talks))
    _run(session, handovers.where(Handover.answered_at.is_(None)).values(answered_at=now))
    return _run(session, handovers.values(text="", answer=None))


def _rechecks(session: Session, talks: Select[Any], now: datetime) -> None:
    open_ones = Recheck.conversation_id.in_(talks), Recheck.state.in_(("waiting", "asked"))
    _run(session, update(Recheck).where(*open_ones).values(state="cancelled", done_at=now))


def _notices(session: Session, talks: Select[Any], mine: Select[Any], now: datetime) -> int:
    theirs = or_(Notice.conversation_id.in_(talks), Notice.ticket_id.in_(mine))
    waiting = update(Notice).where(theirs, Notice.state == WAITING)
    _run(session, waiting.values(state="dropped", done_at=now))
    return _run(session, update(Notice).where(theirs).values(more=None))


def _files(session: Session, talks: Select[Any]) -> int:
    of_talks = select(InboundMessage.id).where(InboundMessage.conversation_id.in_(talks))
    count = session.scalar(select(func.count(MediaFile.id)).where(MediaFile.inbound_id.in_(of_talks)))
    erase_files(session, list(session.scalars(talks)))
    return count or 0


def _simulated(session: Session, talks: Select[Any]) -> int:
    """A photo of the simulator stands in its message by an address that ends in its id."""
    of_talks = select(InboundMessage.id).where(InboundMessage.conversation_id.in_(talks))
    urls = session.scalars(select(MediaFile.url).where(MediaFile.inbound_id.in_(of_talks)))
    ids = [url.rstrip("/").rpartition("/")[2] for url in urls if url]
    return _run(session, delete(SimulatedFile).where(SimulatedFile.id.in_(ids))) if ids else 0


def _run(session: Session, statement: Any) -> int:
    result: Any = session.execute(statement.execution_options(synchronize_session="fetch"))
    return max(int(result.rowcount), 0)
