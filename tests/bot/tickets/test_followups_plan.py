"""Which steps a ticket's status calls for, and when they are due."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from bot.rulebook import Rulebook
from bot.status import OPEN, WITH_AGENCY, Status
from bot.tickets.followups_plan import TO_CITIZEN, Kind, Late, Step, judged, next_list, plan
from tests.support.clock import at

NOW = at("2026-11-24T10:00+07:00")  # a Tuesday


@dataclass(frozen=True)
class Planned:
    status: str = Status.RECEIVED
    kind: str = "lapor"
    forward_at: datetime = NOW + timedelta(minutes=3)
    verify_by: datetime = NOW + timedelta(days=3)
    answer_by: datetime = NOW + timedelta(days=5)
    solve_by: datetime = NOW + timedelta(days=7)
    verified_at: datetime | None = None
    answered_at: datetime | None = None
    urgent: bool = False
    reopened: int = 0
    moves: int = 0
    clocks: int = 0


def steps(rulebook: Rulebook, ticket: Planned, now: datetime = NOW, listed: int = 0) -> list[Step]:
    return plan(ticket, rulebook.city, now, listed)


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
    assert due(planned, Kind.AGENCY_OVERDUE) == [NOW + timedelta(days=n) for n in (3, 5, 7)]
    assert due(planned, Kind.HEAD_OVERDUE) == [deadline + timedelta(days=2)]
    assert due(planned, Kind.COORDINATORS_OVERDUE) == [deadline + timedelta(days=n) for n in (4, 7)]
    assert due(planned, Kind.LEADERSHIP_LIST) == [at("2026-12-14T08:00+07:00")]  # the Monday after seven days
    assert due(planned, Kind.CITIZEN_PROGRESS) == [NOW + timedelta(days=n) for n in (4, 9)]


def test_a_rung_keeps_its_number_when_a_deadline_below_it_is_met(rulebook: Rulebook) -> None:
    """Else the reminder for the first answer would pass for that about the first look, which is done."""

    def numbers(ticket: Planned) -> dict[str | None, int]:
        return {step.say: step.round for step in steps(rulebook, ticket) if step.kind is Kind.AGENCY_OVERDUE}

    before = numbers(Planned(status=Status.WAITING))
    after = numbers(Planned(status=Status.IN_PROGRESS, verified_at=NOW))
    assert len(set(before.values())) == 3
    assert after == {say: number for say, number in before.items() if say != "mail_unverified"}


def test_each_rung_says_its_own_sentence(rulebook: Rulebook) -> None:
    planned = steps(rulebook, Planned(status=Status.WAITING))
    assert [step.say for step in planned if step.kind is Kind.AGENCY_OVERDUE] == [
        "mail_unverified", "mail_unanswered", "mail_overdue"]  # fmt: skip


def test_of_two_rungs_that_tell_the_same_reader_at_once_only_the_higher_is_climbed(rulebook: Rulebook) -> None:
    planned = steps(rulebook, Planned(status=Status.WAITING, answer_by=NOW + timedelta(days=7)))
    said = [step.say for step in planned if step.kind is Kind.AGENCY_OVERDUE]
    assert said == ["mail_unverified", "mail_overdue"]


def test_a_deadline_that_was_met_is_none_any_more(rulebook: Rulebook) -> None:
    accepted = Planned(status=Status.IN_PROGRESS, verified_at=NOW)
    assert [s.say for s in steps(rulebook, accepted) if s.kind is Kind.AGENCY_OVERDUE] == [
        "mail_unanswered", "mail_overdue"]  # fmt: skip
    dated = Planned(status=Status.SCHEDULED, verified_at=NOW, answered_at=NOW)
    assert [s.say for s in steps(rulebook, dated) if s.kind is Kind.AGENCY_OVERDUE] == ["mail_overdue"]


def test_an_emergency_climbs_a_ladder_of_minutes_and_tells_the_coordinators(rulebook: Rulebook) -> None:
    minutes = {name: NOW + timedelta(minutes=n) for name, n in (("verify_by", 15), ("answer_by", 30))}
    planned = steps(rulebook, Planned(status=Status.WAITING, urgent=True, **minutes))
    assert due(planned, Kind.COORDINATORS_OVERDUE)[0] == NOW + timedelta(minutes=15)
    assert due(planned, Kind.HEAD_OVERDUE)[0] == NOW + timedelta(minutes=30)


@pytest.mark.parametrize("status", [*WITH_AGENCY, Status.COORDINATION])
@pytest.mark.parametrize("days", range(0, 60, 3))
def test_an_open_ticket_always_has_a_next_step(rulebook: Rulebook, status: Status, days: int) -> None:
    """Once everything on the ladder is done there is the list of the next week, again and again."""
    listed, now = 0, NOW + timedelta(days=days)
    for _ in range(3):
        [ahead] = [
            s for s in steps(rulebook, Planned(status=status), now, listed) if s.kind is Kind.LEADERSHIP_LIST
        ]
        assert ahead.due > now
        listed, now = ahead.round, ahead.due + timedelta(minutes=1)


def test_the_list_comes_once_a_week_even_when_the_clock_is_set_back(rulebook: Rulebook) -> None:
    first = next_list(rulebook.city, NOW)
    again = next_list(rulebook.city, NOW - timedelta(days=3), first.round)
    assert again.due == first.due + timedelta(days=7)


@pytest.mark.parametrize(
    ("kind", "hours", "deadline", "what"),
    [
        (Kind.AGENCY_REMINDER, 1, 24, Late.SEND),
        (Kind.AGENCY_REMINDER, 3, 24, Late.MERGE),
        (Kind.AGENCY_REMINDER, 25, 24, Late.DROP),
        (Kind.AGENCY_OVERDUE, 1, 0, Late.SEND),
        (Kind.AGENCY_OVERDUE, 25, 0, Late.MERGE),
        (Kind.FORWARD, 500, 0, Late.SEND),
        (Kind.CITIZEN_CONFIRM, 500, 0, Late.SEND),
        (Kind.LEADERSHIP_LIST, 500, 0, Late.SEND),
    ],
)
def test_what_comes_late_is_sent_merged_or_dropped(kind: Kind, hours: int, deadline: int, what: Late) -> None:
    deadlines = [NOW + timedelta(hours=deadline)]
    assert judged(kind, NOW, NOW + timedelta(hours=hours), timedelta(hours=2), deadlines) is what


def test_no_reminder_when_it_would_be_late(rulebook: Rulebook) -> None:
    by = {name: NOW + timedelta(hours=n) for name, n in (("verify_by", 5), ("answer_by", 10), ("solve_by", 20))}
    planned = steps(rulebook, Planned(status=Status.WAITING, **by))
    assert due(planned, Kind.AGENCY_REMINDER) == []
    assert len(due(planned, Kind.AGENCY_OVERDUE)) == 3


def test_after_a_reopening_the_citizen_is_asked_instead_of_told(rulebook: Rulebook) -> None:
    planned = steps(rulebook, Planned(status=Status.WAITING, reopened=1))
    assert due(planned, Kind.AFTER_REOPENING) == [NOW + timedelta(days=2)]
    assert [step.say for step in planned if step.kind is Kind.CITIZEN_PROGRESS] == ["follow_escalated"]


def test_a_reopened_ticket_goes_out_again(rulebook: Rulebook) -> None:
    planned = steps(rulebook, Planned(status=Status.REOPENED, reopened=2))
    assert [step for step in planned if step.kind is Kind.FORWARD] == [
        Step(Kind.FORWARD, 2, NOW + timedelta(minutes=3))
    ]


def test_rounds_after_a_reopening_are_new_ones(rulebook: Rulebook) -> None:
    rounds = [
        {(s.kind, s.round) for s in steps(rulebook, Planned(status=Status.WAITING, reopened=n, clocks=n))}
        - {(Kind.LEADERSHIP_LIST, next_list(rulebook.city, NOW + timedelta(days=14)).round)}
        for n in range(4)
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


def test_a_claim_at_night_counts_from_the_morning_in_which_it_is_asked_about(rulebook: Rulebook) -> None:
    friday, saturday = at("2026-11-27T21:30+07:00"), at("2026-11-28T07:00+07:00")
    assert steps(rulebook, Planned(status=Status.CLAIMED_DONE), friday) == [
        Step(Kind.CITIZEN_CONFIRM, 0, saturday),
        Step(Kind.CITIZEN_CONFIRM_AGAIN, 0, at("2026-12-02T07:00+07:00")),
        Step(Kind.CLOSE_SILENT, 0, at("2026-12-11T07:00+07:00")),
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


def test_coordinators_are_reminded_of_what_they_should_pass_on(rulebook: Rulebook) -> None:
    planned = steps(rulebook, Planned(status=Status.COORDINATION))
    assert planned[0] == Step(Kind.COORDINATION_REMINDER, 0, NOW + timedelta(days=1), "mail_coordination")
    assert planned[1].kind is Kind.LEADERSHIP_LIST
    later = [step for step in planned if step.kind is Kind.COORDINATORS_OVERDUE]
    assert [step.due for step in later] == [NOW + timedelta(days=n) for n in (7, 11, 14)]
    assert {step.say for step in later} == {"mail_coordination"}


def test_the_citizen_hears_while_coordinators_hold_it_and_no_agency_does(rulebook: Rulebook) -> None:
    planned = steps(rulebook, Planned(status=Status.COORDINATION))
    assert due(planned, Kind.CITIZEN_PROGRESS) == [NOW + timedelta(days=n) for n in (4, 9)]
    assert not {Kind.AGENCY_REMINDER, Kind.AGENCY_OVERDUE, Kind.HEAD_OVERDUE} & {step.kind for step in planned}
    idea = steps(rulebook, Planned(status=Status.COORDINATION, kind="saran"))
    assert due(idea, Kind.CITIZEN_PROGRESS) == []  # its citizen was told no target


def test_in_an_emergency_coordinators_are_reminded_once_at_each_moment(rulebook: Rulebook) -> None:
    by = {name: NOW + timedelta(hours=n) for name, n in (("verify_by", 1), ("answer_by", 2), ("solve_by", 24))}
    planned = steps(rulebook, Planned(status=Status.COORDINATION, urgent=True, **by))
    chases = (Kind.COORDINATION_REMINDER, Kind.COORDINATORS_OVERDUE)
    assert [step.due for step in planned if step.kind in chases] == [NOW + timedelta(hours=n) for n in (1, 24, 36)]


def test_nobody_is_asked_for_a_first_answer_after_the_last_deadline(rulebook: Rulebook) -> None:
    """Over holidays five working days are longer than seven days."""
    planned = steps(rulebook, Planned(status=Status.WAITING, answer_by=NOW + timedelta(days=9)))
    overdue = [step for step in planned if step.kind is Kind.AGENCY_OVERDUE]
    assert [step.say for step in overdue] == ["mail_unverified", "mail_overdue"]
    whole = [step for step in steps(rulebook, Planned(status=Status.WAITING)) if step.kind is Kind.AGENCY_OVERDUE]
    assert [step.round for step in overdue] == [whole[0].round, whole[2].round]  # what was done keeps its number


def test_a_deadline_that_nears_overtakes_none_that_is_over(rulebook: Rulebook) -> None:
    late = NOW + timedelta(days=6, hours=12)  # the reminder of the last one comes half a day sooner
    planned = steps(rulebook, Planned(status=Status.IN_PROGRESS, verified_at=NOW, answer_by=late))
    assert "mail_unanswered" in [step.say for step in planned]


@pytest.mark.parametrize("status", OPEN)
@pytest.mark.parametrize("hour", range(24))
def test_steps_to_the_citizen_wait_for_the_morning_and_those_to_the_agency_do_not(
    rulebook: Rulebook, status: Status, hour: int
) -> None:
    now = NOW.replace(hour=hour)
    by = {name: now + timedelta(days=n) for name, n in (("verify_by", 3), ("answer_by", 5), ("solve_by", 7))}
    ticket = replace(Planned(status=status), forward_at=now, **by)
    for step in steps(rulebook, ticket, now):
        local = step.due.astimezone(rulebook.city.zone)
        assert step.kind not in TO_CITIZEN or 7 <= local.hour < 21
        assert step.kind in TO_CITIZEN or step.kind is Kind.LEADERSHIP_LIST or step.due.hour == hour
    confirmed = due(steps(rulebook, replace(ticket, status=Status.CLAIMED_DONE), now), Kind.CITIZEN_CONFIRM)
    assert confirmed == [rulebook.city.working_calendar.awake(now)]


@pytest.mark.parametrize("status", OPEN)
def test_no_step_lies_in_the_past_and_none_is_planned_twice(rulebook: Rulebook, status: Status) -> None:
    planned = steps(rulebook, Planned(status=status))
    assert all(step.due >= NOW for step in planned)
    assert len({(step.kind, step.round) for step in planned}) == len(planned)
