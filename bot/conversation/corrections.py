"""Putting a report right after it was filed: its place, what it is about, or a detail that was asked for."""

from dataclasses import replace

from bot.city.city import City
from bot.conversation import matching, reports, tickets
from bot.conversation.choosing import (
    chosen,
    is_another_report,
    is_new_matter,
    is_story,
    only_puts_off,
    tells_matter_and_place,
    written_place,
)
from bot.conversation.state import Asked, Dialogue, Draft, Pending, Said, Situation
from bot.conversation.turn import AddToTicket, AskPerson, Correct, Reply, Turn

CHANGES = (("place", "choice_place"), ("service", "choice_service"), ("withdraw", "choice_withdraw_it"))


def ask_what(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """ "UBAH": what is wrong with the report that was just talked about, or with the only open one."""
    open_tickets = situation.open_tickets
    ticket = tickets.just_talked_about(dialogue, said, situation) or matching.only(open_tickets)
    if ticket:
        return ask_what_of(dialogue, said, ticket.number)
    if open_tickets:
        return matching.ask_which(dialogue, said, open_tickets, verdict="change")
    return Turn(dialogue, (Reply("no_tickets"),), outcome="answered")


def what_to_change(
    dialogue: Dialogue, pending: Pending, said: Said, situation: Situation, city: City
) -> Turn | None:
    """What is to be changed: then it is asked for."""
    option, number = chosen(pending, said), pending.ticket
    if option is None or number is None:
        return None
    if option == "withdraw":
        return tickets.ask_withdrawal_of(dialogue, said, number)
    asked, wording = {
        "place": (Asked.NEW_PLACE, "ask_new_place"),
        "service": (Asked.NEW_SERVICE, "ask_new_service"),
    }[option]
    state = replace(dialogue, pending=Pending(asked, said.now, ticket=number))
    return Turn(state, (Reply(wording, {"number": number}),), outcome="asked")


def new_place(dialogue: Dialogue, pending: Pending, said: Said, situation: Situation, city: City) -> Turn | None:
    """Where it really is."""
    place = written_place(said)
    nothing = place is None and said.location is None
    if pending.ticket is None or is_new_matter(said) or said.clueless or nothing:
        return None
    if only_puts_off(said) or said.means_here or not (said.location or any(map(str.isalnum, said.text))):
        return Turn(dialogue, (Reply("place_help"),), outcome="asked")
    told = said.text if is_story(said) else ""  # with the place the matter is told once more, or more of it
    action = Correct(pending.ticket, place=place, location=said.location, text=told)
    replies = (Reply("corrected", {"number": pending.ticket}),)
    return Turn(dialogue.answered(), replies, action, outcome="corrected")


def new_service(dialogue: Dialogue, pending: Pending, said: Said, situation: Situation, city: City) -> Turn | None:
    """What it is really about: said in words, or picked from what was then offered."""
    if pending.ticket is None:
        return None
    option = chosen(pending, said) if pending.options else None
    if option and option != reports.OTHER:
        return _correct_service(dialogue, pending.ticket, option, _told(pending))
    if option == reports.OTHER or not said.understanding:
        told = _told(pending) if option else _told(pending, said.text)
        action = AskPerson("unsure", f"{pending.ticket}: {told}", pending.ticket)
        return Turn(dialogue.answered(), (Reply("handed_over_unsure"),), action, outcome="person")
    return None if is_new_matter(said) else _service_in_words(dialogue, pending, said, city)


def detail(dialogue: Dialogue, pending: Pending, said: Said, situation: Situation, city: City) -> Turn | None:
    """The answer to a service's own question. It was a courtesy: anything else is taken for what it says."""
    ticket = situation.ticket(pending.ticket) if pending.ticket else None
    if ticket is None or not said.text or is_new_matter(said) or said.corrects:
        return None
    if is_another_report(ticket.service, said) or tells_matter_and_place(said, {ticket.service}):
        return None
    tells = any(map(str.isdigit, said.text))  # "no 0123" is no no
    if not tells and (said.clueless or (said.is_short and said.agrees is False)):
        return Turn(dialogue.answered(), (Reply("never_mind"),), outcome="answered")
    action = AddToTicket(ticket.number, said.text, None, said.location)
    return Turn(dialogue.answered(), (Reply("info_added", {"number": ticket.number}),), action, outcome="added")


def ask_what_of(dialogue: Dialogue, said: Said, number: str) -> Turn:
    """Offer what can be changed about the report ``number``."""
    question = Pending(Asked.CHANGE, said.now, tuple(key for key, _ in CHANGES), number)
    reply = Reply("ask_change", {"number": number}, CHANGES)
    return Turn(replace(dialogue, pending=question), (reply,), outcome="asked")


def _service_in_words(dialogue: Dialogue, pending: Pending, said: Said, city: City) -> Turn:
    guess = said.understanding.service if said.understanding else None
    number, told = pending.ticket or "", _told(pending, said.text)
    if guess and guess.label in city.services and guess.confidence >= city.thresholds.service:
        return _correct_service(dialogue, number, guess.label, told)
    options, choices = reports.offer(said, city)
    question = Pending(Asked.NEW_SERVICE, said.now, options, number, held=Draft("tambah_info", told))
    state = replace(dialogue, pending=question)
    return Turn(state, (Reply("ask_service", choices=choices),), outcome="asked")


def _told(pending: Pending, more: str = "") -> str:
    """All that was said about what it really is."""
    return "\n".join(part for part in (pending.held.story if pending.held else "", more) if part)


def _correct_service(dialogue: Dialogue, number: str, service: str, told: str) -> Turn:
    action = Correct(number, service=service, text=told)
    return Turn(dialogue.answered(), (Reply("corrected_service"),), action, outcome="corrected")
