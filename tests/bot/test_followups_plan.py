"""Which steps a ticket's status calls for, and when they are due."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from bot.followups_plan import TO_CITIZEN, Kind, Step, plan
from bot.rulebook import Rulebook
from bot.status import OPEN, Status
from tests.support.clock import at

NOW = at("2026-11-24T10:00+07:00")  # a Tuesday


@dataclass(frozen=True)
class Planned:
    status: str = Status.RECEIVED
    kind: str = "lapor"
    forward_at: datetime = NOW + timedelta(minutes=3)
    solve_by: datetime = NOW + timedelta(days=7)
    reopened: int = 0
    moves: int = 0


def steps(rulebook: Rulebook, ticket: Planned, now: datetime = NOW) -> list[Step]:
    return plan(ticket, rulebook.city, now)


def due(planned: list[Step], kind: Kind) -> list[datetime]:
    return [step.due for step in planned if step.kind is kind]


def test_a_new_report_is_forwarded_after_its_delay_and_nothing_else(rulebook: Rulebook) -> None:
    assert steps(rulebook, Planned()) == [Step(Kind.FORWARD, 0, NOW + timedelta(minutes=3))]


def test_a_delay_that_is_over_means_now(rulebook: Rulebook) -> None:
    late = NOW + timedelta(hours=2)
    assert due(steps(rulebook, Planned(), late), Kind.FORWARD) == [late]


def test_the_agency_is_reminded_before_its_deadline_and_chased_after_it(rulebook: Rulebook) -> None:
    planned = steps(rulebook, Planned(status=Status.WAITING))
    deadline = NOW + timedelta(days=7)
    assert due(planned, Kind.AGENCY_REMINDER) == [deadline - timedelta(days=1)]
    assert due(planned, Kind.AGENCY_OVERDUE) == [deadline + timedelta(days=2 * n) for n in range(3)]
    assert due(planned, Kind.CITIZEN_PROGRESS) == [NOW + timedelta(days=4)]


def test_no_reminder_when_it_would_be_late(rulebook: Rulebook) -> None:
    planned = steps(rulebook, Planned(status=Status.WAITING, solve_by=NOW + timedelta(hours=20)))
    assert due(planned, Kind.AGENCY_REMINDER) == []
    assert len(due(planned, Kind.AGENCY_OVERDUE)) == 3


def test_after_a_reopening_the_citizen_is_asked_instead_of_told(rulebook: Rulebook) -> None:
    planned = steps(rulebook, Planned(status=Status.WAITING, reopened=1))
    assert due(planned, Kind.AFTER_REOPENING) == [NOW + timedelta(days=2)]
    assert due(planned, Kind.CITIZEN_PROGRESS) == []


def test_a_reopened_ticket_goes_out_again(rulebook: Rulebook) -> None:
    planned = steps(rulebook, Planned(status=Status.REOPENED, reopened=2))
    assert [step for step in planned if step.kind is Kind.FORWARD] == [
        Step(Kind.FORWARD, 2, NOW + timedelta(minutes=3))
    ]


def test_rounds_after_a_reopening_are_new_ones(rulebook: Rulebook) -> None:
    rounds = [
        {(s.kind, s.round) for s in steps(rulebook, Planned(status=Status.WAITING, reopened=n))} for n in range(4)
    ]
    for earlier, later in pairwise(rounds):
        assert earlier & later == set()


def test_a_claim_is_put_to_the_citizen_and_silence_closes(rulebook: Rulebook) -> None:
    planned = steps(rulebook, Planned(status=Status.CLAIMED_DONE, moves=4))
    assert planned == [
        Step(Kind.CITIZEN_CONFIRM, 4, NOW),
        Step(Kind.CITIZEN_CONFIRM_AGAIN, 4, at("2026-11-27T10:00+07:00")),  # 3 working days
        Step(Kind.CLOSE_SILENT, 4, at("2026-12-08T10:00+07:00")),  # 10 working days
    ]


def test_a_question_of_the_agency_is_repeated_once_and_then_it_goes_on(rulebook: Rulebook) -> None:
    planned = steps(rulebook, Planned(status=Status.NEEDS_INFO, moves=2))
    assert planned == [
        Step(Kind.ASK_FOR_INFO_AGAIN, 2, NOW + timedelta(days=2)),
        Step(Kind.GO_ON_WITHOUT_INFO, 2, NOW + timedelta(days=4)),
    ]


@pytest.mark.parametrize("status", [s for s in Status if s not in OPEN])
def test_a_closed_ticket_is_left_alone(rulebook: Rulebook, status: Status) -> None:
    assert steps(rulebook, Planned(status=status)) == []


def test_in_coordination_people_decide(rulebook: Rulebook) -> None:
    assert steps(rulebook, Planned(status=Status.COORDINATION)) == []


@pytest.mark.parametrize("status", OPEN)
@pytest.mark.parametrize("hour", range(24))
def test_steps_to_the_citizen_wait_for_the_morning_and_those_to_the_agency_do_not(
    rulebook: Rulebook, status: Status, hour: int
) -> None:
    now = NOW.replace(hour=hour)
    ticket = replace(Planned(status=status), forward_at=now, solve_by=now + timedelta(days=7))
    for step in steps(rulebook, ticket, now):
        local = step.due.astimezone(rulebook.city.zone)
        assert step.kind not in TO_CITIZEN or 7 <= local.hour < 21
        assert step.kind in TO_CITIZEN or step.due.minute == now.minute
    confirmed = due(steps(rulebook, replace(ticket, status=Status.CLAIMED_DONE), now), Kind.CITIZEN_CONFIRM)
    assert confirmed == [rulebook.city.working_calendar.awake(now)]


@pytest.mark.parametrize("status", OPEN)
def test_no_step_lies_in_the_past_and_none_is_planned_twice(rulebook: Rulebook, status: Status) -> None:
    planned = steps(rulebook, Planned(status=status))
    assert all(step.due >= NOW for step in planned)
    assert len({(step.kind, step.round) for step in planned}) == len(planned)
