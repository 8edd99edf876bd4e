"""Is it fixed, as the agency says? The citizen's answer: done, not done, not looked at yet; of one or of all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.city.city import City
from bot.conversation.choosing import by_button_or_number, chosen
from bot.conversation.meaning import REPORTS
from bot.conversation.state import Asked, Dialogue, Pending, Said, Situation, TicketView
from bot.conversation.turn import Confirm, Deny, JudgeAll, Rate, Reply, Turn
from bot.status import Status

# "Belum beres" this long after the closing opens the ticket again.
REOPEN_WITHIN = timedelta(days=14)
STARS = tuple((str(n), f"choice_{n}") for n in range(1, 6))


def verdict_on(said: Said, ticket: TicketView) -> bool | None:
    """Done, not done, or neither. A button or a plain yes or no wins over what the model thinks."""
    picked = by_button_or_number(said)
    if picked is not None:
        return picked
    intent = said.understanding.intent.label if said.understanding else ""
    if intent in ("setuju", "tolak") and said.agrees is None:
        return intent == "setuju"
    if _has_own_story(said, intent, ticket):
        return None
    doubtful = intent in ("lapor", "tolak") and not (said.only_agrees or (said.says_fixed and not said.says_again))
    return False if said.agrees and doubtful else said.agrees  # "sudah tiga minggu lampunya mati" is no yes


def judged(dialogue: Dialogue, said: Said, ticket: TicketView, verdict: bool) -> Turn | None:
    """Done closes, not done opens again; None where the ticket's state allows neither.

    Before the agency claims anything an "ok" closes nothing: only that it is fixed, in so many words. What is for
    few eyes in a yes ("sudah, tapi petugasnya minta uang") is a matter of its own.
    """
    if verdict and said.sealed_words:
        return None
    state = about(dialogue, ticket, said)
    if verdict and ticket.is_open and (ticket.status == Status.CLAIMED_DONE or said.says_fixed):
        return _closed(state, said, ticket)
    if not verdict and _can_reopen(ticket, said):
        action = Deny(ticket.number, said.text, seals=said.sealed_words and not ticket.sealed)
        return Turn(state, (Reply("reopened", {"number": ticket.number}),), action, outcome="reopened")
    return None


def judged_all(dialogue: Dialogue, said: Said, among: Sequence[TicketView], verdict: bool) -> Turn | None:
    """ "Semuanya": all of the claims are right, or none is. Nobody is asked for stars of several at once."""
    if verdict and said.sealed_words:
        return None
    claimed = (ticket for ticket in among if ticket.status == Status.CLAIMED_DONE)
    numbers = tuple(ticket.number for ticket in sorted(claimed, key=lambda ticket: ticket.created_at))
    if not numbers:
        return None
    wording, outcome = ("closed_all", "confirmed") if verdict else ("reopened_all", "reopened")
    reply = Reply(wording, {"numbers": ", ".join(numbers)})
    return Turn(dialogue, (reply,), JudgeAll(numbers, verdict, said.text), outcome=outcome)


def not_looked_at_yet(dialogue: Dialogue, said: Said, ticket: TicketView) -> Turn | None:
    """ "Besok saya cek dulu" is neither yes nor no: the question stays, and nobody is written to about it."""
    intent = said.understanding.intent.label if said.understanding else ""
    puts_off = said.puts_off and not said.choice and ticket.status == Status.CLAIMED_DONE
    if not puts_off or _has_own_story(said, intent, ticket):
        return None
    return Turn(about(dialogue, ticket, said), (Reply("look_first"),), outcome="answered")


def rate(dialogue: Dialogue, pending: Pending, said: Said, situation: Situation, city: City) -> Turn | None:
    """How content somebody is, by button or number; whoever writes something else is not asked again."""
    option = chosen(pending, said)
    if option is None or pending.ticket is None:
        return None
    action = Rate(pending.ticket, int(option))
    return Turn(dialogue.answered(), (Reply("rated"),), action, outcome="rated")


def unasked_yes_or_no(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """A yes or a no while nothing is asked: perhaps about the last ticket, else say that it was heard."""
    ticket = situation.tickets[0] if situation.tickets else None
    no = said.understanding is not None and said.understanding.intent.label != "setuju"
    if ticket and said.understanding and (not no or _takes_back(said, ticket)):
        turn = judged(dialogue, said, ticket, said.understanding.intent.label == "setuju")
        if turn:
            return turn
        if ticket.is_open and said.understanding.intent.label == "setuju":
            return Turn(dialogue, (Reply("still_watching", {"number": ticket.number}),), outcome="answered")
    return Turn(dialogue, (Reply("nothing_asked"),), outcome="answered")


def _takes_back(said: Said, ticket: TicketView) -> bool:
    """ "Nggak usah" to a last question opens nothing again; "belum beres" and "mati lagi" do."""
    return ticket.is_report and (said.says_not_yet or said.says_again or ticket.status == Status.CLAIMED_DONE)


def about(dialogue: Dialogue, ticket: TicketView, said: Said) -> Dialogue:
    """``ticket`` is what is talked about now."""
    return replace(dialogue, recent=ticket.number, recent_at=said.at)


def _has_own_story(said: Said, intent: str, ticket: TicketView) -> bool:
    """ "Sampah tidak diangkut" is a matter of its own for someone who was asked about a pothole."""
    if intent in ("cek_status", "tanya", "batal"):
        return True
    service = said.understanding.service if said.understanding else None
    return intent in REPORTS and not said.is_short and (service is None or service.label != ticket.service)


def _closed(dialogue: Dialogue, said: Said, ticket: TicketView) -> Turn:
    """Confirmed by the citizen, who is asked once in a ticket's life how content they are."""
    values, action = {"number": ticket.number}, Confirm(ticket.number)
    if not ticket.may_be_rated:
        return Turn(dialogue, (Reply("closed_confirmed", values),), action, outcome="confirmed")
    question = Pending(Asked.RATING, said.now, tuple(key for key, _ in STARS), ticket.number)
    replies = (Reply("closed_confirmed", values), Reply("ask_rating", choices=STARS))
    return Turn(replace(dialogue, pending=question), replies, action, outcome="confirmed")


def _can_reopen(ticket: TicketView, said: Said) -> bool:
    recently = ticket.closed_at is None or said.at - ticket.closed_at <= REOPEN_WITHIN
    return ticket.status in (Status.CLAIMED_DONE, Status.DONE) and recently
