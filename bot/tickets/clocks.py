"""An agency's three deadlines: set when its time begins, moved by every pause, met once. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.city.deadlines import WorkingCalendar
from bot.city.follow_policy import Deadlines
from bot.status import Move, Status, is_open

# What an agency does that meets a deadline. A question shows that it has read the report; an answer it is not.
VERIFIES = frozenset({Move.ACCEPT, Move.ASK, Move.SET_DATE, Move.CLAIM})
ANSWERS = frozenset({Move.SET_DATE, Move.CLAIM})


@dataclass(frozen=True)
class Times:
    """Until when an agency has to verify, first answer and solve; aware UTC."""

    verify_by: datetime
    answer_by: datetime
    solve_by: datetime


class Clocked(Protocol):
    """What holds deadlines: a ticket, or one agency's time with it."""

    verify_by: datetime
    answer_by: datetime
    solve_by: datetime
    verified_at: datetime | None
    answered_at: datetime | None


class Held(Protocol):
    """One agency's time with a ticket, as far as lateness looks at it."""

    solve_by: datetime
    claimed_at: datetime | None
    ended_at: datetime | None
    ended_as: str | None


class Colour(StrEnum):
    """How a ticket stands with its last deadline. ``NONE``: it is closed, or it is the citizen's turn."""

    NONE = "none"
    GREEN = "green"
    RED = "red"
    LATE = "late"


def begun(deadlines: Deadlines, start: datetime, calendar: WorkingCalendar) -> Times:
    """The deadlines of an agency whose time begins at ``start``."""
    return Times(*(calendar.add(start, span) for span in (deadlines.verify, deadlines.answer, deadlines.solve)))


def resumed(
    clock: Clocked, deadlines: Deadlines, paused_at: datetime, now: datetime, calendar: WorkingCalendar
) -> Times:
    """The deadlines after a pause: each that was not met is as much later as time passed in its own measure."""

    def moved(by: datetime, unit: str) -> datetime:
        return calendar.later(by, calendar.passed(paused_at, now, unit), unit)

    return Times(
        clock.verify_by if clock.verified_at else moved(clock.verify_by, deadlines.verify.unit),
        clock.answer_by if clock.answered_at else moved(clock.answer_by, deadlines.answer.unit),
        moved(clock.solve_by, deadlines.solve.unit),
    )


def met(clock: Clocked, step: Move, now: datetime) -> dict[str, bool]:
    """Which deadlines ``step`` meets for the first time, and whether it is in time: for the history."""
    found = {}
    if step in VERIFIES and clock.verified_at is None:
        found["verified_in_time"] = now <= clock.verify_by
    if step in ANSWERS and clock.answered_at is None:
        found["answered_in_time"] = now <= clock.answer_by
    return found


def was_late(held: Held, now: datetime) -> bool:
    """Whether an agency was late with a ticket. What was not its own matter is not counted."""
    if held.ended_as in ("misrouted", "moved"):
        return False
    return (held.claimed_at or held.ended_at or now) > held.solve_by


def colour(
    status: str, solve_by: datetime, deadlines: Deadlines, now: datetime, calendar: WorkingCalendar
) -> Colour:
    """How a ticket stands at ``now``; with the city's own deadlines it is red from the sixth day on."""
    if not is_open(status) or status in (Status.CLAIMED_DONE, Status.NEEDS_INFO):
        return Colour.NONE
    if now > solve_by:
        return Colour.LATE
    return Colour.RED if now >= calendar.before(solve_by, deadlines.red_before) else Colour.GREEN
