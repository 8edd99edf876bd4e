"""From the model's confidences to one of three decisions: act, ask, or give it to a person."""

from enum import StrEnum

from bot.city.city import City, Thresholds
from nlu.client import Understanding

REPORTS = frozenset({"lapor", "saran", "apresiasi"})
QUESTION = "tanya"
EMERGENCY = "darurat"
# The signs of an emergency in the words are a second witness beside the model, worth so much of its confidence.
EMERGENCY_WORDS = 0.15
OFFERED_SERVICES = 3
CLEAR_SERVICE = 0.9
# Two services that take nearly all of the confidence between them are mostly two problems in one message: of 80
# such messages in nlu/rasa/development 75 were about both (docs/understanding.md).
BOTH_TOGETHER, THE_LESSER_OF_BOTH = 0.85, 0.15


class Decision(StrEnum):
    """How far the machine may go alone."""

    ACT = "act"
    ASK = "ask"
    PERSON = "person"


def is_emergency(understanding: Understanding | None, words: bool, thresholds: Thresholds) -> bool:
    """Whether this is treated as an emergency. Without a model the words alone decide."""
    if understanding is None:
        return words
    return urgency(understanding, words) >= thresholds.emergency


def urgency(understanding: Understanding, words: bool) -> float:
    """How much speaks for an emergency: the model's confidence, and the words."""
    confidence = next((g.confidence for g in understanding.intents if g.label == EMERGENCY), 0.0)
    return confidence + (EMERGENCY_WORDS if words else 0.0)


def decide(understanding: Understanding, city: City) -> Decision:
    """What may be done with a message that was understood so."""
    intent, thresholds = understanding.intent, city.thresholds
    if intent.label in REPORTS:
        return _decide_report(understanding, city)
    if intent.confidence < thresholds.intent:
        return Decision.ASK if _may_be_report(understanding, thresholds) else Decision.PERSON
    if intent.label == QUESTION:
        return Decision.ACT if answer_confidence(understanding) >= thresholds.answer else Decision.PERSON
    return Decision.ACT


def answer_confidence(understanding: Understanding) -> float:
    """How sure it is that this is a question, and the one that the first standing answer answers."""
    faq = understanding.faq
    return (
        understanding.intent.confidence * faq.confidence if faq and understanding.intent.label == QUESTION else 0.0
    )


def routing_confidence(understanding: Understanding, city: City) -> float:
    """How sure it is that this is a report, and that the agency of its first service answers for it.

    Two services of one agency do not compete here: whichever it is, it arrives at the right place.
    """
    agencies = {code: service.agency for code, service in city.services.items()}
    first = understanding.services[0].label if understanding.services else None
    routed = sum(
        g.confidence for g in understanding.services if _agency(g.label, agencies) == _agency(first, agencies)
    )
    return report_confidence(understanding) * min(1.0, routed)


def may_be_both(understanding: Understanding) -> tuple[str, ...]:
    """The two services that a message may be about at once, the likelier first; nothing where one or many are."""
    if len(understanding.services) < 2:
        return ()
    first, second = understanding.services[:2]
    together = first.confidence + second.confidence
    is_both = second.confidence >= THE_LESSER_OF_BOTH and together >= BOTH_TOGETHER
    return (first.label, second.label) if is_both else ()


def _decide_report(understanding: Understanding, city: City) -> Decision:
    service, thresholds = understanding.service, city.thresholds
    if service is None:
        return Decision.PERSON
    if service.confidence >= thresholds.service and routing_confidence(understanding, city) >= thresholds.routing:
        return Decision.ACT
    if service.confidence >= CLEAR_SERVICE:  # asking what is clear already would only annoy
        return Decision.ACT
    return Decision.ASK if _may_be_report(understanding, thresholds) else Decision.PERSON


def _may_be_report(understanding: Understanding, thresholds: Thresholds) -> bool:
    offered = sum(g.confidence for g in understanding.services[:OFFERED_SERVICES])
    return report_confidence(understanding) >= thresholds.intent / 2 and offered >= thresholds.offer


def report_confidence(understanding: Understanding) -> float:
    """How sure it is that something is reported, wished or praised."""
    return sum(g.confidence for g in understanding.intents if g.label in REPORTS)


def _agency(service: str | None, agencies: dict[str, str]) -> str | None:
    """A service that the city does not have is an agency of its own."""
    return agencies.get(service, service) if service else None
