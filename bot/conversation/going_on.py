"""What is said right after a report was filed: mostly more of it, or that something about it is wrong.

The model knows one message at a time. "Bahaya banget buat anak sekolah" alone is a report about a school; a minute
after a pothole it is about the pothole.
"""

from bot.city.city import City
from bot.conversation import matching, tickets
from bot.conversation.choosing import SURE_REPORT, place_in, tells_matter_and_place
from bot.conversation.claims import about
from bot.conversation.meaning import CLEAR_SERVICE
from bot.conversation.state import COURTESY_QUESTIONS, Asked, Dialogue, Said, Situation, TicketView
from bot.conversation.turn import Correct, Reply, Turn
from nlu.client import Understanding

# Taken for idle talk or a call for help; sure enough of it, that is what it is.
VAGUE = frozenset({"di_luar_cakupan", "bantuan", "setuju"})
# A correction of the kind names the kind that it is not, and the one that it is.
NAMED_WRONG, NAMED_RIGHT = 0.1, 0.3
# "Jl. Melati 5 pak" is only a place: of the report before it. With more words it may be another's.
MOST_BESIDE_A_PLACE = 1


def something_more(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """A photo or a pin attaches silently, a detail is added, what was wrong is put right."""
    ticket = tickets.just_talked_about(dialogue, said, situation)
    if ticket is None:
        return None
    understood, ticket = said.understanding, _by_its_name(said, situation) or ticket
    if understood is None:
        alone = not said.text and (said.media or said.location)
        return tickets.add(dialogue, said, ticket, silent=True) if alone else None
    if said.corrects and (turn := _put_right(dialogue, said, ticket, understood, city)):
        return turn
    if tells_matter_and_place(said, {ticket.service}):
        return None
    goes_on = understood.intent.label == "tambah_info"
    goes_on = goes_on or (_is_free(dialogue) and _goes_on(understood, said, ticket, city))
    return tickets.add(dialogue, said, ticket, silent=False) if goes_on else None


def _is_free(dialogue: Dialogue) -> bool:
    """Whether no other report is being told, nothing asked that must be answered, and no answer just given."""
    question = dialogue.pending
    lapses = question is None or (question.asked in COURTESY_QUESTIONS and question.asked is not Asked.HELPED)
    return dialogue.draft is None and lapses


def _by_its_name(said: Said, situation: Situation) -> TicketView | None:
    """ "Lampunya masih mati" is about the lamp, though the drain was reported last.

    An address, or what corrects one, may name a clinic and is about none.
    """
    service = said.understanding.service if said.understanding else None
    clear = service is not None and service.confidence >= CLEAR_SERVICE
    clear = clear and not said.corrects and not place_in(said)
    return matching.by_topic(said, situation.open_tickets) if clear else None


def _put_right(
    dialogue: Dialogue, said: Said, ticket: TicketView, understood: Understanding, city: City
) -> Turn | None:
    """ "Maksudnya Jl. Melati" and "bukan lampu jalan, lampu taman"."""
    place = place_in(said)
    if place and understood.intent.label in ("tambah_info", "tolak"):
        action, reply = Correct(ticket.number, place=place, location=said.location), "corrected"
    elif not place and (service := _kind_meant(understood, ticket, city)):
        action, reply = Correct(ticket.number, service=service, text=said.text), "corrected_service"
    else:
        return None
    state = about(dialogue.answered(), ticket, said)
    return Turn(state, (Reply(reply, {"number": ticket.number}),), action, outcome="corrected")


def _kind_meant(understood: Understanding, ticket: TicketView, city: City) -> str | None:
    """The kind that is named beside the one that the ticket has."""
    chances = {guess.label: guess.confidence for guess in understood.services}
    others = [guess for guess in understood.services if guess.label != ticket.service]
    best = others[0] if others else None
    if best is None or best.label not in city.services or chances.get(ticket.service, 0.0) < NAMED_WRONG:
        return None
    return best.label if best.confidence >= NAMED_RIGHT else None


def _goes_on(understood: Understanding, said: Said, ticket: TicketView, city: City) -> bool:
    """Whether it is no matter of its own: neither another report, nor talk, a wish or a question."""
    answers = said.is_short and said.agrees is not None
    if answers or "?" in said.text or not any(map(str.isalpha, said.text)):
        return False
    if place := place_in(said):
        before, named, behind = said.text.partition(place)
        nothing_else = bool(named) and len((before + behind).split()) <= MOST_BESIDE_A_PLACE
        return ticket.is_report and nothing_else and not _is_another(understood, ticket, city)
    if not ticket.is_report or said.sealed_words or _is_another(understood, ticket, city):
        return False
    intent = understood.intent
    return intent.label in ("lapor", "tolak") or (intent.label in VAGUE and intent.confidence < SURE_REPORT)


def _is_another(understood: Understanding, ticket: TicketView, city: City) -> bool:
    """Another service for sure, or perhaps one for few eyes only."""
    service, intent = understood.service, understood.intent
    if service is None or service.label == ticket.service:
        return False
    sealed = service.label in city.services and city.services[service.label].sealed
    sure = intent.label == "lapor" and min(service.confidence, intent.confidence) >= SURE_REPORT
    return sealed or sure or service.confidence >= CLEAR_SERVICE
