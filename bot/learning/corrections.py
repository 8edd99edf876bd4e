"""What people decided in the console, as examples in the training format: masked, each once."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from bot.privacy import mask
from storage.queries import corrections as queries

UNSURE = "unsure"

Example = dict[str, Any]


def labelled(session: Session) -> list[Example]:
    """Messages that a person filed as a report about a service that the person chose."""
    rows = queries.filed_by_people(session)
    return _once(_example(text, kind, service) for text, kind, service in rows)


def unlabelled(session: Session) -> list[Example]:
    """Messages that the model was unsure of and nobody filed: someone has to write their labels in."""
    return _once(_example(text, None, None) for text in queries.left_unsure(session, UNSURE))


def _example(text: str, intent: str | None, service: str | None) -> Example:
    return {
        "text": mask(text).strip(),
        "intent": intent,
        "service": service,
        "also": [],
        "faq": None,
        "place": None,
    }


def _once(examples: Iterable[Example]) -> list[Example]:
    """Of the same words the last decision counts."""
    latest = {example["text"].casefold(): example for example in examples if example["text"]}
    return list(latest.values())
