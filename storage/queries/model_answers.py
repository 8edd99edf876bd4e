"""What the model said: beside what people decided later, and an even sample of all that it read."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from storage.models import Conversation, Example, InboundMessage
from storage.queries.sealing import is_near_sealed


class Decision(NamedTuple):
    """A message that a person decided: the model's first guesses with how sure it was (0 to 1), and the labels
    that were given. No word of the message."""

    guessed_intent: str
    sure: float
    guessed_service: str | None
    guessed_faq: str | None
    intent: str
    service: str | None
    faq: str | None


class Answer(NamedTuple):
    """What the model once said of some message: which model, and how sure it was (0 to 1)."""

    at: datetime
    model: str
    sure: float


def decisions(session: Session, start: datetime, end: datetime, limit: int) -> list[Decision]:
    """What people decided from ``start`` until before ``end`` about messages that the model had read, the newest
    ``limit``. Nothing of people near a sealed case."""
    labels = (
        select(Example.inbound_id, Example.intent, Example.service, Example.faq)
        .where(Example.created_at >= start, Example.created_at < end, Example.inbound_id.is_not(None))
        .order_by(Example.created_at.desc(), Example.id.desc())
        .limit(limit)
    )
    given = {row.inbound_id: (row.intent, row.service, row.faq) for row in session.execute(labels)}
    # In two steps: asked for at once the database would rather begin with all messages that there are.
    guesses = session.execute(_guesses(given))
    return [Decision(intent, sure, service, faq, *given[of]) for of, intent, sure, service, faq in guesses]


def _guesses(message_ids: Collection[int]) -> Select[Any]:
    sure = _guess("intents", 1).as_float()
    guesses = (_guess("intents").as_string(), sure, _guess("services").as_string(), _guess("faqs").as_string())
    return (
        select(InboundMessage.id, *guesses)
        .join(Conversation, Conversation.id == InboundMessage.conversation_id)
        .where(InboundMessage.id.in_(message_ids), sure.is_not(None), ~is_near_sealed())
    )


def first_ids(session: Session, moments: Sequence[datetime]) -> list[int]:
    """The id of the first message that came in at or after each moment; where there is none, the one to come."""
    at = InboundMessage.received_at
    firsts = (
        select(InboundMessage.id).where(at >= moment).order_by(at, InboundMessage.id).limit(1).scalar_subquery()
        for moment in moments
    )
    latest, *found = session.execute(select(select(func.max(InboundMessage.id)).scalar_subquery(), *firsts)).one()
    return [(latest or 0) + 1 if one is None else one for one in found]


def answers(session: Session, message_ids: Sequence[int]) -> list[Answer]:
    """What the model said of those of the messages that it read, as they came in."""
    sure: ColumnElement[Any] = _guess("intents", 1).as_float()
    model = InboundMessage.understanding["model"].as_string()
    read = select(InboundMessage.received_at, model, sure).where(InboundMessage.id.in_(message_ids))
    rows = session.execute(read.where(sure.is_not(None)).order_by(InboundMessage.received_at))
    return [Answer(at, name or "", share) for at, name, share in rows]


def _guess(ranking: str, part: int = 0) -> Any:
    return InboundMessage.understanding[(ranking, 0, part)]
