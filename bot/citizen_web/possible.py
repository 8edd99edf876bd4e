"""What a citizen can do with a ticket on its page now: the same for showing a form and for taking it. Pure."""

from datetime import datetime
from enum import StrEnum

from bot.casework.closing import NOT_RATED
from bot.conversation.claims import REOPEN_WITHIN
from bot.conversation.meaning import EMERGENCY
from bot.errors import RefusedError
from bot.status import Move, Outcome, Status, is_open, moves_from
from storage.models import Ticket

TROUBLE = ("lapor", EMERGENCY)
# An agency has it: before that nobody can have fixed it because of the report.
AT_WORK = (Status.WAITING, Status.IN_PROGRESS, Status.SCHEDULED, Status.REOPENED, Status.NEEDS_INFO)
CLOSED_AS_DONE = (Outcome.CONFIRMED, Outcome.SILENT, Outcome.UNREACHABLE)


class Step(StrEnum):
    """A form of the page."""

    CONFIRM = "confirm"
    DENY = "deny"
    RATE = "rate"
    ADD = "add"
    ANSWER = "answer"


def possible(ticket: Ticket, now: datetime) -> frozenset[Step]:
    """The forms that make sense at ``now``. Of a sealed ticket nothing is shown, so nothing is added either."""
    found = {step for step, may in _RULES.items() if may(ticket, now)}
    return frozenset(found & {Step.CONFIRM, Step.DENY} if ticket.sealed else found)


def check(ticket: Ticket, step: Step, now: datetime) -> None:
    """RefusedError where ``step`` is not possible any more."""
    if step not in possible(ticket, now):
        raise RefusedError("Langkah itu tidak bisa dilakukan lagi; keadaan laporannya sudah berubah.")


def reopen_until(ticket: Ticket) -> datetime | None:
    """Until when the citizen may say that it is not fixed after all; None for what is not closed as done."""
    return ticket.closed_at + REOPEN_WITHIN if ticket.closed_at and _was_done(ticket) else None


def _was_done(ticket: Ticket) -> bool:
    return ticket.status == Status.DONE and ticket.outcome in CLOSED_AS_DONE


def _may_confirm(ticket: Ticket, _: datetime) -> bool:
    return ticket.kind in TROUBLE and ticket.status in (*AT_WORK, Status.CLAIMED_DONE)


def _may_deny(ticket: Ticket, now: datetime) -> bool:
    until = reopen_until(ticket)
    return ticket.status == Status.CLAIMED_DONE or (until is not None and now <= until)


def _may_rate(ticket: Ticket, _: datetime) -> bool:
    return _was_done(ticket) and ticket.rating in (None, NOT_RATED)


def _may_add(ticket: Ticket, _: datetime) -> bool:
    return is_open(ticket.status) and ticket.status != Status.CLAIMED_DONE  # then the verdict takes them


def _may_answer(ticket: Ticket, _: datetime) -> bool:
    return Move.ANSWER in moves_from(ticket.status)


_RULES = {
    Step.CONFIRM: _may_confirm,
    Step.DENY: _may_deny,
    Step.RATE: _may_rate,
    Step.ADD: _may_add,
    Step.ANSWER: _may_answer,
}
