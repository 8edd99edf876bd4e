"""How much of what the transcripts record does the live model understand the same way?"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bot.privacy import mask
from bot.settings import ROOT
from nlu import environment
from nlu.client import NluUnavailableError, Understanding
from tests.journeys.script import Item

if TYPE_CHECKING:
    from tests.journeys.play import Played

LISTED_IN = ROOT / "var" / "journeys-live.txt"
SERVICE_MATTERS = frozenset({"lapor", "saran", "apresiasi", "darurat"})


def share(played: Sequence["Played"]) -> Iterator[str]:
    """The share as a line; what differs is listed in ``var/journeys-live.txt``."""
    said = [
        (one, item)
        for one in played
        for item in one.script.messages
        if item.text and item.meaning and item.needs_model
    ]
    try:
        understood = environment.parse([mask(item.text) for _, item in said])
    except (environment.EnvironmentMissingError, NluUnavailableError) as error:
        yield f"NOT MEASURED how the live model understands these messages: {error}"
        return
    pairs = [(one, item, found) for (one, item), found in zip(said, understood, strict=True)]
    other = [(one, item, found) for one, item, found in pairs if not is_same(item, found)]
    LISTED_IN.parent.mkdir(exist_ok=True)
    LISTED_IN.write_text("\n".join(_told(one, item, found) for one, item, found in other) + "\n", encoding="utf-8")
    same = len(pairs) - len(other)
    yield (
        f"the live model understands {same} of {len(pairs)} messages as recorded ({same / len(pairs):.1%}); "
        f"the others: {LISTED_IN.relative_to(ROOT)}"
    )


def is_same(item: Item, found: Understanding) -> bool:
    """The same intent, and the same service or standing question where it decides what happens."""
    meant = item.meaning
    assert meant is not None
    if meant.intent.label != found.intent.label:
        return False
    if meant.intent.label in SERVICE_MATTERS:
        return _label(meant.services) == _label(found.services)
    return meant.intent.label != "tanya" or _label(meant.faqs) == _label(found.faqs)


def _label(guesses: Sequence[object]) -> str | None:
    return str(getattr(guesses[0], "label", None)) if guesses else None


def _told(one: "Played", item: Item, found: Understanding) -> str:
    assert item.meaning is not None
    name = f"{one.script.group}/{one.script.path.stem}"
    return f"{name}: {item.text!r}\n    recorded {_brief(item.meaning)}\n    live     {_brief(found)}"


def _brief(meaning: Understanding) -> str:
    parts = [
        f"{kind[0].label} {kind[0].confidence:.2f}"
        for kind in (meaning.intents, meaning.services, meaning.faqs)
        if kind
    ]
    return ", ".join(parts)
