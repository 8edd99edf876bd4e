"""Which messages of a burst belong together: a story told in pieces is one matter, two matters are two."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.conversation.meaning import EMERGENCY, REPORTS
from nlu.client import Understanding

SURE = 0.7
SURE_SERVICE = 0.8
FEWEST_WORDS = 3
# What opens a message or rounds it off says nothing by itself.
COURTESIES = frozenset({"salam", "terima_kasih"})
ALONE = frozenset(
    {"tanya", "cek_status", "batal", "bicara_petugas", "bantuan", "berhenti", "hapus_data", EMERGENCY}
)

Part = tuple[str, Understanding | None]


@dataclass(frozen=True)
class Unit:
    """The first ``count`` messages of a burst, and what they say when courtesies are left out."""

    count: int
    text: str


def first_unit(parts: Sequence[Part]) -> Unit:
    """The messages from the start of a burst that are about one matter; the rest are looked at after it."""
    told: list[str] = []
    service: str | None = None
    for count, (text, meaning) in enumerate(parts):
        if told and meaning is not None and _stands_alone(text, meaning, service):
            return Unit(count, _together(told))
        if text and not (meaning and meaning.intent.label in COURTESIES):
            told.append(text)
            service = service or _service(meaning)
    everything = [text for text, _ in parts if text]
    return Unit(len(parts), _together(told or everything))


def _together(texts: Sequence[str]) -> str:
    """What is said twice is said once: people send a message again when no answer comes at once."""
    return "\n".join(dict.fromkeys(texts))


def _stands_alone(text: str, meaning: Understanding, service: str | None) -> bool:
    """Whether a message is a complete matter of its own beside one about ``service``."""
    if len(text.split()) < FEWEST_WORDS:
        return False
    if meaning.intent.label in REPORTS:
        sure = meaning.service is not None and meaning.service.confidence >= SURE_SERVICE
        return sure and service is not None and _service(meaning) != service
    return meaning.intent.confidence >= SURE and meaning.intent.label in ALONE


def _service(meaning: Understanding | None) -> str | None:
    """The service that a report is about; a bare place or a thanks has none worth comparing."""
    if meaning is None or meaning.intent.label not in (*REPORTS, EMERGENCY, "tanya"):
        return None
    guess = meaning.service
    return guess.label if guess and guess.confidence >= SURE_SERVICE else None
