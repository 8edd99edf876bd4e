"""Somebody sets the clock of the machine while a worker runs: its jobs go on."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from scheduler.clock_watch import SET_BY_S, ClockWatch

DAY_S = 86_400.0


@dataclass
class Clocks:
    """A wall clock that can be set, and one that cannot."""

    wall: float = 1_800_000_000.0
    steady: float = 5_000.0
    ran: threading.Event = field(default_factory=threading.Event)

    def passes(self, seconds: float, set_by: float = 0) -> None:
        self.steady += seconds
        self.wall += seconds + set_by


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def watch(clocks: Clocks) -> Iterator[ClockWatch]:
    """A job whose next run lies tomorrow, as all of them do when the clock was set back by a day."""
    scheduler = BackgroundScheduler(timezone="UTC")
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    scheduler.add_job(clocks.ran.set, "interval", seconds=60, next_run_time=tomorrow)
    scheduler.start()
    yield ClockWatch(scheduler, lambda: clocks.wall, lambda: clocks.steady)
    scheduler.shutdown()


@pytest.mark.parametrize("by", [-DAY_S, 3_600.0], ids=["a day back", "an hour ahead"])
def test_every_job_runs_at_once_when_the_clock_was_set(clocks: Clocks, watch: ClockWatch, by: float) -> None:
    clocks.passes(1, set_by=by)
    watch.look()
    assert clocks.ran.wait(5)


def test_nothing_happens_while_the_clock_is_only_disciplined(clocks: Clocks, watch: ClockWatch) -> None:
    for _ in range(100):
        clocks.passes(1, set_by=SET_BY_S / 10)
        watch.look()
    assert not clocks.ran.wait(0.3)


def test_it_is_noticed_once(clocks: Clocks, watch: ClockWatch) -> None:
    clocks.passes(1, set_by=-DAY_S)
    watch.look()
    assert clocks.ran.wait(5)
    clocks.ran.clear()
    clocks.passes(1)
    watch.look()
    assert not clocks.ran.wait(0.3)
