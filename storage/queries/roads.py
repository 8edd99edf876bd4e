"""The road of one message, or of all about a ticket: times, states and ids; never a text, a name or a number."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from storage.models import InboundMessage, OutboundMessage, Ticket, TicketEvent

MOST = 200


class Came(NamedTuple):
    """A message that came in, and what it came to."""

    id: int
    channel: str
    lane: int
    state: str
    outcome: str | None
    received_at: datetime
    done_at: datetime | None
    conversation_id: int | None
    ticket_id: int | None
    model: str | None


class Went(NamedTuple):
    """A message of ours. ``due_at``: when it was to go out, after its last failure at the latest."""

    id: int
    channel: str
    wording: str
    state: str
    attempts: int
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    failure: str | None
    error: str | None
    instead_of: int | None
    conversation_id: int | None


class Happened(NamedTuple):
    """A step in a ticket's history; ``actor`` without who it was."""

    at: datetime
    kind: str
    actor: str
    status: str


def came(session: Session, message_id: int) -> Came | None:
    """One message that came in."""
    row = session.execute(_came().where(InboundMessage.id == message_id)).one_or_none()
    return Came(*row) if row else None


def ticket_id(session: Session, number: str) -> int | None:
    """The row of the ticket ``number``."""
    return session.scalar(select(Ticket.id).where(Ticket.number == number))


def came_about(session: Session, ticket: int) -> list[Came]:
    """What came in about a ticket, the first ``MOST``."""
    found = _came().where(InboundMessage.ticket_id == ticket).order_by(InboundMessage.id).limit(MOST)
    return [Came(*row) for row in session.execute(found)]


def answers_to(session: Session, message: Came) -> list[Went]:
    """What was written in the turn that dealt with a message, and what was sent instead of it."""
    if message.done_at is None or message.conversation_id is None:
        return []
    same_turn = _went().where(
        OutboundMessage.conversation_id == message.conversation_id, OutboundMessage.created_at == message.done_at
    )
    first = [Went(*row) for row in session.execute(same_turn.order_by(OutboundMessage.id))]
    instead = _went().where(OutboundMessage.instead_of.in_([one.id for one in first]))
    return [*first, *(Went(*row) for row in session.execute(instead) if first)]


def went_about(session: Session, ticket: int) -> list[Went]:
    """What was written about a ticket, to anybody; the first ``MOST``."""
    found = _went().where(OutboundMessage.ticket_id == ticket).order_by(OutboundMessage.id).limit(MOST)
    return [Went(*row) for row in session.execute(found)]


def happened(session: Session, ticket: int) -> list[Happened]:
    """What the history says; of people only that it was somebody."""
    found = select(TicketEvent.at, TicketEvent.kind, TicketEvent.actor, TicketEvent.status)
    rows = session.execute(found.where(TicketEvent.ticket_id == ticket).order_by(TicketEvent.id).limit(MOST))
    return [Happened(at, kind, actor.partition(":")[0], status) for at, kind, actor, status in rows]


def _came() -> Select[Any]:
    one = InboundMessage
    model = one.understanding["model"].as_string()
    return select(one.id, one.channel, one.lane, one.state, one.outcome, one.received_at, one.done_at,
                  one.conversation_id, one.ticket_id, model)  # fmt: skip


def _went() -> Select[Any]:
    one = OutboundMessage
    columns: tuple[Any, ...] = (one.id, one.channel, one.wording, one.state, one.attempts, one.created_at,
                                one.due_at, one.sent_at, one.delivered_at, one.failure, one.error,
                                one.instead_of, one.conversation_id)  # fmt: skip
    return select(*columns)
