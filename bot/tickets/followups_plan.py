"""Which follow-ups a ticket's present state calls for. Pure: a table from status to steps with due times.

Every open ticket has a step ahead of it: the ladder ends, the leadership's weekly list does not.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.city import ladder
from bot.city.city import City
from bot.city.follow_policy import WEEKDAYS
from bot.city.ladder import AGENCY, CITIZEN, HEAD, LEADERSHIP, Climbed, Rung
from bot.status import WITH_AGENCY, Status


class Kind(StrEnum):
    """The steps that exist. Those to a citizen wait for the end of the quiet hours."""

    FORWARD = "forward"
    AGENCY_REMINDER = "agency_reminder"
    AGENCY_OVERDUE = "agency_overdue"
    HEAD_OVERDUE = "head_overdue"
    COORDINATORS_OVERDUE = "coordinators_overdue"
    COORDINATION_REMINDER = "coordination_reminder"
    LEADERSHIP_LIST = "leadership_list"
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


class Late(StrEnum):
    """What becomes of a step that comes much too late."""

    SEND = "send"
    MERGE = "merge"
    DROP = "drop"


# Questions, and what decides something, come late rather than never; what only urges goes into one list.
LATE: dict[Kind, Late] = {
    **dict.fromkeys(Kind, Late.SEND),
    Kind.AGENCY_REMINDER: Late.MERGE,
    Kind.AGENCY_OVERDUE: Late.MERGE,
    Kind.HEAD_OVERDUE: Late.MERGE,
    Kind.COORDINATORS_OVERDUE: Late.MERGE,
    Kind.COORDINATION_REMINDER: Late.MERGE,
}
# The second of two that belong together keeps its distance when the first was late: by which policy.
AFTER: dict[Kind, tuple[Kind, str]] = {
    Kind.CITIZEN_CONFIRM_AGAIN: (Kind.CITIZEN_CONFIRM, "ask_again"),
    Kind.GO_ON_WITHOUT_INFO: (Kind.ASK_FOR_INFO_AGAIN, "ask_for_info_again"),
}
OF_RECIPIENT: dict[str, Kind] = {
    HEAD: Kind.HEAD_OVERDUE,
    ladder.COORDINATORS: Kind.COORDINATORS_OVERDUE,
    CITIZEN: Kind.CITIZEN_PROGRESS,
}
# Rungs within one agency's time, each with its repeats: more than a ladder can have.
ROUNDS = 1_000
# What is merged into one list is given a moment to come together.
GATHERING = timedelta(minutes=2)
# Deadlines that are asked after only until a later one is over.
EARLY = ("verify", "answer")
# Whose citizen was told a target; ideas and praise have none.
WITH_TARGET = ("lapor", "darurat")


@dataclass(frozen=True)
class Step:
    """One planned follow-up. ``(kind, round)`` happens at most once in a ticket's life; ``say``: the ladder's."""

    kind: Kind
    round: int
    due: datetime
    say: str | None = None


class Planned(Protocol):
    """What of a ticket the plan looks at."""

    status: str
    kind: str
    urgent: bool
    forward_at: datetime
    verify_by: datetime
    answer_by: datetime
    solve_by: datetime
    verified_at: datetime | None
    answered_at: datetime | None
    reopened: int
    moves: int
    clocks: int


def plan(ticket: Planned, city: City, now: datetime, listed: int = 0) -> list[Step]:
    """The steps ahead for ``ticket`` from ``now`` on; ``listed``: the last week in which it stood on the list."""
    return [
        Step(step.kind, step.round, _awake(city, step.kind, step.due), step.say)
        for step in _steps(ticket, city, now, listed)
    ]


def bearable(city: City) -> timedelta:
    """How late a step or a list may come before it is judged anew."""
    span = city.follow_ups.late_after
    return timedelta(**{f"{span.unit}s": span.amount})


def judged(kind: Kind, due: datetime, now: datetime, tolerance: timedelta, deadlines: Iterable[datetime]) -> Late:
    """What becomes of a step that was due at ``due``; a reminder is overtaken when its deadline has passed too."""
    if now - due <= tolerance:
        return Late.SEND
    if kind is Kind.AGENCY_REMINDER and any(due <= by <= now for by in deadlines):
        return Late.DROP
    return LATE[kind]


def next_list(city: City, after: datetime, listed: int = 0) -> Step:
    """A ticket's next place on the leadership's weekly list, after that moment and the week ``listed``."""
    weekly = city.follow_ups.weekly_list
    local = after.astimezone(city.zone)
    days = (WEEKDAYS.index(weekly.day) - local.weekday()) % 7
    due = datetime.combine(local.date() + timedelta(days=days), weekly.at, city.zone)
    while due <= local or _week(due) <= listed:
        due += timedelta(days=7)
    return Step(Kind.LEADERSHIP_LIST, _week(due), due.astimezone(UTC))


def _steps(ticket: Planned, city: City, now: datetime, listed: int) -> Iterator[Step]:
    if ticket.status in (Status.RECEIVED, Status.REOPENED):
        yield Step(Kind.FORWARD, ticket.reopened, max(now, ticket.forward_at))
    if ticket.status in WITH_AGENCY:
        yield from _climb(ticket, city, now, listed)
    if ticket.status == Status.COORDINATION:
        yield from _with_coordinators(ticket, city, now, listed)
    if ticket.status == Status.CLAIMED_DONE:
        yield from _ask_citizen(ticket, city, now)
    if ticket.status == Status.NEEDS_INFO:
        yield from _wait_for_info(ticket, city, now)


def _with_coordinators(ticket: Planned, city: City, now: datetime, listed: int) -> Iterator[Step]:
    """They look for the agency and are reminded, also when the target passes; the citizen hears as usual."""
    patience = city.working_calendar.add(now, city.follow_ups.coordination)
    due = max(now, ticket.verify_by) if ticket.urgent else patience
    yield Step(Kind.COORDINATION_REMINDER, ticket.clocks, due, "mail_coordination")
    yield next_list(city, max(due, ticket.solve_by), listed)
    if ticket.kind not in WITH_TARGET:
        return
    climbed = list(_climb(ticket, city, now, listed))
    yield from (step for step in climbed if step.kind is Kind.CITIZEN_PROGRESS)
    target = Step(Kind.COORDINATORS_OVERDUE, (ticket.clocks + 1) * ROUNDS - 1, ticket.solve_by)
    chased = {step.due: step for step in (target, *climbed) if step.kind is Kind.COORDINATORS_OVERDUE}
    yield from (replace(step, say="mail_coordination") for step in chased.values() if step.due > due)


def _climb(ticket: Planned, city: City, now: datetime, listed: int) -> Iterator[Step]:
    """The city's ladder, with the times of this ticket.

    What is to be said before a time that is over is not said, of two rungs that tell the same reader at the same
    moment only the higher is climbed, and nobody is asked for less than they were told that they owe already.
    """
    rungs = city.ladder_of(urgent=ticket.urgent)
    climbed = list(ladder.steps(rungs, _anchors(ticket, now), city.working_calendar))
    last = {(rung.tell, due): rung for _, rung, due in climbed}
    for place, (number, rung, due) in enumerate(climbed):
        if rung.tell == LEADERSHIP:
            yield next_list(city, max(due, now), listed)
            continue
        kind = _kind(rung)
        is_higher = last[rung.tell, due] is rung and not _overtaken(rung, due, climbed[place + 1 :])
        if is_higher and (kind is not Kind.AGENCY_REMINDER or due > now):
            yield Step(kind, ticket.clocks * ROUNDS + number, due, rung.say)
    if ticket.reopened:
        due = city.working_calendar.add(now, city.follow_ups.after_reopening)
        yield Step(Kind.AFTER_REOPENING, ticket.reopened, due)


def _overtaken(rung: Rung, due: datetime, higher: Sequence[Climbed]) -> bool:
    """Over holidays working days end behind calendar days: a later deadline may be over before an early one."""
    return rung.when.anchor in EARLY and any(
        other.tell == rung.tell
        and other.when.anchor != rung.when.anchor
        and other.when.side != "before"
        and at <= due
        for _, other, at in higher
    )


def _anchors(ticket: Planned, now: datetime) -> dict[str, datetime]:
    """What rungs are counted from; a deadline that was met is none any more.

    After a reopening the citizen is asked instead of told that it goes on.
    """
    found = {"solve": ticket.solve_by}
    if ticket.verified_at is None:
        found["verify"] = ticket.verify_by
    if ticket.answered_at is None:
        found["answer"] = ticket.answer_by
    return found if ticket.reopened else found | {"move": now}


def _kind(rung: Rung) -> Kind:
    if rung.tell != AGENCY:
        return OF_RECIPIENT[rung.tell]
    return Kind.AGENCY_REMINDER if rung.when.side == "before" else Kind.AGENCY_OVERDUE


def _ask_citizen(ticket: Planned, city: City, now: datetime) -> Iterator[Step]:
    """Counted from when the question can go out: what is claimed at night is asked in the morning."""
    policy, calendar = city.follow_ups, city.working_calendar
    asked = calendar.awake(now)
    yield Step(Kind.CITIZEN_CONFIRM, ticket.moves, asked)
    yield Step(Kind.CITIZEN_CONFIRM_AGAIN, ticket.moves, calendar.add(asked, policy.ask_again))
    yield Step(Kind.CLOSE_SILENT, ticket.moves, calendar.add(asked, policy.close_silent))


def _wait_for_info(ticket: Planned, city: City, now: datetime) -> Iterator[Step]:
    once = city.working_calendar.add(now, city.follow_ups.ask_for_info_again)
    twice = city.working_calendar.add(once, city.follow_ups.ask_for_info_again)
    yield Step(Kind.ASK_FOR_INFO_AGAIN, ticket.moves, once)
    yield Step(Kind.GO_ON_WITHOUT_INFO, ticket.moves, twice)


def _awake(city: City, kind: Kind, due: datetime) -> datetime:
    return city.working_calendar.awake(due) if kind in TO_CITIZEN else due


def _week(due: datetime) -> int:
    return due.date().toordinal() // 7
