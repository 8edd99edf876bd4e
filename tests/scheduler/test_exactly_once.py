"""An hour in which nothing ran, 1,000 follow-ups that fell due in it, four schedulers at once: each has its effect
exactly once, whoever leads, who is killed, and where the clock is set."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.rulebook import Rulebook
from bot.settings import ROOT
from scheduler.worker import Parts, _tick
from storage.database import Database
from storage.files import LocalFolder
from tests.support import downtime
from tests.support.clock import at
from tests.support.databases import opened
from tests.support.desk import ScriptedNlu
from tests.support.downtime import DOWN_FROM, UP_AGAIN
from tests.support.ticker import leadership

SCHEDULERS = 4
MANY = 1_000
SETTLED_WITHIN_S = 90
MORE_TICKS_S = 0.6
SET_BACK = timedelta(minutes=10)


def url_of(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def test_all_kinds_are_among_them() -> None:
    due = {kind for case in downtime.CASES for kind in case.kinds}
    assert due == set(downtime.Kind)


@pytest.mark.parametrize("leader", ["all", "lock"])
def test_four_at_once_in_one_process(database: Database, rulebook: Rulebook, tmp_path: Path, leader: str) -> None:
    """Four real connections of their own, no process to start: quick enough to run always."""
    downtime.fill(database, 100)

    def tick(url: str) -> None:
        with opened(url) as own:
            parts = Parts(own, rulebook, ScriptedNlu(), {}, Clock(lambda: UP_AGAIN), {}, LocalFolder(tmp_path))
            ours = leadership(own, leader)
            for _ in range(30):
                _tick(parts, ours)
                if not downtime.left(own, UP_AGAIN):
                    break
            _tick(parts, ours)
            ours.release()

    with ThreadPoolExecutor(SCHEDULERS) as pool:
        list(pool.map(tick, [url_of(database)] * SCHEDULERS))
    assert downtime.wrong(database) == []


@pytest.mark.processes
def test_an_hour_of_downtime_four_processes_one_killed_the_clock_set_back(
    database: Database, tmp_path: Path
) -> None:
    _an_hour_of_downtime(database, tmp_path, "all", sets_back=True)


@pytest.mark.processes
@pytest.mark.faults
@pytest.mark.parametrize("again", range(3))
@pytest.mark.parametrize("sets_back", [False, True], ids=["on time", "set back"])
@pytest.mark.parametrize("leader", ["all", "lock"])
def test_the_same_again_and_again(
    database: Database, tmp_path: Path, leader: str, sets_back: bool, again: int
) -> None:
    _an_hour_of_downtime(database, tmp_path, leader, sets_back=sets_back)


def _an_hour_of_downtime(database: Database, folder: Path, leader: str, *, sets_back: bool) -> None:
    steps = downtime.fill(database, MANY)
    assert steps >= MANY
    clock = folder / "clock"
    _set(clock, UP_AGAIN)
    with _schedulers(url_of(database), clock, leader, folder) as running:
        first, *others = running
        _go(first)  # where one leads it is this one
        _wait_for(lambda: downtime.done(database) > 0, "the first effect")
        for other in others:
            _go(other)
        _wait_for(lambda: downtime.done(database) >= steps // 2, "half of the steps")
        if sets_back:
            _set(clock, UP_AGAIN - SET_BACK)
        assert downtime.done(database) < steps
        first.kill()  # -9, in the middle of whatever it does
        _wait_for(lambda: not downtime.left(database, _time_of(clock)), "the steps that are due")
        _set(clock, UP_AGAIN)
        _wait_for(lambda: not downtime.left(database, UP_AGAIN), "all steps")
        time.sleep(MORE_TICKS_S)  # whoever would do it again has the time to
    assert downtime.wrong(database) == []
    logs = "".join(log.read_text() for log in folder.glob("*.log"))
    assert "round_failed" not in logs, logs[-2_000:]


@contextmanager
def _schedulers(url: str, clock: Path, leader: str, folder: Path) -> Iterator[list["subprocess.Popen[str]"]]:
    with ExitStack() as stack:
        logs = [folder / f"{n}.log" for n in range(SCHEDULERS)]
        made = [_scheduler(stack, url, clock, leader, log) for log in logs]
        _wait_for(lambda: all(map(_is_ready, made, logs)), "the schedulers")
        yield made


def _scheduler(stack: ExitStack, url: str, clock: Path, leader: str, log: Path) -> "subprocess.Popen[str]":
    out = stack.enter_context(log.open("w"))
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.ticker", url, str(clock), leader],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=out,
        stderr=out,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    stack.callback(_end, process)
    return process


def _is_ready(process: "subprocess.Popen[str]", log: Path) -> bool:
    said = log.read_text()
    assert process.poll() is None, f"A scheduler ended before it was ready: {said[-2_000:]}"
    return "ready" in said


def _end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate()


def _go(process: "subprocess.Popen[str]") -> None:
    assert process.stdin
    process.stdin.write("go\n")
    process.stdin.flush()


def _set(clock: Path, moment: datetime) -> None:
    """Replaced as a whole: nobody reads half a time."""
    new = clock.with_suffix(".new")
    new.write_text(moment.isoformat())
    new.replace(clock)


def _time_of(clock: Path) -> datetime:
    return at(clock.read_text())


def _wait_for(is_so: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + SETTLED_WITHIN_S
    while not is_so():
        assert time.monotonic() < until, f"Waited {SETTLED_WITHIN_S} s for {what}."
        time.sleep(0.05)


def test_the_hour_is_an_hour_of_the_day_in_which_people_are_awake(rulebook: Rulebook) -> None:
    calendar = rulebook.city.working_calendar
    assert (UP_AGAIN - DOWN_FROM).total_seconds() == 3_600
    assert calendar.awake(DOWN_FROM) == DOWN_FROM
    assert calendar.is_working(DOWN_FROM.astimezone(rulebook.city.zone).date())
