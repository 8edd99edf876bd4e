"""How a process ends: asked to, it finishes what it has in hand; what takes too long it gives back and is gone."""

import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

import structlog

from bot.clock import Clock
from scheduler import signs
from storage.database import Database
from storage.queries.releasing import give_back_all

log = structlog.get_logger()

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
FINISH_WITHIN_S = 6.0  # the supervisor and systemd wait longer than that
GIVE_BACK_WITHIN_S = 1.0
# Who stops a whole group signals us, and so does our supervisor: that is one request, not two.
SAME_REQUEST_S = 1.0


class Stopping:
    """Whether somebody wants this process to end. ``asked``: finish; ``hurry``: they asked again, so at once."""

    def __init__(self) -> None:
        self.asked, self.hurry = threading.Event(), threading.Event()
        self._first = 0.0
        self._is_over = False

    def listen(self) -> None:
        """Take the signals by which people and systems end a process; from the main thread."""
        for number in SIGNALS:
            signal.signal(number, self._signalled)

    def watch(self, give_up: Callable[[], None], within_s: float = FINISH_WITHIN_S) -> None:
        """Have ``give_up`` called when the end takes longer than ``within_s`` after it was asked for."""
        threading.Thread(target=self._watch, args=(give_up, within_s), name="stopping", daemon=True).start()

    def finished(self) -> None:
        """All is done; nothing needs to be given up."""
        self._is_over = True
        self.asked.set()
        self.hurry.set()

    def _signalled(self, _number: int, _frame: FrameType | None) -> None:
        if not self.asked.is_set():
            self._first = time.monotonic()
            self.asked.set()
        elif time.monotonic() - self._first > SAME_REQUEST_S:
            self.hurry.set()

    def _watch(self, give_up: Callable[[], None], within_s: float) -> None:
        self.asked.wait()
        self.hurry.wait(within_s)
        if not self._is_over:
            give_up()


def give_back(database: Database, owner: str, clock: Clock) -> None:
    """End all leases of this process; whoever else there is takes over at once, and nobody looks for it."""
    with database.begin() as session:
        given = give_back_all(session, owner, clock.now())
        signs.end(session, owner)
    if any(given):
        log.info("given_back", worker=owner, **given._asdict())


def leave(database: Database, owner: str, clock: Clock) -> None:
    """End this process though something hangs: like a kill, but nobody has to wait for our leases."""
    log.warning("worker_gave_up", worker=owner, threads=[t.name for t in threading.enumerate() if not t.daemon])
    giving = threading.Thread(target=give_back, args=(database, owner, clock), daemon=True)
    giving.start()
    giving.join(GIVE_BACK_WITHIN_S)
    os._exit(0)
