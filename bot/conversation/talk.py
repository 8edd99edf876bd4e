"""Everything that is not a report or about one: questions, greetings, thanks, anger, and wishes for a person."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.city.city import City
from bot.conversation import advice, claims, matching, reports, tickets
from bot.conversation.alongside import is_sms
from bot.conversation.choosing import place_in, tells_matter_and_place
from bot.conversation.meaning import CLEAR_SERVICE, REPORTS
from bot.conversation.standing import is_late, status_line
from bot.conversation.state import Dialogue, Said, Situation, TicketView
from bot.conversation.turn import AskPerson, Reply, Turn
from bot.privacy import mask

# A bare "2" to nothing is told so, and leaves the one line for idle talk unsaid.
SILENT_FROM = {"nothing_asked": 1, "off_topic": 2}
SAME_WITHIN = timedelta(days=1)
# What is said to a file that comes with no words, where it is no photo.
ALONE = {"contact": "contact_alone", "document": "document_alone", "sticker": "sticker_alone"}


def by_intent(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """The turn for a message that is understood and answers nothing that was asked."""
    if said.understanding is None:
        return without_words(dialogue, said, situation)
    intent = said.understanding.intent.label
    if intent in REPORTS or _sounds_like_less(said, intent, situation):
        intent = intent if intent in REPORTS else "lapor"
        again = _told_already(dialogue, said, situation) or _broken_again(dialogue, said, situation)
        return again or _report(dialogue, said, intent, situation, city)
    handle = HANDLERS.get(intent)
    return (
        handle(dialogue, said, situation, city)
        if handle
        else to_person(dialogue, said, "unsure", "handed_over_unsure")
    )


def _sounds_like_less(said: Said, intent: str, situation: Situation) -> bool:
    """Whether what is taken for a detail, or for a call for help, is a report with all that it needs, or "belum
    diangkut juga sampahnya" is the first word about it."""
    service = said.understanding.service if said.understanding else None
    if intent == "tolak":
        clear = service is not None and service.confidence >= CLEAR_SERVICE
        known_of = service is not None and service.label in {ticket.service for ticket in situation.tickets}
        return said.says_not_yet and clear and not known_of
    known = {ticket.service for ticket in situation.open_tickets}
    return intent in ("tambah_info", "bantuan") and tells_matter_and_place(said, known)


def to_person(dialogue: Dialogue, said: Said, reason: str, wording: str) -> Turn:
    """Leave it to a person and say so, with the hours in which people answer."""
    return Turn(dialogue, (Reply(wording),), AskPerson(reason, said.text), outcome="person")


def without_words(dialogue: Dialogue, said: Said, situation: Situation) -> Turn:
    """A photo, a pin or a sticker alone: more of the only open report, else ask what it is about and keep it."""
    if not said.media and not said.location:
        return Turn(dialogue, (Reply("empty_message"),), outcome="answered")
    if said.kinds and said.kinds <= ALONE.keys():
        return _file_alone(dialogue, said, ALONE[min(said.kinds)])
    ticket = matching.only(situation.open_tickets)
    if ticket:
        return tickets.add(dialogue, said, ticket, silent=False)
    if dialogue.draft:
        return Turn(dialogue, outcome="attached")
    return reports.ask_about(dialogue, said, "what_is_there" if said.location else "what_is_it_about")


def _file_alone(dialogue: Dialogue, said: Said, wording: str) -> Turn:
    """It belongs to the report that is told next; a sticker belongs to none."""
    if wording == "sticker_alone" or dialogue.draft or dialogue.pending:
        return Turn(dialogue, (Reply(wording),), outcome="asked")
    return reports.ask_about(dialogue, said, wording)


def _told_already(dialogue: Dialogue, said: Said, situation: Situation) -> Turn | None:
    """The same words again within a day are the same report: people doubt that they were heard."""
    told = " ".join(mask(said.text).lower().split())
    for ticket in situation.open_tickets:
        fresh = said.at - ticket.created_at <= SAME_WITHIN
        if fresh and told and told in (" ".join(line.lower().split()) for line in _tellings(ticket)):
            return Turn(dialogue, (Reply("told_already", {"number": ticket.number}),), outcome="answered")
    return None


def _broken_again(dialogue: Dialogue, said: Said, situation: Situation) -> Turn | None:
    """ "Mati lagi lampunya", days after the only such report was closed: with its history, not from the start."""
    service = said.understanding.service if said.understanding else None
    unsure = service is None or service.confidence < CLEAR_SERVICE
    if unsure or not said.says_again or dialogue.draft or place_in(said) or said.location:
        return None
    ticket = matching.by_topic(said, [ticket for ticket in situation.tickets if ticket.is_report])
    return claims.judged(dialogue, said, ticket, False) if ticket else None


def _tellings(ticket: TicketView) -> tuple[str, ...]:
    return (ticket.told, *ticket.told.splitlines())


def _report(dialogue: Dialogue, said: Said, kind: str, situation: Situation, city: City) -> Turn:
    service = said.understanding.service if said.understanding else None
    code = service.label if service and service.label in city.services else reports.FALLBACK_SERVICE
    if dialogue.draft:
        return reports.make_room(dialogue, dialogue.draft, said, city)
    draft = reports.from_said(said, kind, code)
    near = tickets.just_talked_about(dialogue, said, situation) if said.means_there else None
    if near and near.place and not draft.has_place:
        draft = replace(draft, place=near.place)
    return reports.proceed(dialogue, draft, said, city)


def _says(wording: str) -> "Handler":
    def handle(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
        return Turn(dialogue, (Reply(wording),), outcome="answered")

    return handle


def _greeted(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """ "Halo? Ada orang?" of somebody who waits for a person is no first hello."""
    wording = "passed_to_person" if situation.awaits_person else "greeting"
    return Turn(dialogue, (Reply(wording),), outcome="answered")


def _off_topic(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """One short line, then silence: every message costs, and spam is not worth an answer.

    A "2" or "???" to nothing is no spam, and what sounds like another town's may be from Jalan Raya Bogor.
    """
    if _names_matter_and_place(said, CLEAR_SERVICE):
        return to_person(dialogue, said, "unsure", "handed_over_unsure")
    wording = "off_topic" if any(character.isalpha() for character in said.text) else "nothing_asked"
    most = SILENT_FROM[wording]
    replies = (Reply(wording),) if dialogue.off_topic < most else ()
    return Turn(replace(dialogue, off_topic=max(dialogue.off_topic, most)), replies, outcome="off_topic")


def _names_matter_and_place(said: Said, sure: float) -> bool:
    understood = said.understanding
    service = understood.service if understood else None
    return bool(understood and understood.place and service and service.confidence >= sure)


def _wants_person(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    return to_person(dialogue, said, "person", "handed_over_person")


def _angry(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """Who scolds and says what is wrong, and where, has reported it; else a person reads."""
    if _names_matter_and_place(said, city.thresholds.service):
        turn = _told_already(dialogue, said, situation) or _report(dialogue, said, "lapor", situation, city)
        heard = () if is_sms(said) else (Reply("anger_heard"),)
        return replace(turn, replies=(*heard, *turn.replies))
    ticket = tickets.just_talked_about(dialogue, said, situation) or next(iter(situation.open_tickets), None)
    if ticket is None or ticket.sealed:
        return to_person(dialogue, said, "person", "anger_met")
    wording = "anger_met_open_late" if is_late(ticket, city, said.now) else "anger_met_open"
    reply = Reply(wording, status_line(ticket, city, said.now).values)
    return Turn(dialogue, (reply,), AskPerson("person", said.text), outcome="person")


def _urgent(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    return reports.emergency(dialogue, said, city)


Handler = Callable[[Dialogue, Said, Situation, City], Turn]

HANDLERS: dict[str, Handler] = {
    "tanya": advice.question,
    "cek_status": tickets.status,
    "tambah_info": tickets.add_to_open,
    "batal": tickets.ask_withdrawal,
    "setuju": claims.unasked_yes_or_no,
    "tolak": tickets.unasked_no,
    "bantuan": _says("help"),
    "salam": _greeted,
    "terima_kasih": _says("welcome"),
    "berhenti": _says("how_to_stop"),
    "hapus_data": _says("how_to_erase"),
    "marah": _angry,
    "bicara_petugas": _wants_person,
    "darurat": _urgent,  # where it might have answered a question, and did not
    "di_luar_cakupan": _off_topic,
}
