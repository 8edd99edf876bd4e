"""What the app would do with a result: its rules (bot/conversation/meaning.py) over its own thresholds and words.

The app runs in another environment, so the rules are written twice; tests/nlu/test_decisions.py keeps them alike.
"""

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from dataset import DataError
from fingerprint import CITY

WORDS = CITY.parent / "bot" / "texts" / "words.yml"

REPORTS = frozenset({"lapor", "saran", "apresiasi"})
QUESTION = "tanya"
EMERGENCY = "darurat"
WITH_EMERGENCY_WORDS = 0.3
OFFERED_SERVICES = 3
CLEAR_SERVICE = 0.9
ACT, ASK, PERSON = "act", "ask", "person"


@dataclass(frozen=True)
class Thresholds:
    """Confidences from which the model's word is taken, as config.yml names them."""

    intent: float = 0.5
    service: float = 0.6
    offer: float = 0.45
    answer: float = 0.6
    emergency: float = 0.5


@dataclass(frozen=True)
class City:
    """What of the app's configuration decides: thresholds, who answers for a service, words of an emergency."""

    thresholds: Thresholds
    agencies: dict[str, str]
    signs: re.Pattern[str]
    not_if: re.Pattern[str]

    def has_emergency_words(self, text: str) -> bool:
        """Whether the plain rules see life in danger."""
        lower = text.lower()
        return bool(self.signs.search(lower)) and not self.not_if.search(lower)

    def is_emergency(self, text: str, result: dict[str, Any]) -> bool:
        """Whether the app treats this as an emergency."""
        return is_emergency(result, self.has_emergency_words(text), self.thresholds)


def read_city(config: Path = CITY, words: Path = WORDS) -> City:
    """Reads the app's files as plain YAML. Raises DataError when they lack what is needed."""
    city, emergency = _yaml(config), _yaml(words).get("emergency", {})
    try:
        known = {field.name for field in fields(Thresholds)}
        chosen = {name: float(value) for name, value in city.get("thresholds", {}).items() if name in known}
        agencies = {code: str(service["agency"]) for code, service in city["services"].items()}
        signs, not_if = _any_word(emergency["signs"]), _any_word(emergency["not_if"])
    except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
        raise DataError(f"{config.name} or {words.name} is not the app's; name the app's config.yml.") from error
    return City(Thresholds(**chosen), agencies, signs, not_if)


def confidence_of(result: dict[str, Any], intents: frozenset[str]) -> float:
    """How sure the model is of any of these intents together, as far as the app is told."""
    told = result["intent_ranking"][:3]
    return float(sum(label["confidence"] for label in told if label["name"] in intents))


def is_emergency(result: dict[str, Any], words: bool, thresholds: Thresholds) -> bool:
    """meaning.is_emergency."""
    limit = thresholds.emergency * (WITH_EMERGENCY_WORDS if words else 1)
    return confidence_of(result, frozenset({EMERGENCY})) >= limit


def decide(result: dict[str, Any], thresholds: Thresholds) -> str:
    """meaning.decide."""
    intent = result["intent"]
    if intent["name"] in REPORTS:
        return _decide_report(result, thresholds)
    if intent["confidence"] < thresholds.intent:
        return ASK if _may_be_report(result, thresholds) else PERSON
    if intent["name"] == QUESTION:
        faq = result["faq"]
        return ACT if faq and faq["confidence"] >= thresholds.answer else PERSON
    return ACT


def _decide_report(result: dict[str, Any], thresholds: Thresholds) -> str:
    service, intent = result["service"], result["intent"]
    if service is None:
        return PERSON
    if intent["confidence"] >= thresholds.intent and service["confidence"] >= thresholds.service:
        return ACT
    if service["confidence"] >= CLEAR_SERVICE:
        return ACT
    return ASK if _may_be_report(result, thresholds) else PERSON


def _may_be_report(result: dict[str, Any], thresholds: Thresholds) -> bool:
    offered = sum(label["confidence"] for label in result["service_ranking"][:OFFERED_SERVICES])
    return confidence_of(result, REPORTS) >= thresholds.intent / 2 and offered >= thresholds.offer


def _yaml(path: Path) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise DataError(f"{path.name} cannot be read as YAML; name the app's config.yml.") from error
    return content if isinstance(content, dict) else {}


def _any_word(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(patterns) + r")(?!\w)", re.MULTILINE)
