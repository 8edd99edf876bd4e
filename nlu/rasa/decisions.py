"""What the app would do with a result: its rules (bot/conversation/meaning.py) over its own thresholds and words.

The app runs in another environment, so the rules are written twice; tests/nlu/test_decisions.py keeps them alike
(and imports this file into the app's environment, so what it imports at the top must be there too).
"""

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from fingerprint import CITY

WORDS = CITY.parent / "bot" / "texts" / "words.yml"

REPORTS = frozenset({"lapor", "saran", "apresiasi"})
QUESTION = "tanya"
EMERGENCY = "darurat"
EMERGENCY_WORDS = 0.15
OFFERED_SERVICES = 3
CLEAR_SERVICE = 0.9
ACT, ASK, PERSON = "act", "ask", "person"


@dataclass(frozen=True)
class Thresholds:
    """Confidences from which the model's word is taken, as config.yml names them."""

    intent: float = 0.5
    routing: float = 0.6
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

    def urgency(self, text: str, result: dict[str, Any]) -> float:
        """What is compared with the threshold for an emergency."""
        return urgency(result, self.has_emergency_words(text))

    def is_emergency(self, text: str, result: dict[str, Any]) -> bool:
        """Whether the app treats this as an emergency."""
        return self.urgency(text, result) >= self.thresholds.emergency


def read_city(config: Path = CITY, words: Path = WORDS) -> City:
    """Reads the app's files as plain YAML. Raises DataError when they lack what is needed."""
    from dataset import DataError

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


def urgency(result: dict[str, Any], words: bool) -> float:
    """meaning.urgency."""
    return confidence_of(result, frozenset({EMERGENCY})) + (EMERGENCY_WORDS if words else 0.0)


def decide(result: dict[str, Any], city: City) -> str:
    """meaning.decide."""
    intent, thresholds = result["intent"], city.thresholds
    if intent["name"] in REPORTS:
        return _decide_report(result, city)
    if intent["confidence"] < thresholds.intent:
        return ASK if _may_be_report(result, thresholds) else PERSON
    if intent["name"] == QUESTION:
        return ACT if answer_confidence(result) >= thresholds.answer else PERSON
    return ACT


def answer_confidence(result: dict[str, Any]) -> float:
    """meaning.answer_confidence."""
    intent, faq = result["intent"], result["faq"]
    return float(intent["confidence"] * faq["confidence"]) if faq and intent["name"] == QUESTION else 0.0


def routing_confidence(result: dict[str, Any], agencies: dict[str, str]) -> float:
    """meaning.routing_confidence."""
    told = [(label["name"], label["confidence"]) for label in result["service_ranking"][:5]]
    names = [agencies.get(name, name) for name, _ in told]
    routed = sum(sure for name, (_, sure) in zip(names, told, strict=True) if name == names[0])
    return confidence_of(result, REPORTS) * min(1.0, routed)


def _decide_report(result: dict[str, Any], city: City) -> str:
    service, thresholds = result["service"], city.thresholds
    if service is None:
        return PERSON
    sure = service["confidence"] >= thresholds.service
    if sure and routing_confidence(result, city.agencies) >= thresholds.routing:
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

    from dataset import DataError

    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise DataError(f"{path.name} cannot be read as YAML; name the app's config.yml.") from error
    return content if isinstance(content, dict) else {}


def _any_word(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(patterns) + r")(?!\w)", re.MULTILINE)
