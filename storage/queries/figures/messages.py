"""What each figure about messages counts: how many came and went, what the model made of them, what they cost.

Those about a ticket count for whoever has it, when they are counted; those about none have no agency here.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, exists, func, or_, select, true

from storage.models import Example, InboundMessage, OutboundMessage, Ticket, TicketEvent
from storage.queries.figures import kinds
from storage.queries.figures.facts import Facts, Figure, Keys, holder_now

Message = type[InboundMessage] | type[OutboundMessage]
BILLED_FIGURES = ("received", "sent")


def received(start: datetime, end: datetime) -> Facts:
    """What came in, and what the model made of it."""
    read = InboundMessage.understanding["intents"].as_string().is_not(None)
    outcome = InboundMessage.outcome
    asked = and_(outcome == kinds.ASKED, _was_asked_what_is_meant())
    figures = {
        "received": Figure(true()),
        "alone": Figure(and_(read, outcome.in_(kinds.BY_THE_MODEL), ~asked)),
        "asked": Figure(and_(read, asked)),
        "by_people": Figure(outcome.in_(kinds.TO_A_PERSON)),
        "wrong": Figure(and_(read, or_(_was_labelled_otherwise(), _was_corrected()))),
    }
    facts = _facts(InboundMessage, InboundMessage.received_at, start, end, figures)
    written = facts.rows.where(InboundMessage.channel.not_in(kinds.NO_MESSAGES))
    return replace(facts, rows=written)


def sent(start: datetime, end: datetime) -> Facts:
    """What was sent to citizens; what agencies and people on duty are sent is not."""
    facts = _facts(OutboundMessage, OutboundMessage.sent_at, start, end, {"sent": Figure(true())})
    return replace(facts, rows=facts.rows.where(OutboundMessage.conversation_id.is_not(None)))


def billed(kind: Message, start: datetime, end: datetime) -> Facts:
    """All messages of channels that are paid for, also those to people on duty."""
    at = InboundMessage.received_at if kind is InboundMessage else OutboundMessage.sent_at
    facts = _facts(kind, at, start, end, {})
    return replace(facts, rows=facts.rows.where(kind.channel.not_in(kinds.NOT_BILLED)))


def _facts(
    kind: Message, at: SQLColumnExpression[Any], start: datetime, end: datetime, figures: dict[str, Figure]
) -> Facts:
    rows: Select[Any] = select().select_from(kind).join(Ticket, Ticket.id == kind.ticket_id, isouter=True)
    area = case((Ticket.id.is_not(None), func.coalesce(Ticket.area, "")))
    keys = Keys(holder_now(), Ticket.service, area, kind.channel)
    return Facts(rows.where(at >= start, at < end), at, kind.ticket_id, keys, figures)


def _was_asked_what_is_meant() -> ColumnElement[bool]:
    """Whether the answer to it was the question which kind of matter it is."""
    return exists().where(
        OutboundMessage.conversation_id == InboundMessage.conversation_id,
        OutboundMessage.created_at == InboundMessage.done_at,
        OutboundMessage.wording == kinds.ASKS_WHAT_IS_MEANT,
    )


def _was_labelled_otherwise() -> ColumnElement[bool]:
    """Whether somebody at the desk said that it means something else than the model's first guess."""
    other = or_(
        Example.intent != _first("intents"),
        and_(Example.service.is_not(None), Example.service != func.coalesce(_first("services"), "")),
        and_(Example.faq.is_not(None), Example.faq != func.coalesce(_first("faqs"), "")),
    )
    return exists().where(Example.inbound_id == InboundMessage.id, other)


def _was_corrected() -> ColumnElement[bool]:
    """Whether its citizen said that what was filed of it is about another service."""
    corrected = exists().where(
        TicketEvent.ticket_id == InboundMessage.ticket_id,
        TicketEvent.kind == kinds.CORRECTED,
        TicketEvent.data["to"].as_string().is_not(None),
    )
    return and_(InboundMessage.outcome.in_(kinds.FILED_BY_THE_MODEL), corrected)


def _first(ranking: str) -> ColumnElement[str]:
    guess: ColumnElement[str] = InboundMessage.understanding[(ranking, 0, 0)].as_string()
    return guess
