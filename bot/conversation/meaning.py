"""From the model's confidences to one of three decisions: act, ask, or give it to a person."""

from enum import StrEnum

from bot.city import Thresholds
from nlu.client import Understanding

REPORTS = frozenset({"lapor", "saran", "apresiasi"})
EMERGENCY = "darurat"
# Words of an emergency lower the bar for the model: two weak witnesses are worth one strong one.
WITH_EMERGENCY_WORDS = 0.3
OFFERED_SERVICES = 3
CLEAR_SERVICE = 0.9


class Decision(StrEnum):
    """How far the machine may go alone."""

    ACT = "act"
    ASK = "ask"
    PERSON = "person"


def is_emergency(understanding: Understanding | None, words: bool, thresholds: Thresholds) -> bool:
    """Whether this is treated as an emergency. Without a model the words alone decide."""
    if understanding is None:
        return words
    confidence = next((g.confidence for g in understanding.intents if g.label == EMERGENCY), 0.0)
    return confidence >= thresholds.emergency * (WITH_EMERGENCY_WORDS if words else 1)


def decide(understanding: Understanding, thresholds: Thresholds) -> Decision:
    """What may be done with a message that was understood so."""
    intent = understanding.intent
    if intent.label in REPORTS:
        return _decide_report(understanding, thresholds)
    if intent.confidence < thresholds.intent:
        return Decision.ASK if _may_be_report(understanding, thresholds) else Decision.PERSON
    if intent.label == "tanya":
        faq = understanding.faq
        return Decision.ACT if faq and faq.confidence >= thresholds.answer else Decision.PERSON
    return Decision.ACT


def _decide_report(understanding: Understanding, thresholds: Thresholds) -> Decision:
    service = understanding.service
    if service is None:
        return Decision.PERSON
    if understanding.intent.confidence >= thresholds.intent and service.confidence >= thresholds.service:
        return Decision.ACT
    if service.confidence >= CLEAR_SERVICE:  # asking what is clear already would only annoy
        return Decision.ACT
    return Decision.ASK if _may_be_report(understanding, thresholds) else Decision.PERSON


def _may_be_report(understanding: Understanding, thresholds: Thresholds) -> bool:
    report = sum(g.confidence for g in understanding.intents if g.label in REPORTS)
    offered = sum(g.confidence for g in understanding.services[:OFFERED_SERVICES])
    return report >= thresholds.intent / 2 and offered >= thresholds.offer
