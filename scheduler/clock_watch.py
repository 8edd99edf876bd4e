"""Notices that somebody set this machine's clock, and has every job run at once.

APScheduler goes by the wall clock: its next run lies in a future that, after the clock was set back by a day, is a
day away, and nothing would tick, beat or be looked up until then.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.base import BaseScheduler

log = structlog.get_logger()

LOOK_EVERY_S = 1.0
# What the clock gains or loses by being disciplined is a thousandth of that.
SET_BY_S = 2.0


class ClockWatch:
    """Compares the wall clock with the one that only goes forward. Both in seconds."""

    def __init__(
        self,
        scheduler: BaseScheduler,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._scheduler, self._wall, self._steady = scheduler, wall, steady
        self._apart = wall() - steady()

    def look(self) -> None:
        """To be called every ``LOOK_EVERY_S`` or so."""
        apart = self._wall() - self._steady()
        moved, self._apart = apart - self._apart, apart
        if abs(moved) < SET_BY_S:
            return
        log.warning("clock_set", by_s=round(moved))
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))
