"""What people decided after the model, in words: labels and numbers, and no word of any message."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import url_for
from markupsafe import Markup

from bot.figures.model_answers import Hits, Judged, Label
from handlers.charts import bar
from handlers.console.figures.values import Share
from handlers.console.unsure.words import INTENTS, SURE
from handlers.i18n import translated
from handlers.phrases import Phrases

CONFUSIONS = 20


@dataclass(frozen=True)
class Mistake:
    """What was taken for what how often, with the examples that people made of it."""

    guessed: str
    decided: str
    count: int
    bar: Markup
    address: str


@dataclass(frozen=True)
class Row:
    """How often the model was right in one group of messages."""

    name: str
    count: int
    share: str


def mistakes(say: Phrases, judged: Judged) -> list[Mistake]:
    """The most frequent first."""
    found = judged.confusions(CONFUSIONS)
    most = max((one.count for one in found), default=0)
    return [
        Mistake(
            name(say, one.guessed), name(say, one.decided), one.count, bar(one.count, most), _examples(one.decided)
        )
        for one in found
    ]


def bands(judged: Judged) -> Iterator[Row]:
    """How sure it was, and how often that was right."""
    words = dict(SURE)
    for low, hits in judged.by_band():
        yield _row(f"{translated(words[low])} (≥ {round(100 * low)} %)", hits)


def intents(judged: Judged) -> Iterator[Row]:
    """What people decided, and how often the model had said so."""
    for code, hits in judged.by_intent():
        yield _row(intent(code), hits)


def intent(code: str) -> str:
    return translated(INTENTS.get(code, code.replace("_", " ")))


def name(say: Phrases, label: Label) -> str:
    """A label in words: its service or topic, or else what somebody wants."""
    if label.service:
        return say.service(label.service)
    return label.faq.replace("_", " ") if label.faq else intent(label.intent)


def _examples(label: Label) -> str:
    return url_for(".examples", intent=label.intent, service=label.service)


def _row(what: str, hits: Hits) -> Row:
    return Row(what, hits.count, Share(hits.right, hits.count).said)
