"""One understanding as a row of a table, with what the system would do: for ``nlu parse`` and for evaluations."""

from datetime import time

from bot.city.routing import Matter, route
from bot.conversation.meaning import EMERGENCY, REPORTS, Decision, decide, is_emergency
from bot.messages import WHATSAPP
from bot.rulebook import Rulebook
from nlu.client import Guess, Understanding

COLUMNS = (
    "intent",
    "intent_confidence",
    "service",
    "service_confidence",
    "service_top3",
    "faq",
    "faq_confidence",
    "also",
    "place",
    "decision",
    "agency",
)
OFFICE_HOUR = time(10)


def describe(text: str, understood: Understanding, rulebook: Rulebook) -> dict[str, str]:
    """The columns of ``understood``; routed as if it came by WhatsApp at ten in the morning."""
    emergency = is_emergency(understood, rulebook.words.is_emergency(text), rulebook.city.thresholds)
    decision = Decision.ACT if emergency else decide(understood, rulebook.city)
    intent = EMERGENCY if emergency else understood.intent.label
    return {
        "intent": intent,
        "intent_confidence": _confidence(next((g for g in understood.intents if g.label == intent), None)),
        "service": understood.service.label if understood.service else "",
        "service_confidence": _confidence(understood.service),
        "service_top3": ",".join(guess.label for guess in understood.services[:3]),
        "faq": understood.faq.label if understood.faq else "",
        "faq_confidence": _confidence(understood.faq),
        "also": ",".join(understood.also),
        "place": understood.place.text if understood.place else "",
        "decision": decision,
        "agency": _agency(intent, understood, rulebook),
    }


def _confidence(guess: Guess | None) -> str:
    return f"{guess.confidence:.4f}" if guess else ""


def _agency(intent: str, understood: Understanding, rulebook: Rulebook) -> str:
    service = understood.service
    if intent not in (*REPORTS, EMERGENCY) or service is None or service.label not in rulebook.city.services:
        return ""
    place = understood.place
    kelurahan, city = (place.kelurahan, place.city) if place else (None, None)
    return route(rulebook.city, Matter(intent, service.label, WHATSAPP, OFFICE_HOUR, kelurahan, city)).agency
