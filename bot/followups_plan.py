"""Which follow-ups a ticket's present state calls for. Pure: a table from status to steps with due times."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.city import City
from bot.status import WITH_AGENCY, Status


class Kind(StrEnum):
    """The steps that exist. Those to a citizen wait for the end of the quiet hours."""

    FORWARD = "forward"
    AGENCY_REMINDER = "agency_reminder"
    AGENCY_OVERDUE = "agency_overdue"
    CITIZEN_PROGRESS = "citizen_progress"
    CITIZEN_CONFIRM = "citizen_confirm"
    CITIZEN_CONFIRM_AGAIN = "citizen_confirm_again"
    CLOSE_SILENT = "close_silent"
    AFTER_REOPENING = "after_reopening"
    ASK_FOR_INFO_AGAIN = "ask_for_info_again"
    GO_ON_WITHOUT_INFO = "go_on_without_info"


TO_CITIZEN = frozenset(
    {Kind.CITIZEN_PROGRESS, Kind.CITIZEN_CONFIRM, Kind.CITIZEN_CONFIRM_AGAIN, Kind.CLOSE_SILENT,
     Kind.AFTER_REOPENING, Kind.ASK_FOR_INFO_AGAIN}
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One planned follow-up. ``(kind, round)`` happens at most once in a ticket's life."""

    kind: Kind
    round: int
    due: datetime


class Planned(Protocol):
    """What of a ticket the plan looks at."""

    status: str
    kind: str
    forward_at: datetime
    solve_by: datetime
    reopened: int
    moves: int


def plan(ticket: Planned, city: City, now: datetime) -> list[Step]:
    """The steps ahead for ``ticket`` from ``now`` on."""
    return [
        Step(
            step.kind,
            step.round,
            city.working_calendar.awake(step.due) if step.kind in TO_CITIZEN else step.due,
        )
        for step in _steps(ticket, city, now)
    ]


def _steps(ticket: Planned, city: City, now: datetime) -> Iterator[Step]:
    if ticket.status in (Status.RECEIVED, Status.REOPENED):
        yield Step(Kind.FORWARD, ticket.reopened, max(now, ticket.forward_at))
    if ticket.status in WITH_AGENCY:
        yield from _chase_agency(ticket, city, now)
    if ticket.status == Status.CLAIMED_DONE:
        yield from _ask_citizen(ticket, city, now)
    if ticket.status == Status.NEEDS_INFO:
        yield from _wait_for_info(ticket, city, now)


def _chase_agency(ticket: Planned, city: City, now: datetime) -> Iterator[Step]:
    """Remind before the deadline, again and again after it, and tell the citizen that it goes on."""
    policy, calendar = city.follow_ups, city.working_calendar
    reminder = calendar.before(ticket.solve_by, policy.remind_agency_before)
    if reminder > now:
        yield Step(Kind.AGENCY_REMINDER, ticket.reopened, reminder)
    due = ticket.solve_by
    for n in range(policy.overdue_rounds):
        yield Step(Kind.AGENCY_OVERDUE, ticket.reopened * policy.overdue_rounds + n, due)
        due = calendar.add(due, policy.overdue_repeat)
    if ticket.reopened:
        yield Step(Kind.AFTER_REOPENING, ticket.reopened, calendar.add(now, policy.after_reopening))
    else:
        yield Step(Kind.CITIZEN_PROGRESS, 0, calendar.add(now, policy.progress_to_citizen))


def _ask_citizen(ticket: Planned, city: City, now: datetime) -> Iterator[Step]:
    policy, calendar = city.follow_ups, city.working_calendar
    yield Step(Kind.CITIZEN_CONFIRM, ticket.moves, now)
    yield Step(Kind.CITIZEN_CONFIRM_AGAIN, ticket.moves, calendar.add(now, policy.ask_again))
    yield Step(Kind.CLOSE_SILENT, ticket.moves, calendar.add(now, policy.close_silent))


def _wait_for_info(ticket: Planned, city: City, now: datetime) -> Iterator[Step]:
    once = city.working_calendar.add(now, city.follow_ups.ask_for_info_again)
    twice = city.working_calendar.add(once, city.follow_ups.ask_for_info_again)
    yield Step(Kind.ASK_FOR_INFO_AGAIN, ticket.moves, once)
    yield Step(Kind.GO_ON_WITHOUT_INFO, ticket.moves, twice)
