"""What the page tells about a ticket: how far it is, what was done, what can be done; nothing of the person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.casework.incident_news import FEW, ROUNDED
from bot.citizen_web.possible import TROUBLE
from bot.city.city import COORDINATORS
from bot.rulebook import Rulebook
from bot.status import Outcome, Status, is_open
from handlers.citizen.words import (
    AGENCYS_TURN,
    CLOSED,
    HAPPENED,
    LATE,
    NOTES,
    NOW,
    PASSED_ON,
    REACHED,
    STANDS,
    STEPS,
    WAITS_FOR_YOU,
    WENT_ON,
    YOUR_TURN,
)
from handlers.i18n import translated
from handlers.phrases import Phrases
from storage.models import Ticket, TicketEvent


@dataclass(frozen=True)
class Step:
    """One step of the way. ``state``: ``done``, ``now`` or ``later``; ``mark`` is said beside the present one."""

    name: str
    state: str
    mark: str = ""


@dataclass(frozen=True)
class Happened:
    """One entry of the history, of an event of that ``kind``. ``note`` is what an agency wrote to the citizen."""

    kind: str
    what: str
    at: datetime
    note: str = ""


def steps(ticket: Ticket) -> list[Step]:
    """How far it is; empty for a ticket that left the way (rejected, withdrawn and the like)."""
    names = STEPS if ticket.kind in TROUBLE else PASSED_ON
    reached = REACHED.get(Status(ticket.status))
    if reached is None or ticket.outcome == Outcome.DUPLICATE:
        return []
    if ticket.closed_at is not None:
        return [Step(translated(name), "done") for name in names]
    reached = min(reached, len(names) - 1)
    mark = translated(WAITS_FOR_YOU if ticket.status in YOUR_TURN else NOW)
    present = Step(translated(names[reached]), "now", mark)
    before = [Step(translated(name), "done") for name in names[:reached]]
    return [*before, present, *(Step(translated(name), "later") for name in names[reached + 1 :])]


def stands(ticket: Ticket, say: Phrases) -> str:
    """The present state as a sentence or two."""
    values = {"agency": say.agency(ticket.agency), "day": say.day(ticket.expected_on or ticket.solve_by)}
    if ticket.closed_at is not None and ticket.outcome in CLOSED:
        return translated(CLOSED[Outcome(ticket.outcome)]) % values
    lines = [STANDS.get(Status(ticket.status), "")]
    if ticket.kind in TROUBLE and ticket.status in AGENCYS_TURN and say.is_late(ticket):
        values["day"] = say.day(ticket.solve_by)
        lines.append(LATE)
    return " ".join(translated(line) % values for line in lines if line)


def history(ticket: Ticket, say: Phrases) -> list[Happened]:
    """What was done, the latest first."""
    return [*_happened(ticket.events, say)][::-1]


def expected(ticket: Ticket) -> datetime | None:
    """The day to expect it by; None where nothing is to be expected any more, or nobody promised anything."""
    waits = is_open(ticket.status) and ticket.status != Status.CLAIMED_DONE and ticket.kind in TROUBLE
    return (ticket.expected_on or ticket.solve_by) if waits else None


def others(rulebook: Rulebook, count: int, language: str) -> str:
    """How many others reported the same, in the words of our messages; empty for nobody."""
    if count < 1:
        return ""
    say = rulebook.wording.say
    if count < FEW:
        return say("others_one" if count == 1 else "others_few", language, {})
    return say("others_many", language, {"count": max(number for number in ROUNDED if number <= count)})


def _happened(events: Sequence[TicketEvent], say: Phrases) -> Iterator[Happened]:
    for event in events:
        if event.kind not in HAPPENED or (event.kind == "added" and event.actor != "citizen"):
            continue
        went_on = event.kind == "answer" and event.actor != "citizen"
        what = translated(WENT_ON if went_on else HAPPENED[event.kind]) % {"agency": _agency(event, say)}
        yield Happened(event.kind, what, event.at, _note(event, say))


def _agency(event: TicketEvent, say: Phrases) -> str:
    """The agency that an event is about; coordinators are ourselves."""
    kind, _, who = event.actor.partition(":")
    code = who.partition("/")[0] if kind == "agency" else (event.agency or COORDINATORS)
    return say.agency(code)


def _note(event: TicketEvent, say: Phrases) -> str:
    if event.kind in ("set_date", "rated") or event.kind in NOTES:
        return say.note(event)
    return ""
