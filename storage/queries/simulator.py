"""What the simulator shows: one citizen's chat with everything that came of it, and the agencies' mail."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import InstrumentedAttribute

from storage.models import (
    Conversation,
    FollowUp,
    Handover,
    InboundMessage,
    OutboundMessage,
    Ticket,
    TicketEvent,
)

MESSAGES, TICKETS, MAILS = 200, 5, 40
EMAIL = "email"
NONE = 0  # the id of no conversation


@dataclass(frozen=True)
class Address:
    """Whose chat it is: a channel and the keyed hash of an address on it."""

    channel: str
    hash: str


@dataclass(frozen=True)
class Chat:
    """One citizen's conversation: messages and follow-ups oldest first, tickets and hand-overs newest first."""

    conversation: Conversation | None
    inbound: Sequence[InboundMessage]
    outbound: Sequence[OutboundMessage]
    tickets: Sequence[Ticket]
    follow_ups: Sequence[FollowUp]
    handovers: Sequence[Handover]


def chat_of(session: Session, address: Address) -> Chat:
    """The conversation with ``address``; an empty chat where there is none yet."""
    conversation = session.scalar(_conversations(address))
    mine = conversation.id if conversation else NONE
    tickets = session.scalars(_tickets(mine).options(selectinload(Ticket.events))).all()
    return Chat(
        conversation,
        session.scalars(_inbound(address, mine)).all()[::-1],
        session.scalars(_outbound(mine)).all()[::-1],
        tickets,
        session.scalars(_follow_ups([ticket.id for ticket in tickets])).all(),
        session.scalars(_handovers(mine)).all(),
    )


def parting_words(session: Session, chat: Chat, last: int) -> OutboundMessage | None:
    """What was still written to the conversation that our message ``last`` was in, where it is ``chat``'s no more:
    its citizen has been forgotten, and reads that."""
    before = session.get(OutboundMessage, last)
    now = chat.conversation.id if chat.conversation else NONE
    if before is None or before.conversation_id in (None, now):
        return None
    behind = select(OutboundMessage).where(OutboundMessage.conversation_id == before.conversation_id)
    return session.scalar(behind.where(OutboundMessage.id > last).order_by(OutboundMessage.id.desc()).limit(1))


def mails(session: Session) -> Sequence[OutboundMessage]:
    """The latest e-mails to agencies, newest first."""
    return session.scalars(_mails()).all()


def fingerprint(session: Session, address: Address) -> str:
    """A short text that changes whenever something of what is shown changes. It decrypts nothing."""
    found = session.execute(_conversations(address, Conversation.id, Conversation.wake_at)).first()
    mine = found[0] if found else NONE
    sent = (OutboundMessage.id, OutboundMessage.state, OutboundMessage.due_at)
    tickets = _rows(session, _tickets(mine), Ticket.id, Ticket.version)
    ids = [ticket[0] for ticket in tickets]
    seen = [
        found,
        _rows(session, _inbound(address, mine), InboundMessage.id, InboundMessage.state),
        _rows(session, _outbound(mine), *sent),
        tickets,
        session.scalar(select(func.max(TicketEvent.id)).where(TicketEvent.ticket_id.in_(ids))),
        _rows(session, _follow_ups(ids), FollowUp.id, FollowUp.state, FollowUp.due_at),
        _rows(session, _handovers(mine), Handover.id, Handover.answered_at),
        _rows(session, _mails(), *sent),
    ]
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def _rows(session: Session, query: Select[Any], *columns: InstrumentedAttribute[Any]) -> list[tuple[Any, ...]]:
    """Only these columns of what ``query`` selects."""
    return [tuple(row) for row in session.execute(query.with_only_columns(*columns))]


def _conversations(address: Address, *columns: InstrumentedAttribute[Any]) -> Select[Any]:
    return select(*(columns or (Conversation,))).where(
        Conversation.channel == address.channel, Conversation.address_hash == address.hash
    )


def _inbound(address: Address, conversation_id: int) -> Select[InboundMessage]:
    """Those that no worker has seen yet belong to no conversation, and are shown all the same."""
    unplaced = and_(
        InboundMessage.conversation_id.is_(None),
        InboundMessage.channel == address.channel,
        InboundMessage.address_hash == address.hash,
    )
    written = select(InboundMessage).where(or_(InboundMessage.conversation_id == conversation_id, unplaced))
    return written.order_by(InboundMessage.id.desc()).limit(MESSAGES)


def _outbound(conversation_id: int) -> Select[OutboundMessage]:
    mine = select(OutboundMessage).where(OutboundMessage.conversation_id == conversation_id)
    return mine.order_by(OutboundMessage.id.desc()).limit(MESSAGES)


def _tickets(conversation_id: int) -> Select[Ticket]:
    mine = select(Ticket).where(Ticket.conversation_id == conversation_id)
    return mine.order_by(Ticket.id.desc()).limit(TICKETS)


def _follow_ups(ticket_ids: Sequence[int]) -> Select[FollowUp]:
    ahead = select(FollowUp).where(FollowUp.ticket_id.in_(ticket_ids), FollowUp.state == "waiting")
    return ahead.order_by(FollowUp.due_at, FollowUp.id)


def _handovers(conversation_id: int) -> Select[Handover]:
    mine = select(Handover).where(Handover.conversation_id == conversation_id)
    return mine.order_by(Handover.id.desc()).limit(TICKETS)


def _mails() -> Select[OutboundMessage]:
    written = select(OutboundMessage).where(OutboundMessage.channel == EMAIL)
    return written.order_by(OutboundMessage.id.desc()).limit(MAILS)
