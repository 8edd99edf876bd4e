"""How fast emergencies were dealt with."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.figures.emergency_times import ACTED, CLAIMED, CONFIRMED, SENT, TAKEN, Emergency, Times
from storage.queries.emergencies import EmergencyRow, Steps

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def minutes(many: float) -> timedelta:
    return timedelta(minutes=many)


def row(
    number: str = "JK-1", *, taken: float | None = None, written: float | None = 0, **more: object
) -> EmergencyRow:
    told = {
        "service": "kebakaran", "agency": "gulkarmat", "area": None, "status": "waiting", "outcome": None,
        "sealed": False, "taken_by": None, "raised_at": AT, "steps": Steps(),
        "written_at": None if written is None else AT + minutes(written),
        "taken_at": None if taken is None else AT + minutes(taken),
    }  # fmt: skip
    return EmergencyRow(number=number, **{**told, **more})  # type: ignore[arg-type]


def test_every_step_counts_from_the_citizens_message() -> None:
    steps = Steps(AT + minutes(1), AT + minutes(30), AT + minutes(60), AT + minutes(90))
    one = Emergency(row(written=-2, taken=8, steps=steps))
    took = {step: one.took(step) for step in (SENT, TAKEN, ACTED, CLAIMED, CONFIRMED)}
    assert took == {
        SENT: minutes(3), TAKEN: minutes(10), ACTED: minutes(32), CLAIMED: minutes(62), CONFIRMED: minutes(92)
    }  # fmt: skip


@pytest.mark.parametrize("written", [None, 5])
def test_without_a_message_from_before_the_alarm_its_own_moment_counts(written: float | None) -> None:
    assert Emergency(row(written=written, taken=10)).took(TAKEN) == minutes(10)


def test_what_has_not_happened_took_no_time() -> None:
    one = Emergency(row())
    assert [one.took(step) for step in (SENT, TAKEN, ACTED, CLAIMED, CONFIRMED)] == [None] * 5


def test_clocks_that_disagree_make_nothing_negative() -> None:
    assert Emergency(row(written=0, steps=Steps(sent_at=AT - minutes(1)))).took(SENT) == minutes(0)


def test_who_waits_stands_on_top_then_who_never_was_taken_then_the_slowest() -> None:
    found = Times.of([
        row("fast", taken=1),
        row("slow", taken=50),
        row("closed untaken", status="rejected", outcome="rejected"),
        row("waits"),
        row("waits longer", written=-9),
        row("at once", taken=0),
    ])  # fmt: skip
    assert [one.row.number for one in found.all] == [
        "waits longer", "waits", "closed untaken", "slow", "fast", "at once"
    ]  # fmt: skip
    assert (found.taken, found.untaken, found.never_taken, found.taken_back) == (3, 2, 1, 1)


def test_medians_and_the_slowest() -> None:
    found = Times.of([row(taken=2), row(taken=4), row(taken=60), row()])
    assert (found.median(TAKEN), found.slowest(TAKEN)) == (minutes(4), minutes(60))
    assert len(found.spans(TAKEN)) == 3
    assert found.median(ACTED) is None
    assert found.slowest(ACTED) is None


def test_a_period_without_any() -> None:
    found = Times.of([])
    assert (found.taken, found.untaken, found.never_taken, found.taken_back, found.median(TAKEN)) == (
        0,
        0,
        0,
        0,
        None,
    )
