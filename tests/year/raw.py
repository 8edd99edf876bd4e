"""Rows as the tables hold them, for whoever counts them once more; nothing encrypted is read."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import models
from storage.models import Assignment, Conversation, Example, InboundMessage, OutboundMessage, TicketEvent

OF_A_MESSAGE = ("channel", "conversation_id", "ticket_id", "cost", "currency")


@dataclass
class Ticket:
    """A ticket with what happened to it, in order. ``channel``: how it came."""

    id: int
    service: str
    agency: str
    area: str | None
    channel: str
    status: str
    urgent: bool
    created_at: datetime
    closed_at: datetime | None
    asked_at: datetime | None
    solve_by: datetime
    events: list[Any] = field(default_factory=list)
    assignments: list[Any] = field(default_factory=list)


@dataclass
class Raw:
    """Everything that figures are made of. ``asked``: where and when citizens were asked what they mean."""

    tickets: dict[int, Ticket]
    inbound: list[Any]
    outbound: list[Any]
    labels: dict[int | None, Any]
    asked: set[tuple[int | None, datetime]]


def read(session: Session) -> Raw:
    """The whole database, without texts."""
    tickets = {ticket.id: ticket for ticket in _tickets(session)}
    for ticket_id, found in _by_ticket(session, TicketEvent, "at", "kind", "actor", "status", "agency", "data"):
        tickets[ticket_id].events.append(found)
    held = ("agency", "begun_at", "solve_by", "claimed_at", "ended_at", "ended_as")
    for ticket_id, found in _by_ticket(session, Assignment, *held):
        tickets[ticket_id].assignments.append(found)
    outbound = _rows(session, OutboundMessage, "sent_at", "wording", "created_at", *OF_A_MESSAGE)
    inbound = _rows(session, InboundMessage, "id", "received_at", "outcome", "understanding", "done_at",
                    *OF_A_MESSAGE)  # fmt: skip
    labels = _rows(session, Example, "inbound_id", "intent", "service", "faq")
    asked = {(row.conversation_id, row.created_at) for row in outbound if row.wording == "ask_service"}
    return Raw(tickets, inbound, outbound, {row.inbound_id: row for row in labels}, asked)


def _tickets(session: Session) -> list[Ticket]:
    names = (
        "id",
        "service",
        "agency",
        "area",
        "status",
        "urgent",
        "created_at",
        "closed_at",
        "asked_at",
        "solve_by",
    )
    one = models.Ticket
    channels = dict(session.execute(select(Conversation.id, Conversation.channel)).all())
    rows = session.execute(select(one.conversation_id, one.came_by, *(getattr(one, name) for name in names)))
    return [
        Ticket(**dict(zip(names, values, strict=True)), channel=came_by or channels[conversation])
        for conversation, came_by, *values in rows
    ]


def _by_ticket(session: Session, model: Any, *names: str) -> list[tuple[int, Any]]:
    columns = (model.ticket_id, *(getattr(model, name) for name in names))
    return [(row[0], row) for row in session.execute(select(*columns).order_by(model.id))]


def _rows(session: Session, model: Any, *names: str) -> list[Any]:
    return list(session.execute(select(*(getattr(model, name) for name in names))))


def written(session: Session) -> tuple[dict[Any, Any], dict[Any, Any], dict[Any, Any]]:
    """What the roll-ups hold: counters that are not 0, spans, costs, each by span, first day and key."""
    figures: defaultdict[Any, dict[str, int]] = defaultdict(dict)
    for row in session.scalars(select(models.Figures)):
        columns = (column.name for column in models.Figures.__table__.columns)
        counts = {name: getattr(row, name) for name in columns if name not in OF_A_KEY}
        figures[row.span, row.first, row.dimension, row.key] = {n: value for n, value in counts.items() if value}
    spans = {
        (row.span, row.first, row.dimension, row.key, row.measure, row.bucket): row.tickets
        for row in session.scalars(select(models.FigureSpan))
    }
    costs = {
        (row.span, row.first, row.dimension, row.key, row.currency): (row.received, row.sent, row.amount)
        for row in session.scalars(select(models.FigureCost))
    }
    return dict(figures), spans, costs


OF_A_KEY = ("id", "span", "dimension", "first", "key")
