"""Which of several tickets is meant: by what was quoted, topic, recency; when that does not tell, it is asked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.conversation.reports import PATIENCE
from bot.conversation.state import Asked, Dialogue, Draft, Pending, Said, TicketView
from bot.conversation.turn import Reply, Turn

# Asked about two tickets within this time of each other, people may mean either.
CLOSE = timedelta(hours=12)
MOST_OFFERED = 5
NONE_OF_THEM, ALL_OF_THEM = "other", "all"
YES, NO = "yes", "no"
SURE_TOPIC = 0.6


def only(among: Sequence[TicketView]) -> TicketView | None:
    """The one ticket there is, where there is only one."""
    return among[0] if len(among) == 1 else None


def by_topic(said: Said, among: Sequence[TicketView]) -> TicketView | None:
    """The one ticket that is about what the message is about."""
    service = said.understanding.service if said.understanding else None
    if service is None or service.confidence < SURE_TOPIC:
        return None
    return only([ticket for ticket in among if ticket.service == service.label])


def last_asked(among: Sequence[TicketView]) -> TicketView | None:
    """The ticket that we asked about last; None where another was asked about at nearly the same time."""
    asked = sorted((t.asked_at, t.number, t) for t in among if t.asked_at is not None)
    if len(asked) > 1 and asked[-1][0] - asked[-2][0] < CLOSE:
        return None
    return asked[-1][2] if asked else None


def _title(ticket: TicketView) -> str:
    """Of what is for few eyes the number alone: others may read this phone."""
    return f"ticket:{ticket.number}:{'' if ticket.sealed else ticket.service}"


def ask_which(dialogue: Dialogue, said: Said, among: Sequence[TicketView], verdict: str) -> Turn:
    """Ask which ticket is meant; ``verdict`` is what is to be done once that is known.

    A yes or a no may be meant for all of them; a detail, a change or a withdrawal is about one.
    """
    offered = tuple(among)[:MOST_OFFERED]
    everything = ((ALL_OF_THEM, "choice_all"),) if verdict in (YES, NO) else ()
    named = ((ticket.number, _title(ticket)) for ticket in offered)
    choices = (*named, *everything, (NONE_OF_THEM, "choice_none"))
    options = tuple(key for key, _ in choices)
    held = Draft("tambah_info", said.text, location=said.location, sealed=said.sealed_words)
    state = replace(dialogue, pending=Pending(Asked.WHICH, said.now, options, verdict=verdict, held=held))
    wake_at = said.now + PATIENCE
    return Turn(state, (Reply("ask_which", choices=choices),), wake_at=wake_at, outcome="asked")
