""" "Maksudnya?": the question that is open is put again in other words, and stays open."""

from bot.city.city import City
from bot.conversation import reports
from bot.conversation.choosing import SURE
from bot.conversation.state import Asked, Dialogue, Pending, Said, Situation
from bot.conversation.turn import Reply, Turn

WHERE = frozenset({Asked.PLACE, Asked.NEW_PLACE})
WHAT = frozenset({Asked.SERVICE, Asked.NEW_SERVICE})


def asked_back(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """Help with the open question, where what is said asks for help and gives no place."""
    question = dialogue.pending
    if question is None or said.choice or said.names_place or not _wants_help(said):
        return None
    reply = _help(question)
    return Turn(dialogue, (reply,), outcome="asked") if reply else None


def _wants_help(said: Said) -> bool:
    understood = said.understanding
    means_it = understood is not None and understood.intent.label == "bantuan"
    sure = understood is not None and understood.intent.confidence >= SURE and understood.place is None
    return said.asks_back or (means_it and sure)


def _help(question: Pending) -> Reply | None:
    if question.asked in WHERE:
        return Reply("place_help")
    if question.asked not in WHAT:
        return None
    if not question.options:
        return Reply("what_help")
    return Reply("service_help", choices=reports.named(question.options))
