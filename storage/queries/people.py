"""What people do with a conversation beside answering it: holds, blocked senders, who is registered, praise.

A hold and a block are rows of the handovers table, since both give a conversation into a person's hands.
``hold``: ``created_at`` is since when, ``answered_by`` who holds it, ``due_at`` when it ends by itself,
``inbound_id`` the last message that was dealt with before; it is open until ``answered_at``.
``block``: ``text`` is the reason, ``answered_by`` who blocked; it is never open, for :attr:`Citizen.blocked_at` is
what counts.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, select
from sqlalchemy.orm import Session, aliased, defer

from storage.models import (
    Citizen,
    CivilServant,
    Conversation,
    Handover,
    InboundMessage,
    OutboundMessage,
    Ticket,
    TicketEvent,
    User,
)

HOLD, BLOCK = "hold", "block"
CAME_WHILE_HELD = "with_person"
BY_A_PERSON = "person_answer"


class Held(NamedTuple):
    """A conversation in a person's hands. ``unread``: messages since they wrote last; ``ends_at``: by itself."""

    conversation_id: int
    channel: str
    holder_id: int
    holder: str
    since: datetime
    ends_at: datetime
    unread: int


class Blocked(NamedTuple):
    """A blocked sender; ``kept`` counts the messages that came since and were not answered."""

    citizen: Citizen
    conversation_id: int
    channel: str
    reason: str
    by: str | None
    kept: int


class Registered(NamedTuple):
    """A civil servant who may report for others, and who registered them."""

    servant: CivilServant
    by: str


class Called(NamedTuple):
    """Somebody telephoned about a ticket."""

    at: datetime
    by: str


def waits_for_answer() -> ColumnElement[bool]:
    """Handovers that a person is to answer; a hold is none."""
    return and_(Handover.answered_at.is_(None), Handover.reason != HOLD)


def locked_conversation(session: Session, conversation_id: int) -> Conversation | None:
    """One conversation as it is now, locked until the end of the transaction."""
    found = select(Conversation).where(Conversation.id == conversation_id).with_for_update()
    return session.scalar(found.execution_options(populate_existing=True))


def hold_of(session: Session, conversation_id: int) -> Handover | None:
    """The hold that a conversation is under."""
    mine = _holds().where(Handover.conversation_id == conversation_id)
    return session.scalar(mine.order_by(Handover.id.desc()).limit(1))


def last_hold(session: Session, conversation_id: int) -> Handover | None:
    """The latest hold of a conversation, over or not."""
    mine = select(Handover).where(Handover.reason == HOLD, Handover.conversation_id == conversation_id)
    return session.scalar(mine.order_by(Handover.id.desc()).limit(1))


def abandoned(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """The conversations whose hold is due to end by itself; nothing is locked."""
    due = _holds().where(Handover.due_at <= now).order_by(Handover.due_at, Handover.id).limit(limit)
    return session.scalars(due.with_only_columns(Handover.conversation_id)).all()


def last_dealt_with(session: Session, conversation_id: int) -> int | None:
    """The newest message of a conversation that has had its effect."""
    done = select(func.max(InboundMessage.id)).where(
        InboundMessage.conversation_id == conversation_id, InboundMessage.state == "done"
    )
    return session.scalar(done)


def unread(session: Session, hold: Handover) -> Sequence[InboundMessage]:
    """What came since a person wrote last, during ``hold`` and those it took over from; oldest first."""
    since = session.scalar(_last_written(hold.conversation_id))
    found = select(InboundMessage).where(
        InboundMessage.conversation_id == hold.conversation_id,
        InboundMessage.outcome == CAME_WHILE_HELD,
        InboundMessage.id > (hold.inbound_id or 0),
    )
    if since is not None:
        found = found.where(InboundMessage.received_at > since)
    return session.scalars(found.order_by(InboundMessage.id)).all()


def held(session: Session, limit: int, conversation_id: int | None = None) -> list[Held]:
    """Conversations that people hold, those with the most unread first: one statement."""
    count = _unread_count()
    columns = (
        Handover.conversation_id,
        Conversation.channel,
        User.id,
        User.email,
        Handover.created_at,
        Handover.due_at,
        count,
    )
    rows = (
        _holds()
        .join(Conversation, Conversation.id == Handover.conversation_id)
        .join(User, User.id == Handover.answered_by)
        .with_only_columns(*columns)
        .order_by(count.desc(), Handover.created_at)
        .limit(limit)
    )
    if conversation_id is not None:
        rows = rows.where(Handover.conversation_id == conversation_id)
    return [Held(*row) for row in session.execute(rows)]


def is_staff(session: Session, phone_hash: str) -> bool:
    """Whether that number is a colleague's, or a registered civil servant's."""
    users = select(User.id).where(User.phone_hash == phone_hash, User.disabled_at.is_(None))
    servants = select(CivilServant.id).where(CivilServant.phone_hash == phone_hash)
    return session.scalar(users.union_all(servants).limit(1)) is not None


def blocked(session: Session, limit: int) -> list[Blocked]:
    """Who is blocked, the latest first."""
    latest = select(func.max(Handover.id)).join(Conversation).where(Handover.reason == BLOCK)
    mine = latest.where(Conversation.citizen_id == Citizen.id).correlate(Citizen).scalar_subquery()
    kept = (
        select(func.count(InboundMessage.id))
        .where(
            InboundMessage.conversation_id == Conversation.id,
            InboundMessage.outcome == "blocked",
            InboundMessage.received_at >= Citizen.blocked_at,
        )
        .correlate(Conversation, Citizen)
        .scalar_subquery()
    )
    rows = (
        select(Citizen, Conversation.id, Conversation.channel, Handover.text, User.email, kept)
        .select_from(Citizen)
        .join(Handover, Handover.id == mine)
        .join(Conversation, Conversation.id == Handover.conversation_id)
        .outerjoin(User, User.id == Handover.answered_by)
        .where(Citizen.blocked_at.is_not(None))
        .order_by(Citizen.blocked_at.desc())
        .limit(limit)
    )
    return [Blocked(*row) for row in session.execute(rows)]


def open_questions_of(session: Session, citizen_id: int) -> Sequence[Handover]:
    """What waits for an answer from a person, from one citizen."""
    mine = select(Handover).join(Conversation).where(waits_for_answer(), Conversation.citizen_id == citizen_id)
    return session.scalars(mine.order_by(Handover.id)).all()


def servants(session: Session, limit: int) -> list[Registered]:
    """Registered civil servants by unit, then in the order in which they were added."""
    rows = select(CivilServant, User.email).join(User, User.id == CivilServant.created_by)
    return [
        Registered(*row) for row in session.execute(rows.order_by(CivilServant.unit, CivilServant.id).limit(limit))
    ]


def praise(session: Session, start: datetime, end: datetime, limit: int) -> Sequence[Ticket]:
    """Thanks that came from ``start`` until before ``end``, the oldest first; none that is sealed."""
    found = select(Ticket).where(
        Ticket.kind == "apresiasi", ~Ticket.sealed, Ticket.created_at >= start, Ticket.created_at < end
    )
    return session.scalars(found.options(defer(Ticket.story)).order_by(Ticket.id).limit(limit)).all()


def calls_about(session: Session, ticket_ids: Iterable[int]) -> dict[int, Called]:
    """Who telephoned about these tickets, by ticket."""
    made = select(TicketEvent.ticket_id, TicketEvent.at, TicketEvent.actor).where(
        TicketEvent.ticket_id.in_(list(ticket_ids)), TicketEvent.kind == "called"
    )
    rows = session.execute(made.order_by(TicketEvent.id.desc())).all()
    callers = {int(actor.partition(":")[2]) for _, _, actor in rows}
    people = session.scalars(select(User).where(User.id.in_(callers)))
    names = {user.id: user.email for user in people}
    return {ticket_id: Called(at, names.get(int(actor.partition(":")[2]), "")) for ticket_id, at, actor in rows}


def was_called(session: Session, ticket_id: int) -> bool:
    made = select(TicketEvent.id).where(TicketEvent.ticket_id == ticket_id, TicketEvent.kind == "called")
    return session.scalar(made.limit(1)) is not None


def linked(session: Session, ticket: Ticket, *, sealed: bool) -> Sequence[Ticket]:
    """The other tickets of the same text; among them sealed ones only with ``sealed``."""
    first = ticket.linked_to or ticket.id
    same = select(Ticket).where((Ticket.linked_to == first) | (Ticket.id == first))
    mine = same.where(Ticket.id != ticket.id).options(defer(Ticket.story))
    return session.scalars((mine if sealed else mine.where(~Ticket.sealed)).order_by(Ticket.id)).all()


def _holds() -> Select[Handover]:
    return select(Handover).where(Handover.reason == HOLD, Handover.answered_at.is_(None))


def _last_written(conversation_id: int) -> Select[datetime | None]:
    return select(func.max(OutboundMessage.created_at)).where(
        OutboundMessage.conversation_id == conversation_id, OutboundMessage.wording == BY_A_PERSON
    )


def _unread_count() -> ScalarSelect[int]:
    """As :func:`unread`, for a row of a list."""
    answer = aliased(OutboundMessage)
    later = (
        select(answer.id)
        .where(answer.conversation_id == InboundMessage.conversation_id, answer.wording == BY_A_PERSON)
        .where(answer.created_at >= InboundMessage.received_at)
    )
    return (
        select(func.count(InboundMessage.id))
        .where(
            InboundMessage.conversation_id == Handover.conversation_id,
            InboundMessage.outcome == CAME_WHILE_HELD,
            InboundMessage.id > func.coalesce(Handover.inbound_id, 0),
            ~later.exists(),
        )
        .correlate(Handover)
        .scalar_subquery()
    )
