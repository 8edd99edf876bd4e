"""Answers to the question that is open: a number, a yes, a place. The classifier alone never decides here."""

from collections.abc import Callable
from dataclasses import replace

from bot.city.city import City
from bot.conversation import advice, claims, corrections, reports, rights, tickets, which
from bot.conversation.choosing import (
    answers_a_later_question,
    chosen,
    chosen_several,
    is_another_report,
    is_new_matter,
    is_out_of_list,
    only_puts_off,
    place_in,
    written_place,
)
from bot.conversation.meaning import REPORTS
from bot.conversation.state import Asked, Dialogue, Draft, Pending, Said, Situation
from bot.conversation.turn import AddToTicket, AskPerson, Reply, Turn

# "Di sini pak" is a place only to whoever stands there: a pin is asked for, once.
PIN = "pin"

Answer = Callable[[Dialogue, Pending, Said, Situation, City], Turn | None]


def answered(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """The turn for an answer to the pending question; None when this is about something else."""
    pending = dialogue.pending
    if pending is None or answers_a_later_question(pending, said, situation):
        return None
    if chosen(pending, said) is None and is_out_of_list(pending, said):
        reply = Reply("choose_within", {"count": str(len(pending.options))})
        return Turn(dialogue, (reply,), outcome="asked")
    return ANSWERS[pending.asked](dialogue, pending, said, situation, city)


def _service(dialogue: Dialogue, pending: Pending, said: Said, situation: Situation, city: City) -> Turn | None:
    draft = dialogue.draft
    if draft is None:
        return None
    option = chosen(pending, said)
    if option == reports.OTHER:
        action = AskPerson("unsure", draft.story)
        return Turn(dialogue.settled(), (Reply("handed_over_unsure"),), action, outcome="person")
    if codes := _picked(pending, draft, option, said):
        return reports.picked(dialogue, draft, codes, said, city)
    return None if is_new_matter(said) else _more_of_the_story(dialogue, draft, pending, said, city)


def _picked(pending: Pending, draft: Draft, option: str | None, said: Said) -> tuple[str, ...]:
    """The services that were picked: one, both that were offered together, or several by their numbers."""
    if option == reports.BOTH or (option is None and reports.BOTH in pending.options and said.means_all):
        return draft.also
    several = (option,) if option else chosen_several(pending, said)
    return tuple(code for code in several if code not in (reports.OTHER, reports.BOTH))


def _more_of_the_story(dialogue: Dialogue, draft: Draft, pending: Pending, said: Said, city: City) -> Turn:
    """Instead of choosing, the citizen explains: now it may be clear, else a person reads it."""
    if not said.text and not said.location:
        return Turn(dialogue, outcome="attached")
    found = said.understanding.place if said.understanding else None
    story = replace(
        draft,
        also=(),
        story=f"{draft.story}\n{said.text}".strip(),
        place=draft.place or (found.text if found else None),
        kelurahan=draft.kelurahan or (found.kelurahan if found else None),
        city=draft.city or (found.city if found else None),
        location=said.location or draft.location,
        sealed=draft.sealed or said.sealed_words,
    )
    if not said.text and draft.has_place:
        return Turn(replace(dialogue, draft=replace(story, also=draft.also)), outcome="attached")
    service = _service_told(pending, said, city)
    if service:
        return reports.proceed(dialogue, replace(story, service=service), said, city)
    if story.has_place and not draft.has_place:  # only where it is, not what: the question stays
        story = replace(story, also=draft.also)
        reply = Reply("place_noted_what", choices=reports.named(pending.options))
        return Turn(replace(dialogue, draft=story), (reply,), outcome="asked")
    action = AskPerson("unsure", story.story)
    return Turn(dialogue.settled(), (Reply("handed_over_unsure"),), action, outcome="person")


def _service_told(pending: Pending, said: Said, city: City) -> str | None:
    """The service that an explanation makes clear: one of those offered, or another in a report of its own."""
    understood = said.understanding
    guess = understood.service if understood else None
    if understood is None or guess is None or guess.label not in city.services:
        return None
    told = guess.label in pending.options or understood.intent.label in REPORTS
    return guess.label if told and guess.confidence >= city.thresholds.service else None


def _place(dialogue: Dialogue, pending: Pending, said: Said, situation: Situation, city: City) -> Turn | None:
    draft = dialogue.draft
    if draft is None or is_new_matter(said):
        return None
    if said.media and not said.text and not said.location:
        return Turn(dialogue, outcome="attached")
    if only_puts_off(said):
        return Turn(dialogue, (Reply("place_help"),), outcome="asked")
    if said.means_here and not said.location and pending.verdict != PIN:
        state = replace(dialogue, pending=replace(pending, verdict=PIN))
        return Turn(state, (Reply("send_pin"),), outcome="asked")
    says_nothing = said.means_here and not said.location
    says_nothing = says_nothing or (not said.location and not any(map(str.isalnum, said.text)))
    if says_nothing or (said.is_short and (said.clueless or said.agrees is False)):
        return reports.file(dialogue, draft, city, said.now, wording="report_filed_without_place")
    if is_another_report(draft.service, said):
        return reports.make_room(dialogue, draft, said, city)
    return reports.file(dialogue, _with_place(draft, said), city, said.now)


def _place_of_emergency(
    dialogue: Dialogue, pending: Pending, said: Said, situation: Situation, city: City
) -> Turn | None:
    """The place of an emergency that is filed already."""
    ticket = situation.ticket(pending.ticket) if pending.ticket else None
    if ticket is None or is_new_matter(said) or is_another_report(ticket.service, said):
        return None
    if not said.location and not place_in(said) and not said.names_place:
        return reports.more_of_an_emergency(dialogue, said, ticket)
    action = AddToTicket(ticket.number, said.text, written_place(said), said.location)
    return Turn(dialogue.answered(), (Reply("place_noted"),), action, outcome="added")


def _with_place(draft: Draft, said: Said) -> Draft:
    found = said.understanding.place if said.understanding else None
    return replace(
        draft,
        story=f"{draft.story}\n{said.text}".strip(),
        place=written_place(said),
        kelurahan=found.kelurahan if found else draft.kelurahan,
        city=found.city if found else draft.city,
        location=said.location or draft.location,
        sealed=draft.sealed or said.sealed_words,
    )


ANSWERS: dict[Asked, Answer] = {
    Asked.SERVICE: _service,
    Asked.PLACE: _place,
    Asked.EMERGENCY_PLACE: _place_of_emergency,
    Asked.WITHDRAW: tickets.withdraw,
    Asked.RATING: claims.rate,
    Asked.WHICH: which.named_one,
    Asked.DETAIL: corrections.detail,
    Asked.CHANGE: corrections.what_to_change,
    Asked.NEW_PLACE: corrections.new_place,
    Asked.NEW_SERVICE: corrections.new_service,
    Asked.CHECK: advice.checked,
    Asked.HELPED: advice.helped,
    Asked.SAFE: rights.safe_contact,
    Asked.ERASE: rights.erase,
}
