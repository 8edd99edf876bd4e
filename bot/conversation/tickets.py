"""What a citizen says about a ticket that exists: how far it is, something more, it is done, it is not."""

from dataclasses import replace
from datetime import timedelta

from bot.city.city import City
from bot.conversation import choosing, claims, matching, reports, visits
from bot.conversation.choosing import is_another_report, is_story, place_in, yes_or_no
from bot.conversation.claims import about, judged, judged_all, not_looked_at_yet, verdict_on
from bot.conversation.meaning import REPORTS
from bot.conversation.standing import status_line
from bot.conversation.state import Asked, Dialogue, Draft, Pending, Said, Situation, TicketView
from bot.conversation.turn import AddToTicket, AskPerson, Reply, Turn, Withdraw
from bot.status import Status

# What comes this soon after a report belongs to it.
RECENT = timedelta(minutes=15)
LISTED = 3
NUMBER_AND_A_FEW_WORDS = 6
WITHDRAW_OR_KEEP = (("withdraw", "choice_withdraw"), ("keep", "choice_keep"))


def named(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """A message that names a ticket by its number, or by quoting what we wrote about it."""
    if not said.numbers:
        return _quoting(dialogue, said, situation, city)
    if said.understanding is None and situation.understands and len(said.text.split()) > NUMBER_AND_A_FEW_WORDS:
        return None  # more than a question for its state: it waits for the model
    ticket = next((t for t in map(situation.ticket, said.numbers) if t), None)
    if ticket is None and is_story(said):
        return None  # a number that is none of theirs makes the story no less worth filing
    if ticket is None:
        return Turn(dialogue, (Reply("number_unknown", {"number": said.numbers[0]}),), outcome="answered")
    turn = _for_a_person(dialogue, said, ticket) or _about_one(dialogue, said, ticket, city)
    if turn is None and is_story(said):
        goes_with_it = ticket.is_open and not is_another_report(ticket.service, said)
        return add(dialogue, said, ticket, silent=False) if goes_with_it else None
    return turn or Turn(about(dialogue, ticket, said), (status_line(ticket, city, said.now),), outcome="answered")


def _for_a_person(dialogue: Dialogue, said: Said, ticket: TicketView) -> Turn | None:
    """Who names a ticket and wants a person, scolds, or tells what is for few eyes wants more than its state."""
    intent = said.understanding.intent.label if said.understanding else ""
    if said.sealed_words and ticket.is_open and intent in ("marah", "cek_status", "tambah_info", "bicara_petugas"):
        return add(dialogue, said, ticket, silent=False)
    if intent not in ("marah", "bicara_petugas"):
        return None
    wording = "anger_met" if intent == "marah" else "handed_over_person"
    action = AskPerson("person", said.text, ticket.number)
    return Turn(about(dialogue, ticket, said), (Reply(wording),), action, outcome="person")


def _quoting(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """A quoted message says which ticket is meant; an open question about that very ticket comes first."""
    ticket = situation.ticket(said.quoted) if said.quoted else None
    if ticket is None or (dialogue.pending and dialogue.pending.ticket == ticket.number):
        return None
    if ticket.status == Status.NEEDS_INFO and not _is_own_matter(said, ticket):
        return _answer_agency(dialogue, said, ticket)
    turn = _about_one(dialogue, said, ticket, city)
    if turn is None and _asks_how_it_is(said):
        return _how_it_is(about(dialogue, ticket, said), said, ticket, city)
    return turn


def _asks_how_it_is(said: Said) -> bool:
    """Whether words beside a quoted message ask about it: "ini gimana?", which alone asks nobody knows what."""
    intent = said.understanding.intent if said.understanding else None
    if intent is None or said.choice:
        return False
    asks = said.is_short and "?" in said.text and intent.confidence < choosing.SURE
    return intent.label in ("cek_status", "bantuan", "di_luar_cakupan") or asks


def _again(dialogue: Dialogue, said: Said, ticket: TicketView, city: City) -> Turn:
    """Closed too long ago to be opened again: the same matter becomes a new report."""
    story = f"{said.text}\n({ticket.number})"
    draft = Draft("lapor", story, ticket.service, place=ticket.place, sealed=ticket.sealed, begun=said.first_at)
    return reports.file(dialogue, draft, city, said.now)


def _about_one(dialogue: Dialogue, said: Said, ticket: TicketView, city: City) -> Turn | None:
    """What is said about a ticket that is known: done, not done, withdrawn, or more of it."""
    intent = said.understanding.intent.label if said.understanding else "cek_status"
    if later := not_looked_at_yet(dialogue, said, ticket):
        return later
    verdict = verdict_on(said, ticket)
    if verdict is not None and (turn := judged(dialogue, said, ticket, verdict)):
        return turn
    if verdict is False and ticket.status == Status.DONE:
        return _again(dialogue, said, ticket, city)
    if intent == "batal" and ticket.is_open:
        return ask_withdrawal_of(dialogue, said, ticket.number)
    if intent == "batal":
        return _how_it_is(dialogue, said, ticket, city)
    if intent == "tambah_info" and ticket.is_open:
        return add(dialogue, said, ticket, silent=False)
    return None


def asked_by_us(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """An answer to what we asked about a ticket: is it fixed, has anyone come, what the agency wants to know."""
    waiting = [ticket for ticket in situation.tickets if _waits_for_answer(ticket, said)]
    if not waiting:
        return None
    quoted = situation.ticket(said.quoted) if said.quoted else None
    ticket = quoted or matching.by_topic(said, waiting) or matching.last_asked(waiting)
    if ticket and not quoted and _asked_later_if_it_worked_out(ticket, said, situation):
        return None
    if ticket is None:
        return _asked_about_several(dialogue, said, waiting)
    if ticket.status == Status.CLAIMED_DONE:
        if later := not_looked_at_yet(dialogue, said, ticket):
            return later
        verdict = verdict_on(said, ticket)
        return judged(dialogue, said, ticket, verdict) if verdict is not None else None
    if visits.is_waited_for(ticket, said):
        return visits.answered(dialogue, said, ticket)
    return None if _is_own_matter(said, ticket) else _answer_agency(dialogue, said, ticket)


def _waits_for_answer(ticket: TicketView, said: Said) -> bool:
    asked = ticket.asked_at is not None and ticket.status in (Status.CLAIMED_DONE, Status.NEEDS_INFO)
    return asked or visits.is_waited_for(ticket, said)


def _asked_later_if_it_worked_out(ticket: TicketView, said: Said, situation: Situation) -> bool:
    """A yes or a no answers what was asked last, and that was about a standing answer."""
    answers = said.agrees is not None or said.choice in (matching.YES, matching.NO)
    recheck = situation.rechecking
    return answers and recheck is not None and ticket.asked_at is not None and recheck[1] > ticket.asked_at


def _asked_about_several(dialogue: Dialogue, said: Said, waiting: list[TicketView]) -> Turn | None:
    """A yes or no that could be about any of several tickets is not guessed at."""
    claimed = [ticket for ticket in waiting if ticket.status == Status.CLAIMED_DONE]
    if claimed and (later := not_looked_at_yet(dialogue, said, claimed[0])):
        return later
    verdict = verdict_on(said, waiting[0])
    if verdict and said.sealed_words:
        return None  # a matter of its own, whichever is fixed
    if verdict is None or not claimed:
        newest = max(waiting, key=lambda t: (t.asked_at, t.number))
        if visits.is_waited_for(newest, said):
            return matching.ask_which(dialogue, said, waiting, "add") if verdict is not None else None
        answers = newest.status == Status.NEEDS_INFO and not _is_own_matter(said, newest)
        return _answer_agency(dialogue, said, newest) if answers else None
    if len(claimed) == 1:
        return judged(dialogue, said, claimed[0], verdict)
    if said.means_all:
        return judged_all(dialogue, said, claimed, verdict)
    return matching.ask_which(dialogue, said, claimed, matching.YES if verdict else matching.NO)


def just_talked_about(dialogue: Dialogue, said: Said, situation: Situation) -> TicketView | None:
    """The open ticket that the conversation was about within the last minutes."""
    ticket = situation.ticket(dialogue.recent) if dialogue.recent else None
    fresh = dialogue.recent_at is not None and said.at - dialogue.recent_at <= RECENT
    return ticket if ticket and ticket.is_open and fresh else None


def add_to_open(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """A detail with no report just before it: for the open ticket that it fits, else it is asked which."""
    open_tickets = situation.open_tickets
    ticket = matching.only(open_tickets) or matching.by_topic(said, open_tickets)
    if ticket:
        return add(dialogue, said, ticket, silent=False)
    if open_tickets:
        return matching.ask_which(dialogue, said, open_tickets, verdict="add")
    if place_in(said) and dialogue.draft is None:
        return reports.ask_about(dialogue, said)
    action = AskPerson("unsure", said.text)
    return Turn(dialogue, (Reply("handed_over_unsure"),), action, outcome="person")


def unasked_no(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """ "Belum diangkut juga sampahnya", while nobody says that it is done: the agency hears of it."""
    turn = claims.unasked_yes_or_no(dialogue, said, situation, city)
    ticket = _not_done_yet(said, situation)
    if turn.action is not None or ticket is None:
        return turn
    missed = Reply("visit_missed", {"number": ticket.number})
    reply = status_line(ticket, city, said.now) if ticket.sealed else missed
    return replace(add(dialogue, said, ticket, silent=True), replies=(reply,))


def _not_done_yet(said: Said, situation: Situation) -> TicketView | None:
    """The report that somebody says so of: the one of its kind, else the only one where no other is named."""
    if not said.says_not_yet:
        return None
    reports_only = [ticket for ticket in situation.open_tickets if ticket.is_report]
    service = said.understanding.service if said.understanding else None
    unnamed = service is None or service.confidence < matching.SURE_TOPIC
    return matching.by_topic(said, reports_only) or (matching.only(reports_only) if unnamed else None)


def status(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """How far the citizen's tickets are: the open ones, else the last."""
    by_topic = matching.by_topic(said, situation.open_tickets)
    shown = (by_topic,) if by_topic else (situation.open_tickets or situation.tickets[:1])[:LISTED]
    if not shown:
        return Turn(dialogue, (Reply("no_tickets"),), outcome="answered")
    state = about(dialogue, shown[0], said) if len(shown) == 1 else dialogue
    return Turn(state, tuple(status_line(ticket, city, said.now) for ticket in shown), outcome="answered")


def ask_withdrawal(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn:
    """ "Never mind": make sure which one and that it is meant."""
    if dialogue.draft:
        wording = "draft_dropped_alone" if situation.open_tickets else "draft_dropped"
        return Turn(dialogue.settled(), (Reply(wording),), outcome="answered")
    open_tickets = situation.open_tickets
    just_now = just_talked_about(dialogue, said, situation)
    ticket = just_now or matching.only(open_tickets) or matching.by_topic(said, open_tickets)
    if ticket:
        wording = "ask_withdrawal_urgent" if ticket.urgent else "ask_withdrawal"
        return ask_withdrawal_of(dialogue, said, ticket.number, wording)
    if open_tickets:
        return matching.ask_which(dialogue, said, open_tickets, verdict="withdraw")
    return Turn(dialogue, (Reply("no_tickets"),), outcome="answered")


def ask_withdrawal_of(dialogue: Dialogue, said: Said, number: str, wording: str = "ask_withdrawal") -> Turn:
    """Ask whether the report ``number`` is to be withdrawn."""
    question = Pending(Asked.WITHDRAW, said.now, tuple(key for key, _ in WITHDRAW_OR_KEEP), number)
    reply = Reply(wording, {"number": number}, WITHDRAW_OR_KEEP)
    return Turn(replace(dialogue, pending=question), (reply,), outcome="asked")


def withdraw(dialogue: Dialogue, pending: Pending, said: Said, situation: Situation, city: City) -> Turn | None:
    """The answer to that."""
    sure = yes_or_no(pending, said)
    if pending.ticket is None or sure is None:
        return None
    ticket = situation.ticket(pending.ticket)
    if ticket is not None and not ticket.is_open:  # it has been closed since it was asked about
        return _how_it_is(dialogue.answered(), said, ticket, city)
    if sure:
        return Turn(dialogue.answered(), (Reply("withdrawn"),), Withdraw(pending.ticket), outcome="withdrawn")
    return Turn(dialogue.answered(), (Reply("kept_open", {"number": pending.ticket}),), outcome="kept")


def _how_it_is(dialogue: Dialogue, said: Said, ticket: TicketView, city: City) -> Turn:
    return Turn(dialogue, (status_line(ticket, city, said.now),), outcome="answered")


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
    action = AddToTicket(ticket.number, said.text, place_in(said), said.location, answers=True)
    replies = (Reply("answer_passed_on", {"number": ticket.number}),)
    return Turn(about(dialogue, ticket, said), replies, action, outcome="added")


def add(dialogue: Dialogue, said: Said, ticket: TicketView, *, silent: bool) -> Turn:
    """Something more about ``ticket``; told, unless it came so soon that it was expected."""
    action = AddToTicket(ticket.number, said.text, place_in(said), said.location, seals=said.sealed_words)
    replies = () if silent else (Reply("info_added", {"number": ticket.number}),)
    return Turn(about(dialogue, ticket, said), replies, action, outcome="added")
