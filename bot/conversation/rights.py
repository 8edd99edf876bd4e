"""What every citizen can ask for with a fixed word, and how they are written to about a sealed matter."""

from collections.abc import Callable
from dataclasses import replace

from bot.city.city import City
from bot.conversation import corrections, tickets, which
from bot.conversation.choosing import chosen, is_another_report, is_new_matter, is_story, yes_or_no
from bot.conversation.state import Asked, Dialogue, Pending, Said, Situation, TicketView
from bot.conversation.turn import (
    AskPerson,
    Erase,
    GiveCopy,
    Reply,
    SetName,
    SetOptOut,
    SetSafeContact,
    ShowData,
    StopUsing,
    Turn,
)
from bot.words import Command

ERASE, KEEP = "erase", "keep_data"
ERASE_OR_KEEP = ((ERASE, "choice_erase"), (KEEP, "choice_keep_data"))

# What is done even while a person holds the conversation, or for a sender who is blocked.
HEARD_ALWAYS = frozenset(
    {Command.STOP, Command.START, Command.MY_DATA, Command.RESTRICT, Command.WITHDRAW_CONSENT}
)

Handler = Callable[[Dialogue, Said, Situation, City], Turn]


def commands(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """The turn for a message that is one of the fixed words, and nothing else."""
    if said.command is None:
        return _rename(dialogue, said, situation)
    if situation.is_silent and said.command not in HEARD_ALWAYS:
        wants_data = said.command in (Command.ERASE, Command.COPY)
        return Turn(dialogue, (), AskPerson("data", said.text), outcome="person") if wants_data else None
    passed = None if said.command in HEARD_ALWAYS else which.passed_over(dialogue, said, situation, city)
    return passed or HANDLERS[said.command](dialogue, said, situation, city)


def erase(dialogue: Dialogue, pending: Pending, said: Said, situation: Situation, city: City) -> Turn | None:
    """Erasing cannot be taken back, so a clear yes is needed: no "sudah", which is about something else."""
    option = chosen(pending, said) or (None if said.choice else _in_a_word(said))
    if option == ERASE:
        return Turn(Dialogue(), (Reply("erased"),), Erase(), outcome="erased")
    return Turn(dialogue.answered(), (Reply("not_erased"),), outcome="kept") if option == KEEP else None


def _in_a_word(said: Said) -> str | None:
    if said.consents:
        return ERASE
    return KEEP if said.is_short and said.agrees is False and not said.says_not_yet else None


def safe_contact(
    dialogue: Dialogue, pending: Pending, said: Said, situation: Situation, city: City
) -> Turn | None:
    """Whether this number is safe to write to; whatever else is written is how somebody wants to be reached.

    "Lewat telepon saja" is such a way, and no wish to be written to here by another person. Only a yes with
    nothing beside it is one: "aman kalau siang" and "kurang aman" are not.
    """
    option, number, sure = chosen(pending, said), pending.ticket, yes_or_no(pending, said)
    if said.choice and option is None:
        return None
    if sure and option is None and not said.consents:
        return _other_way(dialogue, pending, said)
    if number is None or (sure is None and (not said.text or is_new_matter(said, "bicara_petugas"))):
        return None
    if sure is None and is_story(said):
        return _more_of_it(dialogue, said, situation.ticket(number))
    if sure is None or not said.is_short:
        return _other_way(dialogue, pending, said)
    action = SetSafeContact(number, may_write=sure)
    return Turn(dialogue.answered(), (Reply("safe_noted" if sure else "unsafe_noted"),), action, outcome="added")


def _other_way(dialogue: Dialogue, pending: Pending, said: Said) -> Turn:
    """Not by this number, until a person has read how."""
    action = SetSafeContact(pending.ticket or "", may_write=False, other_way=said.text)
    return Turn(dialogue.answered(), (Reply("other_way_noted"),), action, outcome="added")


def _more_of_it(dialogue: Dialogue, said: Said, ticket: TicketView | None) -> Turn | None:
    """The story goes on, or another begins; the question stays."""
    if ticket is None or is_another_report(ticket.service, said):
        return None
    return tickets.add(dialogue, said, ticket, silent=False)


def _stop(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    return Turn(dialogue, (Reply("opted_out"),), SetOptOut(True), outcome="opted_out")


def _start(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    return Turn(dialogue, (Reply("opted_in"),), SetOptOut(False), outcome="opted_in")


def _my_data(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    return Turn(dialogue, (Reply("your_data"),), ShowData(), outcome="data_request")


def _copy(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """By a link that works once; where that is not safe a person hands it out, and this is not said."""
    return Turn(dialogue, (Reply("your_copy"),), GiveCopy(), outcome="data_request")


def _restrict(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    return Turn(dialogue, (Reply("data_restricted"),), StopUsing(), outcome="opted_out")


def _withdraw_consent(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """No use any more but what the law asks for; erasing is offered, for it cannot be taken back."""
    return Turn(dialogue, (Reply("consent_withdrawn"),), StopUsing(withdraws=True), outcome="opted_out")


def _rename(dialogue: Dialogue, said: Said, situation: Situation) -> Turn | None:
    if said.new_name is None or situation.is_silent:
        return None
    reply = Reply("name_changed", {"name": said.new_name})
    return Turn(dialogue, (reply,), SetName(said.new_name), outcome="corrected")


def _ask_to_erase(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    pending = Pending(Asked.ERASE, said.now, (ERASE, KEEP))
    state = replace(dialogue, pending=pending)  # an open report is still filed in its time, if all is kept
    return Turn(state, (Reply("ask_erase", choices=ERASE_OR_KEEP),), outcome="asked")


HANDLERS: dict[Command, Handler] = {
    Command.STOP: _stop,
    Command.START: _start,
    Command.MY_DATA: _my_data,
    Command.ERASE: _ask_to_erase,
    Command.COPY: _copy,
    Command.RESTRICT: _restrict,
    Command.WITHDRAW_CONSENT: _withdraw_consent,
    Command.CHANGE: corrections.ask_what,
}
