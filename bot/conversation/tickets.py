"""What a citizen says about a ticket that exists: how far it is, something more, it is done, it is not."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.city import City
from bot.conversation.meaning import REPORTS
from bot.conversation.state import Asked, Dialogue, Pending, Said, Situation, TicketView
from bot.conversation.turn import Action, AddToTicket, AskPerson, Confirm, Deny, Reply, Turn
from bot.status import Status

# What comes this soon after a report belongs to it.
RECENT = timedelta(minutes=15)
# "Belum beres" this long after the closing opens the ticket again.
REOPEN_WITHIN = timedelta(days=14)
LISTED = 3
# "Sudah beres?" is sent to plain SMS with numbered answers.
BY_NUMBER = {"1": "yes", "2": "no"}
WITHDRAW_OR_KEEP = (("yes", "choice_withdraw"), ("no", "choice_keep"))


def named(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """A message that names a ticket by its number."""
    if not said.numbers:
        return None
    ticket = next((t for t in map(situation.ticket, said.numbers) if t), None)
    if ticket is None:
        return Turn(dialogue, (Reply("number_unknown", {"number": said.numbers[0]}),), outcome="answered")
    intent = said.understanding.intent.label if said.understanding else "cek_status"
    verdict = _verdict(said, ticket)
    if verdict is not None and (turn := _judged(dialogue, said, ticket, verdict)):
        return turn
    if intent == "batal":
        return _ask_withdrawal_of(dialogue, said, ticket)
    if intent == "tambah_info" and ticket.is_open:
        return _add(dialogue, said, ticket, silent=False)
    return Turn(_about(dialogue, ticket, said), (status_line(ticket, city),), outcome="answered")


def asked_by_us(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """An answer to what we asked about a ticket: is it fixed, or what the agency wants to know."""
    waiting = [t for t in situation.tickets if t.asked_at and t.status in (Status.CLAIMED_DONE, Status.NEEDS_INFO)]
    if not waiting:
        return None
    ticket = max(waiting, key=lambda t: (t.asked_at, t.number))
    if ticket.status == Status.CLAIMED_DONE:
        verdict = _verdict(said, ticket)
        return _judged(dialogue, said, ticket, verdict) if verdict is not None else None
    return None if _is_own_matter(said, ticket) else _answer_agency(dialogue, said, ticket)


def something_more(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """A photo, a pin or a detail soon after a report attaches to it silently."""
    ticket = just_talked_about(dialogue, said, situation)
    if ticket is None:
        return None
    intent = said.understanding.intent.label if said.understanding else None
    if intent == "tambah_info" or (not said.text and (said.media or said.location)):
        return _add(dialogue, said, ticket, silent=intent is None)
    return None


def just_talked_about(dialogue: Dialogue, said: Said, situation: Situation) -> TicketView | None:
    """The open ticket that the conversation was about within the last minutes."""
    ticket = situation.ticket(dialogue.recent) if dialogue.recent else None
    fresh = dialogue.recent_at is not None and said.at - dialogue.recent_at <= RECENT
    return ticket if ticket and ticket.is_open and fresh else None


def add_to_open(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """A detail with no report just before it: it belongs to the open ticket, if there is one alone."""
    open_tickets = [ticket for ticket in situation.tickets if ticket.is_open]
    if len(open_tickets) == 1:
        return _add(dialogue, said, open_tickets[0], silent=False)
    action = AskPerson("unsure", said.text)
    return Turn(dialogue, (Reply("handed_over_unsure"),), action, outcome="person")


def status(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """How far the citizen's tickets are: the open ones, else the last."""
    open_tickets = [ticket for ticket in situation.tickets if ticket.is_open]
    shown = (open_tickets or list(situation.tickets[:1]))[:LISTED]
    if not shown:
        return Turn(dialogue, (Reply("no_tickets"),), outcome="answered")
    state = _about(dialogue, shown[0], said) if len(shown) == 1 else dialogue
    return Turn(state, tuple(status_line(ticket, city) for ticket in shown), outcome="answered")


def status_line(ticket: TicketView, city: City) -> Reply:
    """One ticket's state as a sentence."""
    values: dict[str, str | datetime] = {
        "number": ticket.number,
        "service": city.services[ticket.service].name if ticket.service in city.services else ticket.service,
        "agency": city.agency_name(ticket.agency),
        "created_at": ticket.created_at,
        "solve_by": ticket.expected_on or ticket.solve_by,
        "closed_at": ticket.closed_at or "",
    }
    return Reply(f"status_{ticket.status}", values)


def ask_withdrawal(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """ "Never mind": make sure which one and that it is meant."""
    if dialogue.draft:
        return Turn(dialogue.settled(), (Reply("draft_dropped"),), outcome="answered")
    ticket = next((ticket for ticket in situation.tickets if ticket.is_open), None)
    if ticket is None:
        return Turn(dialogue, (Reply("no_tickets"),), outcome="answered")
    return _ask_withdrawal_of(dialogue, said, ticket)


def unasked_yes_or_no(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """A yes or a no while nothing is asked: perhaps about the last ticket, else say that it was heard."""
    ticket = situation.tickets[0] if situation.tickets else None
    if ticket and said.understanding:
        turn = _judged(dialogue, said, ticket, said.understanding.intent.label == "setuju", unasked=True)
        if turn:
            return turn
    return Turn(dialogue, (Reply("nothing_asked"),), outcome="answered")


def _verdict(said: Said, ticket: TicketView) -> bool | None:
    """Done, not done, or neither. A button or a plain yes or no wins over what the model thinks."""
    picked = said.choice or BY_NUMBER.get(said.text.strip(" ."))
    if picked in ("yes", "no"):
        return picked == "yes"
    intent = said.understanding.intent.label if said.understanding else ""
    if intent in ("setuju", "tolak") and said.agrees is None:
        return intent == "setuju"
    return None if _has_own_story(said, intent, ticket) else said.agrees


def _has_own_story(said: Said, intent: str, ticket: TicketView) -> bool:
    """ "Sampah tidak diangkut" is a matter of its own for someone who was asked about a pothole."""
    if intent in ("cek_status", "tanya", "batal"):
        return True
    service = said.understanding.service if said.understanding else None
    return intent in REPORTS and not said.is_short and (service is None or service.label != ticket.service)


def _judged(
    dialogue: Dialogue, said: Said, ticket: TicketView, verdict: bool, unasked: bool = False
) -> Turn | None:
    state = _about(dialogue, ticket, said)
    values = {"number": ticket.number}
    action: Action
    if verdict and ticket.is_open and not (unasked and ticket.status == Status.RECEIVED):
        action = Confirm(ticket.number)
        return Turn(state, (Reply("closed_confirmed", values),), action, outcome="confirmed")
    if not verdict and _can_reopen(ticket, said):
        action = Deny(ticket.number, said.text)
        return Turn(state, (Reply("reopened", values),), action, outcome="reopened")
    return None


def _can_reopen(ticket: TicketView, said: Said) -> bool:
    recently = ticket.closed_at is None or said.at - ticket.closed_at <= REOPEN_WITHIN
    return ticket.status in (Status.CLAIMED_DONE, Status.DONE) and recently


def _is_own_matter(said: Said, ticket: TicketView) -> bool:
    """Whether a message that meets the agency's question is about something else."""
    understood = said.understanding
    if understood is None:
        return not said.text and not said.media and not said.location
    intent, service = understood.intent, understood.service
    another = intent.label in REPORTS and service is not None and service.label != ticket.service
    talk = intent.label in (
        "tanya",
        "cek_status",
        "batal",
        "bicara_petugas",
        "bantuan",
        "salam",
        "terima_kasih",
    )
    return intent.confidence >= 0.7 and (another or talk)


def _answer_agency(dialogue: Dialogue, said: Said, ticket: TicketView) -> Turn:
    action = AddToTicket(ticket.number, said.text, _place_in(said), said.location, answers=True)
    replies = (Reply("answer_passed_on", {"number": ticket.number}),)
    return Turn(_about(dialogue, ticket, said), replies, action, outcome="added")


def _add(dialogue: Dialogue, said: Said, ticket: TicketView, *, silent: bool) -> Turn:
    action = AddToTicket(ticket.number, said.text, _place_in(said), said.location)
    replies = () if silent else (Reply("info_added", {"number": ticket.number}),)
    return Turn(_about(dialogue, ticket, said), replies, action, outcome="added")


def _ask_withdrawal_of(dialogue: Dialogue, said: Said, ticket: TicketView) -> Turn:
    question = Pending(Asked.WITHDRAW, said.at, ("yes", "no"), ticket.number)
    state = replace(dialogue, pending=question)
    return Turn(state, (Reply("ask_withdrawal", {"number": ticket.number}, WITHDRAW_OR_KEEP),), outcome="asked")


def _about(dialogue: Dialogue, ticket: TicketView, said: Said) -> Dialogue:
    return replace(dialogue, recent=ticket.number, recent_at=said.at)


def _place_in(said: Said) -> str | None:
    return said.understanding.place.text if said.understanding and said.understanding.place else None
