"""What the language model made of a ticket's first message, in words: for whoever wants to know why it is here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.conversation.meaning import EMERGENCY
from handlers.console.unsure.words import INTENTS, SURE
from handlers.i18n import N_, translated
from handlers.phrases import Phrases
from storage.models import InboundMessage, Ticket

INTENT, SERVICE, TOPIC = N_("Maksud"), N_("Layanan"), N_("Topik")
OTHERS = 2
# Below that a second guess is no more than noise.
WORTH_SAYING = 0.05
ANGRY = "marah"


@dataclass(frozen=True)
class Guess:
    """``sure``: how sure the model was, in words; ``unsure``: its word alone was not enough."""

    kind: str
    name: str
    percent: int
    sure: str
    unsure: bool
    others: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Understood:
    """``place``: what in the message was taken for a place; ``words``: the signs of an emergency were there."""

    guesses: tuple[Guess, ...]
    place: str
    area: str
    words: bool
    model: str
    key: str

    @property
    def unsure(self) -> list[str]:
        """What the model was not sure enough of."""
        return [guess.kind for guess in self.guesses if guess.unsure]


def understood(messages: Iterable[InboundMessage], ticket: Ticket, say: Phrases) -> Understood | None:
    """Of the first message of ``ticket`` that the model read; None where it read none."""
    mine = [row for row in messages if row.ticket_id == ticket.id and row.understanding]
    first = min(mine, key=lambda row: row.id, default=None)
    return _understood(first, say) if first else None


def is_angry(messages: Iterable[InboundMessage], ticket: Ticket) -> bool:
    """Whether one of its messages was read as scolding."""
    return any(
        row.understanding and row.understanding.get("intents", [["", 0]])[:1] and _first(row) == ANGRY
        for row in messages
        if row.ticket_id == ticket.id
    )


def _first(message: InboundMessage) -> str:
    ranked = (message.understanding or {}).get("intents") or [["", 0]]
    return str(ranked[0][0])


def _understood(message: InboundMessage, say: Phrases) -> Understood:
    record, bars = message.understanding or {}, say.city.thresholds
    place = record.get("place") or {}
    start, end = place.get("at") or (0, 0)
    guesses = (
        _guess(INTENT, record.get("intents"), bars.intent, say),
        _guess(SERVICE, record.get("services"), bars.service, say),
        _guess(TOPIC, record.get("faqs"), bars.answer, say),
    )
    return Understood(
        guesses=tuple(guess for guess in guesses if guess),
        place=message.text[start:end],
        area=place.get("kelurahan") or place.get("city") or "",
        words=_first(message) == EMERGENCY,
        model=str(record.get("model") or ""),
        key=f"masuk-{message.id}",
    )


def _guess(kind: str, ranking: Sequence[Sequence[Any]] | None, bar: float, say: Phrases) -> Guess | None:
    if not ranking:
        return None
    (label, sure), *rest = ranking
    others = [(_name(kind, code, say), _percent(share)) for code, share in rest[:OTHERS] if share >= WORTH_SAYING]
    name = _name(kind, label, say)
    return Guess(translated(kind), name, _percent(sure), _sure(sure), sure < bar, tuple(others))


def _name(kind: str, code: str, say: Phrases) -> str:
    if kind == INTENT:
        return translated(INTENTS[code]) if code in INTENTS else code.replace("_", " ")
    return say.service(code) if kind == SERVICE else code.replace("_", " ")


def _sure(confidence: float) -> str:
    return translated(next(word for least, word in SURE if confidence >= least))


def _percent(confidence: float) -> int:
    return round(100 * confidence)
