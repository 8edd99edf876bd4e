"""How far the year is: one line that is written over on a terminal, a plain line now and then elsewhere."""

import sys
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TextIO

from benchmarks.year.calendar import JAKARTA

WIDTH = 30
EVERY_S, PLAINLY_EVERY_S = 0.25, 20.0


@dataclass
class Progress:
    """Shows the share of the year, the tickets, the date, the speed and the time that is left."""

    begin: datetime
    until: datetime
    out: TextIO = field(default_factory=lambda: sys.stderr)
    _began: float = field(default_factory=time.monotonic)
    _shown: float = 0.0

    def show(self, now: datetime, tickets: int) -> bool:
        """Show it, but not too often; the run is to go on."""
        if self.is_time(EVERY_S if self.out.isatty() else PLAINLY_EVERY_S):
            line = self.line(now, tickets, self._shown - self._began)
            self.out.write(f"\r{line}\x1b[K" if self.out.isatty() else f"{line}\n")
            self.out.flush()
        return True

    def is_time(self, every_s: float = EVERY_S) -> bool:
        """Whether so many seconds have passed since this was last true."""
        passed = time.monotonic()
        if passed - self._shown < every_s:
            return False
        self._shown = passed
        return True

    def end(self) -> None:
        if self.out.isatty():
            self.out.write("\n")

    def line(self, now: datetime, tickets: int, seconds: float) -> str:
        """``now`` is simulated, ``seconds`` are real."""
        share = min(1.0, max(0.0, (now - self.begin) / (self.until - self.begin)))
        done = round(share * WIDTH)
        left = seconds / share - seconds if share else 0.0
        return (
            f"{'█' * done}{'░' * (WIDTH - done)} {share:4.0%}  {now.astimezone(JAKARTA):%d %b %Y}  "
            f"{tickets:,} tickets  {tickets / max(seconds, 1e-9):.1f}/s  {_length(left)} left"
        )


def _length(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))
