"""Answers to the question that is open: a number, a yes, a place. The classifier alone never decides here."""

import re
from dataclasses import replace

from bot.city import City
from bot.conversation import reports
from bot.conversation.meaning import REPORTS
from bot.conversation.state import Asked, Dialogue, Draft, Pending, Said, Situation
from bot.conversation.turn import AddToTicket, AskPerson, Reply, Turn, Withdraw

SURE = 0.7
OWN_MATTERS = frozenset(
    {"tanya", "cek_status", "batal", "bicara_petugas", "bantuan", "berhenti", "hapus_data", "di_luar_cakupan"}
)


def answered(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """The turn for an answer to the pending question; None when this is about something else."""
    if dialogue.pending is None or _answers_a_later_question(dialogue.pending, said, situation):
        return None
    if dialogue.pending.asked is Asked.SERVICE:
        return _service(dialogue, dialogue.pending, said, city)
    if dialogue.pending.asked is Asked.PLACE:
        return _place(dialogue, said, city)
    if dialogue.pending.asked is Asked.EMERGENCY_PLACE:
        return _place_of_emergency(dialogue, said, situation)
    return _withdraw(dialogue, dialogue.pending, said)


def chosen(pending: Pending, said: Said) -> str | None:
    """The option that was picked, by button or by its number in the list."""
    if said.choice in pending.options:
        return said.choice
    number = re.fullmatch(r"\W*(?:no(?:mor|mer)?\W*)?(\d)\W*", said.text.lower())
    index = int(number[1]) - 1 if number else -1
    return pending.options[index] if 0 <= index < len(pending.options) else None


def is_new_matter(said: Said) -> bool:
    """Whether a message that meets an open question is rather a matter of its own."""
    understood = said.understanding
    if understood is None or understood.intent.confidence < SURE:
        return False
    courtesy = understood.intent.label in ("terima_kasih", "salam", "marah") and understood.place is None
    return courtesy or understood.intent.label in OWN_MATTERS


def _answers_a_later_question(pending: Pending, said: Said, situation: Situation) -> bool:
    """A yes or no while we also asked, later, whether some ticket is fixed."""
    asked_later = any(t.asked_at and t.asked_at > pending.since for t in situation.tickets)
    return asked_later and said.agrees is not None and pending.asked is not Asked.WITHDRAW


def _service(dialogue: Dialogue, pending: Pending, said: Said, city: City) -> Turn | None:
    draft = dialogue.draft
    if draft is None:
        return None
    option = chosen(pending, said)
    if option == reports.OTHER:
        action = AskPerson("unsure", draft.story)
        return Turn(dialogue.settled(), (Reply("handed_over_unsure"),), action, outcome="person")
    if option:
        return reports.proceed(dialogue, replace(draft, service=option), said, city)
    return None if is_new_matter(said) else _more_of_the_story(dialogue, draft, pending, said, city)


def _more_of_the_story(dialogue: Dialogue, draft: Draft, pending: Pending, said: Said, city: City) -> Turn:
    """Instead of choosing, the citizen explains: now it may be clear, else a person reads it."""
    if not said.text:
        return Turn(dialogue, outcome="attached")
    story = replace(draft, story=f"{draft.story}\n{said.text}".strip(), location=said.location or draft.location)
    service = _service_told(pending, said, city)
    if service:
        return reports.proceed(dialogue, replace(story, service=service), said, city)
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


def _place(dialogue: Dialogue, said: Said, city: City) -> Turn | None:
    draft = dialogue.draft
    if draft is None or is_new_matter(said):
        return None
    if said.media and not said.text:
        return Turn(dialogue, outcome="attached")
    if said.is_short and (said.clueless or said.agrees is False):
        return reports.file(dialogue, draft, wording="report_filed_without_place")
    if _is_another_report(draft.service, said):
        return _file_and_start_again(dialogue, draft, said)
    return reports.file(dialogue, _with_place(draft, said))


def _place_of_emergency(dialogue: Dialogue, said: Said, situation: Situation) -> Turn | None:
    """The place of an emergency that is filed already."""
    ticket = situation.ticket(dialogue.recent) if dialogue.recent else None
    if ticket is None or said.clueless or is_new_matter(said) or _is_another_report(ticket.service, said):
        return None
    action = AddToTicket(ticket.number, said.text, _written_place(said), said.location)
    return Turn(dialogue.answered(), (Reply("place_noted"),), action, outcome="added")


def _with_place(draft: Draft, said: Said) -> Draft:
    found = said.understanding.place if said.understanding else None
    return replace(
        draft,
        story=f"{draft.story}\n{said.text}".strip(),
        place=_written_place(said),
        kelurahan=found.kelurahan if found else draft.kelurahan,
        city=found.city if found else draft.city,
        location=said.location or draft.location,
    )


def _written_place(said: Said) -> str | None:
    # Asked for a place, people write only the place: the whole answer is it, and the pin's address helps.
    return said.text or (said.location.address if said.location else None) or None


def _is_another_report(service: str | None, said: Said) -> bool:
    """A clear report about another service that comes instead of an answer."""
    understood = said.understanding
    if understood is None or understood.intent.label not in REPORTS or understood.service is None:
        return False
    sure = understood.intent.confidence >= 0.8 and understood.service.confidence >= 0.8
    return sure and understood.service.label != service and not said.is_short


def _file_and_start_again(dialogue: Dialogue, draft: Draft, said: Said) -> Turn:
    """File what was open and hold the new message: it is looked at again at once, on its own."""
    filed = reports.file(dialogue, draft, wording="report_filed_without_place")
    return replace(filed, hold=True, wake_at=said.at)


def _withdraw(dialogue: Dialogue, pending: Pending, said: Said) -> Turn | None:
    if pending.ticket is None or (said.agrees is None and chosen(pending, said) is None):
        return None
    if said.agrees or chosen(pending, said) == "yes":
        return Turn(dialogue.answered(), (Reply("withdrawn"),), Withdraw(pending.ticket), outcome="withdrawn")
    return Turn(dialogue.answered(), (Reply("kept_open", {"number": pending.ticket}),), outcome="kept")
