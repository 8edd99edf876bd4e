"""One look for all idle loops of a process: whose work is due is called, and nobody else.

Each loop looking by itself whenever anything was written cost more than the work that they found.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from bot.clock import Clock
from scheduler.waking import Bell
from storage.database import Database

log = structlog.get_logger()

# From the beginning of one round to that of the next: a round costs nearly the same for one message as for five.
APART_S = 0.03
# After a failed round (the database is away) the loop takes a breath.
PAUSE_AFTER_FAILURE_S = 1.0
# Nobody relies on being called alone.
ANYWAY_S = 5.0


@dataclass(frozen=True)
class Errand:
    """What one loop does again and again.

    ``do``: one round; how much was done, or None where it failed. ``is_due``: whether there seems to be something
    to do; it locks nothing.
    """

    do: Callable[[], object]
    is_due: Callable[[Session, datetime], bool]
    called: threading.Event = field(default_factory=threading.Event, compare=False)

    def run(self, stop: threading.Event) -> None:
        """Do it until ``stop``: at once again while there is something to do, else when it is called."""
        while not stop.is_set():
            began = time.monotonic()
            self.called.clear()  # before looking, so that what is written from here on calls again
            done = self.do()
            if done is None:
                stop.wait(PAUSE_AFTER_FAILURE_S)
            elif done:
                stop.wait(max(0.0, began + APART_S - time.monotonic()))
            else:
                self.called.wait(ANYWAY_S)


@dataclass(frozen=True)
class Lookout:
    """Calls ``errands`` that are due, when ``bell`` rings."""

    database: Database
    clock: Clock
    errands: Sequence[Errand]
    bell: Bell

    def run(self, stop: threading.Event) -> None:
        """Look until ``stop``, then have everybody see that it is set."""
        while not stop.is_set():
            self.look()
            self.bell.wait(stop)
        self._call(self.errands)
        self.bell.close()

    def look(self) -> None:
        """One look; where it fails everybody looks for himself, and says what is wrong."""
        uncalled = [errand for errand in self.errands if not errand.called.is_set()]
        try:
            with self.database.read() as session:
                now = self.clock.now()
                due = [errand for errand in uncalled if errand.is_due(session, now)]
        except Exception as error:
            log.warning("look_failed", error=type(error).__name__)
            due = uncalled
        self._call(due)

    def _call(self, errands: Sequence[Errand]) -> None:
        for errand in errands:
            errand.called.set()
