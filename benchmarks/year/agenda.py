"""What people are going to do, in the order of its time."""

import heapq
from collections.abc import Callable
from datetime import datetime

Act = Callable[[datetime], None]


class Agenda:
    """Acts with their times; those of one moment in the order in which they were thought of."""

    def __init__(self) -> None:
        self._acts: list[tuple[datetime, int, Act]] = []
        self._count = 0

    def add(self, at: datetime, act: Act) -> None:
        self._count += 1
        heapq.heappush(self._acts, (at, self._count, act))

    def next_at(self) -> datetime | None:
        return self._acts[0][0] if self._acts else None

    def do_until(self, now: datetime) -> int:
        """Do all that is due at ``now``; how many acts that were."""
        done = 0
        while self._acts and self._acts[0][0] <= now:
            heapq.heappop(self._acts)[2](now)
            done += 1
        return done
