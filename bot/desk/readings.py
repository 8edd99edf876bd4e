"""What the model had made of a message that waits for a person, from what was kept beside the message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.conversation.meaning import EMERGENCY, QUESTION, REPORTS
from bot.intake.inbox import PART_OF_A_REPORT
from bot.messages import Content, Location, legible
from nlu.client import Guess, Place
from storage.models import Handover, InboundMessage
from storage.queries import handovers as queries

NOT_OURS = "di_luar_cakupan"
# What a person can say that a message is, whatever else the model takes it for.
DECIDABLE = (*REPORTS, EMERGENCY, QUESTION, NOT_OURS)


@dataclass(frozen=True)
class Reading:
    """Labels with confidences, best first; ``place`` as it was written, masked, with its area; ``also``: further
    services that the same text asks for."""

    intents: tuple[Guess, ...]
    services: tuple[Guess, ...] = ()
    faqs: tuple[Guess, ...] = ()
    place: Place | None = None
    also: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The likeliest of what a person can decide: who is only angry, or agrees, may well have reported it."""
        first = self.intents[0].label if self.intents else "lapor"
        if first in DECIDABLE:
            return first
        return "lapor" if self.services else QUESTION


@dataclass(frozen=True)
class Heard:
    """What a handover is about: its messages, oldest first, and how the model read the last of them."""

    messages: Sequence[InboundMessage] = ()
    reading: Reading | None = None

    @property
    def last_id(self) -> int | None:
        return self.messages[-1].id if self.messages else None

    @property
    def location(self) -> Location | None:
        """The pin that came along."""
        pins = (Content.from_json(message.content).location for message in reversed(self.messages))
        return next((pin for pin in pins if pin), None)


def heard(session: Session, handover: Handover) -> Heard:
    """The messages that ``handover`` is about.

    The one it names was only the last that had come when an earlier story was handed over for its silence: words
    decide, and what came together with them, or was kept for the same report (a photo, a pin).
    """
    came = queries.messages_before(session, handover)
    own = next((message for message in came if message.id == handover.inbound_id), None)
    lines = _lines(handover.text)
    told = [m for m in came if (_tells(m, lines) if lines else m is own)]
    if not told:
        return Heard()
    together = {message.done_at for message in told if message.done_at}
    begun = told[0].received_at
    mine = [m for m in came if m in told or m.done_at in together or _is_attached(m, begun)]
    return Heard(mine, _reading(told))


def reading_of(record: Mapping[str, Any], text: str) -> Reading:
    """A record of :func:`bot.intake.said_of.for_record` beside the message ``text``."""
    intents, services, faqs = (_guesses(record.get(name)) for name in ("intents", "services", "faqs"))
    also = tuple(str(label) for label in record.get("also") or ())
    return Reading(intents, services, faqs, _place(record.get("place"), text), also)


def _reading(told: Sequence[InboundMessage]) -> Reading | None:
    """The last that was read, with a place that only an earlier message has."""
    readings = [reading_of(m.understanding, m.text) for m in told if m.understanding]
    if not readings:
        return None
    last, placed = readings[-1], next((r.place for r in reversed(readings) if r.place and r.place.text), None)
    return replace(last, place=placed)


def _tells(message: InboundMessage, lines: frozenset[str]) -> bool:
    """Whether all that it says is among ``lines``."""
    said = _lines(_text_of(message))
    return bool(said) and said <= lines


def _is_attached(message: InboundMessage, begun: datetime) -> bool:
    part = message.outcome in PART_OF_A_REPORT and message.ticket_id is None
    return part and message.received_at >= begun and not _text_of(message)


def _text_of(message: InboundMessage) -> str:
    return legible(str(message.content.get("text", "")))


def _lines(text: str) -> frozenset[str]:
    return frozenset(stripped for line in text.splitlines() if (stripped := line.strip()))


def _guesses(ranking: Any) -> tuple[Guess, ...]:
    return tuple(Guess(str(label), float(confidence)) for label, confidence in ranking or ())


def _place(record: Mapping[str, Any] | None, text: str) -> Place | None:
    if record is None:
        return None
    start, end = record.get("at") or (0, 0)
    return Place(text[start:end], kelurahan=record.get("kelurahan"), city=record.get("city"))
