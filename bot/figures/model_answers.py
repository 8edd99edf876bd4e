"""What the model got right and wrong, where people decided after it, and how sure it was. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.learning.comparison import WITH_SERVICE
from storage.queries.model_answers import Answer, Decision

# How sure the model was: each band from there up to the next.
BANDS = (0.9, 0.7, 0.5, 0.3, 0.0)


class Label(NamedTuple):
    """What a message is about: an intent and, where it has one, the service or the topic of a question."""

    intent: str
    service: str | None = None
    faq: str | None = None


@dataclass(frozen=True)
class Confusion:
    """So often the model took one thing for another."""

    guessed: Label
    decided: Label
    count: int


@dataclass(frozen=True)
class Hits:
    """Of ``count`` messages that people decided, the model had ``right``."""

    count: int
    right: int


@dataclass(frozen=True)
class Model:
    """A version of the model in a sample of messages: from when to when, how many, and how sure on average."""

    name: str
    first: datetime
    last: datetime
    count: int
    sure: float


@dataclass(frozen=True)
class Judged:
    """The decisions of a period."""

    all: Sequence[Decision]

    @property
    def hits(self) -> Hits:
        return _hits(self.all)

    def confusions(self, limit: int) -> list[Confusion]:
        """What was taken for what, the most frequent first."""
        pairs = Counter((guessed_of(one), decided_of(one)) for one in self.all if not is_right(one))
        ordered = sorted(pairs.items(), key=lambda pair: (-pair[1], str(pair[0])))
        return [Confusion(*labels, count) for labels, count in ordered[:limit]]

    def by_band(self) -> list[tuple[float, Hits]]:
        """From which confidence on, and what it was worth."""
        found = [(low, [one for one in self.all if _band(one.sure) == low]) for low in BANDS]
        return [(low, _hits(some)) for low, some in found if some]

    def by_intent(self) -> list[tuple[str, Hits]]:
        """What people decided, the most frequent intent first."""
        groups: dict[str, list[Decision]] = {}
        for one in self.all:
            groups.setdefault(one.intent, []).append(one)
        found = ((code, _hits(some)) for code, some in groups.items())
        return sorted(found, key=lambda row: (-row[1].count, row[0]))


def is_right(one: Decision) -> bool:
    """Whether the model's first guess is what people decided, as far as they said."""
    if one.guessed_intent != one.intent or (one.service and one.service != one.guessed_service):
        return False
    return not one.faq or one.faq == one.guessed_faq


def guessed_of(one: Decision) -> Label:
    """The model's guess, with its service or topic only where the intent has one."""
    return _label(one.guessed_intent, one.guessed_service, one.guessed_faq)


def decided_of(one: Decision) -> Label:
    return _label(one.intent, one.service, one.faq)


def spread(first: int, end: int, count: int) -> list[int]:
    """At most ``count`` numbers spread evenly from ``first`` until before ``end``."""
    if end <= first:
        return []
    step = max(1.0, (end - first) / count)
    return [first + int(n * step) for n in range(min(count, end - first))]


def models(answers: Iterable[Answer]) -> list[Model]:
    """The versions in a sample, the one that was seen last first."""
    groups: dict[str, list[Answer]] = {}
    for one in answers:
        groups.setdefault(one.model, []).append(one)
    found = [
        Model(name, min(one.at for one in some), max(one.at for one in some), len(some), mean_sure(some) or 0.0)
        for name, some in groups.items()
    ]
    return sorted(found, key=lambda model: model.last, reverse=True)


def mean_sure(answers: Sequence[Answer]) -> float | None:
    """How sure the model was on average; None where it said nothing."""
    return sum(one.sure for one in answers) / len(answers) if answers else None


def _label(intent: str, service: str | None, faq: str | None) -> Label:
    if intent in WITH_SERVICE:
        return Label(intent, service)
    return Label(intent, faq=faq if intent.startswith("tanya") else None)


def _hits(some: Sequence[Decision]) -> Hits:
    return Hits(len(some), sum(is_right(one) for one in some))


def _band(sure: float) -> float:
    return next((low for low in BANDS if sure >= low), BANDS[-1])
