"""Is this an answer at all? A picked option, or a matter of its own that came instead of one."""

import re
from collections.abc import Collection

from bot.conversation.meaning import CLEAR_SERVICE, REPORTS, report_confidence
from bot.conversation.state import COURTESY_QUESTIONS, Pending, Said, Situation
from bot.status import WITH_AGENCY, Status

SURE = 0.7
# "Sudah beres?" and "did it work out?" have two answers, and by SMS these numbers.
YES_OR_NO_BY_NUMBER = {"1": True, "2": False}
LONGEST_PLACE = 8  # words
SURE_REPORT = 0.8
MAY_BE_REPORT = 0.25
WORDS_BESIDE_PLACE = 3
_NUMBER = r"(?:no(?:mor|mer)?\W*)?\d"
_SEVERAL = re.compile(rf"\W*{_NUMBER}(?:(?:\W+|\W*\b(?:dan|sama|dgn|and)\b\W*){_NUMBER})+\W*")
OWN_MATTERS = frozenset(
    {"tanya", "cek_status", "batal", "bicara_petugas", "bantuan", "berhenti", "hapus_data", "di_luar_cakupan"}
)


def chosen(pending: Pending, said: Said) -> str | None:
    """The option that was picked, by button or by its number in the list."""
    if said.choice in pending.options:
        return said.choice
    number = re.fullmatch(r"\W*(?:no(?:mor|mer)?\W*)?(\d)\W*", said.text.lower())
    index = int(number[1]) - 1 if number else -1
    return pending.options[index] if 0 <= index < len(pending.options) else None


def chosen_several(pending: Pending, said: Said) -> tuple[str, ...]:
    """The options that were picked by more than one number ("1 dan 3"), in that order; else nothing."""
    if not _SEVERAL.fullmatch(said.text.lower()):
        return ()
    indices = [int(number) - 1 for number in re.findall(r"\d", said.text)]
    if any(index not in range(len(pending.options)) for index in indices):
        return ()
    return tuple(dict.fromkeys(pending.options[index] for index in indices))


def is_out_of_list(pending: Pending, said: Said) -> bool:
    """A bare number, where a list has no such one."""
    return bool(pending.options) and re.fullmatch(r"\W*\d{1,3}\W*", said.text) is not None


def by_button_or_number(said: Said) -> bool | None:
    """The answer to a question that came by itself; None where it is put in words, or another's button."""
    if said.choice:
        return {"yes": True, "no": False}.get(said.choice)
    return YES_OR_NO_BY_NUMBER.get(said.text.strip(" ."))


def answers_a_later_question(pending: Pending, said: Said, situation: Situation) -> bool:
    """A yes or no, or its number, while we also asked, later, whether something is fixed, has worked out, or
    whether anyone has come. A button of the question itself answers it, and so does a number that only it has."""
    number = re.fullmatch(r"\W*(\d)\W*", said.text)
    if said.choice in pending.options or (number and number[1] not in YES_OR_NO_BY_NUMBER):
        return False
    yes_or_no = said.agrees is not None or number is not None
    recheck = situation.rechecking
    worked_out = yes_or_no and recheck is not None and recheck[1] > pending.since
    later = [ticket for ticket in situation.tickets if ticket.asked_at and ticket.asked_at > pending.since]
    if number:  # an agency's question and "has anyone come?" have no numbered answers
        later = [ticket for ticket in later if ticket.status == Status.CLAIMED_DONE]
    asked_later = worked_out or any(yes_or_no or ticket.status not in WITH_AGENCY for ticket in later)
    means_either = yes_or_no or (pending.asked in COURTESY_QUESTIONS and said.is_short)
    return asked_later and means_either


def only_puts_off(said: Said) -> bool:
    """ "Sebentar ya" and "ok pak" to "where is it?": the place is still to come."""
    return not said.location and not said.names_place and (said.only_agrees or said.asks_to_wait)


def yes_or_no(pending: Pending, said: Said) -> bool | None:
    """True for a yes, which is offered first, False for a no, by button, number or word; None for anything else.

    A button of another question is none, whatever it says. The "tidak" in a report of its own ("sampah tidak
    diangkut") answers nothing; nor does one in a longer message that no model has read.
    """
    option = chosen(pending, said)
    if option is not None:
        return option == pending.options[0]
    if said.choice or (said.understanding is None and not said.is_short):
        return None
    return None if is_story(said) or is_another_report(None, said) else said.agrees


def is_new_matter(said: Said, *answers: str) -> bool:
    """Whether a message that meets an open question is rather a matter of its own; ``answers`` are the intents
    that this question's answers are taken for."""
    understood = said.understanding
    if understood is None or understood.intent.confidence < SURE or understood.intent.label in answers:
        return False
    courtesy = understood.intent.label in ("terima_kasih", "salam", "marah") and understood.place is None
    return courtesy or understood.intent.label in OWN_MATTERS


def is_story(said: Said) -> bool:
    """Whether something is reported, in more than the few words of an answer."""
    understood = said.understanding
    return (
        understood is not None
        and understood.intent.label in REPORTS
        and understood.intent.confidence >= SURE
        and not said.is_short
    )


def is_another_report(service: str | None, said: Said) -> bool:
    """A clear report about another service that comes instead of an answer."""
    understood = said.understanding
    if understood is None or understood.intent.label not in REPORTS or understood.service is None:
        return False
    sure = understood.intent.confidence >= SURE_REPORT and understood.service.confidence >= SURE_REPORT
    return sure and understood.service.label != service and not said.is_short


def tells_matter_and_place(said: Said, besides: Collection[str]) -> bool:
    """Whether another matter than ``besides`` (services) is told with its place, in whatever tone.

    "Selokan mampet di Jl. Tebet, airnya meluap" sounds like a detail to the model, and no report is more complete.
    """
    understood, place = said.understanding, place_in(said)
    if understood is None or understood.service is None or place is None or said.corrects:
        return False
    clear = understood.service.confidence >= CLEAR_SERVICE and understood.service.label not in besides
    says_more = len(said.text.split()) - len(place.split()) >= WORDS_BESIDE_PLACE
    return clear and says_more and report_confidence(understood) >= MAY_BE_REPORT


def place_in(said: Said) -> str | None:
    """The place that was named, as written."""
    return said.understanding.place.text if said.understanding and said.understanding.place else None


def written_place(said: Said) -> str | None:
    """The answer to "where?": people mostly write only the place, so all of it is; of a longer answer what the
    model finds in it, and of a pin its address."""
    found = place_in(said)
    if found and len(said.text.split()) > LONGEST_PLACE:
        return found
    return said.text or (said.location.address if said.location else None) or None
