"""What people decided in the console, as examples in the training format: masked, each once."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from bot.privacy import mask
from storage.queries import corrections as queries
from storage.queries import examples

UNSURE = "unsure"

Example = dict[str, Any]


def labelled(session: Session) -> list[Example]:
    """Messages whose meaning people confirmed or corrected, and what they filed before that was kept."""
    earlier = [_example(text, kind, service) for text, kind, service in queries.filed_by_people(session)]
    kept = [_example(e.text, e.intent, e.service, e.faq, e.place) for e in examples.for_training(session)]
    return _once([*earlier, *kept])


def unlabelled(session: Session) -> list[Example]:
    """Messages that the model was unsure of and nobody filed: someone has to write their labels in."""
    return _once(_example(text, None, None) for text in queries.left_unsure(session, UNSURE))


def _example(
    text: str, intent: str | None, service: str | None, faq: str | None = None, place: str | None = None
) -> Example:
    text = mask(text).strip()
    return {
        "text": text,
        "intent": intent,
        "service": service,
        "also": [],
        "faq": faq,
        "place": place if place and place in text else None,
    }


def _once(examples: Iterable[Example]) -> list[Example]:
    """Of the same words the last decision counts."""
    latest = {example["text"].casefold(): example for example in examples if example["text"]}
    return list(latest.values())
