""" "Has anyone come?", asked after a reopening: what is answered goes to the agency, which is chased for it."""

from datetime import timedelta

from bot.conversation.choosing import by_button_or_number, place_in
from bot.conversation.claims import about, judged, verdict_on
from bot.conversation.state import Dialogue, Said, TicketView
from bot.conversation.turn import AddToTicket, Reply, Turn
from bot.status import WITH_AGENCY

# What is said later is about something else.
LASTS = timedelta(days=3)


def is_waited_for(ticket: TicketView, said: Said) -> bool:
    """Whether we asked this lately. It has no buttons: a button or a number answers another question."""
    if ticket.asked_at is None or ticket.status not in WITH_AGENCY:
        return False
    picked = said.choice or by_button_or_number(said) is not None
    return not picked and said.at - ticket.asked_at <= LASTS


def answered(dialogue: Dialogue, said: Said, ticket: TicketView) -> Turn | None:
    """Somebody came, nobody did, or it is fixed, in so many words; None where it is none of these."""
    verdict = verdict_on(said, ticket)
    if verdict and (fixed := judged(dialogue, said, ticket, verdict)):
        return fixed
    if verdict is None and not _tells_more(said, ticket):
        return None
    action = AddToTicket(ticket.number, said.text, place_in(said), said.location, seals=said.sealed_words)
    reply = Reply("visit_missed" if verdict is False else "visit_noted", {"number": ticket.number})
    return Turn(about(dialogue, ticket, said), (reply,), action, outcome="added")


def _tells_more(said: Said, ticket: TicketView) -> bool:
    """Whether it is told in other words than yes and no, and of no other matter."""
    understood = said.understanding
    if understood is None or understood.intent.label != "tambah_info":
        return False
    return understood.service is None or understood.service.label == ticket.service
