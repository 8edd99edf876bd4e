"""Everything that is not a report or about one: questions, greetings, thanks, anger, and wishes for a person."""

from collections.abc import Callable
from dataclasses import replace

from bot.city import City
from bot.conversation import reports, tickets
from bot.conversation.meaning import REPORTS, answer_confidence
from bot.conversation.state import Dialogue, Said, Situation
from bot.conversation.turn import AskPerson, Reply, Turn

OFF_TOPIC_REPLIES = 1


def by_intent(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """The turn for a message that is understood and answers nothing that was asked."""
    if said.understanding is None:
        return without_words(dialogue, said)
    intent = said.understanding.intent.label
    if intent in REPORTS:
        return _report(dialogue, said, intent, city)
    handle = HANDLERS.get(intent)
    return (
        handle(dialogue, said, situation, city)
        if handle
        else to_person(dialogue, said, "unsure", "handed_over_unsure")
    )


def to_person(dialogue: Dialogue, said: Said, reason: str, wording: str) -> Turn:
    """Leave it to a person and say so, with the hours in which people answer."""
    return Turn(dialogue, (Reply(wording),), AskPerson(reason, said.text), outcome="person")


def without_words(dialogue: Dialogue, said: Said) -> Turn:
    """A photo, a pin or a sticker alone: ask what it is about."""
    if not said.media and not said.location:
        return Turn(dialogue, (Reply("empty_message"),), outcome="answered")
    return Turn(dialogue, (Reply("what_is_it_about"),), outcome="asked")


def _report(dialogue: Dialogue, said: Said, kind: str, city: City) -> Turn:
    service = said.understanding.service if said.understanding else None
    code = service.label if service and service.label in city.services else reports.FALLBACK_SERVICE
    return reports.proceed(dialogue, reports.from_said(said, kind, code), said, city)


def _question(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    faq = said.understanding.faq if said.understanding else None
    sure = said.understanding is not None and answer_confidence(said.understanding) >= city.thresholds.answer
    if faq and sure and faq.label in situation.answerable:
        return Turn(dialogue, (Reply("answer", topic=faq.label),), outcome="answered")
    return to_person(dialogue, said, "question", "handed_over_question")


def _says(wording: str) -> "Handler":
    def handle(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
        return Turn(dialogue, (Reply(wording),), outcome="answered")

    return handle


def _off_topic(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """One short line, then silence: every message costs, and spam is not worth an answer."""
    replies = (Reply("off_topic"),) if dialogue.off_topic < OFF_TOPIC_REPLIES else ()
    return Turn(replace(dialogue, off_topic=dialogue.off_topic + 1), replies, outcome="off_topic")


def _wants_person(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    return to_person(dialogue, said, "person", "handed_over_person")


def _angry(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    return to_person(dialogue, said, "person", "anger_met")


Handler = Callable[[Dialogue, Said, Situation, City], Turn]

HANDLERS: dict[str, Handler] = {
    "tanya": _question,
    "cek_status": tickets.status,
    "tambah_info": tickets.add_to_open,
    "batal": tickets.ask_withdrawal,
    "setuju": tickets.unasked_yes_or_no,
    "tolak": tickets.unasked_yes_or_no,
    "bantuan": _says("help"),
    "salam": _says("greeting"),
    "terima_kasih": _says("welcome"),
    "berhenti": _says("how_to_stop"),
    "hapus_data": _says("how_to_erase"),
    "marah": _angry,
    "bicara_petugas": _wants_person,
    "di_luar_cakupan": _off_topic,
}
