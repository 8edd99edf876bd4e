"""Where the time comes from: one object that tests and the simulator can move."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from storage.database import Database
from storage.queries.simulated_time import ahead

LOOK_EVERY_S = 0.5


@dataclass(frozen=True)
class Clock:
    """Call ``now()`` for the present time, aware UTC."""

    now: Callable[[], datetime]


@dataclass(frozen=True)
class SimulatedClock(Clock):
    """The system's time and what the simulator has put on top of it, the same in every process of a database.

    ``system()`` is the time without that; ``look()`` takes notice at once of what this process has changed.
    """

    system: Callable[[], datetime]
    look: Callable[[], None]


def system_clock() -> Clock:
    return Clock(lambda: datetime.now(UTC))


def simulated_clock(database: Database, system: Clock | None = None) -> SimulatedClock:
    """A clock that the simulator can move; each process looks at most twice a second how far ahead it is."""
    base = system or system_clock()
    offset = _Offset(database)
    return SimulatedClock(lambda: base.now() + offset.present(), base.now, offset.look)


class _Offset:
    """What is kept in the database, as this process saw it last. Threads do not wait for each other's look."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ahead = timedelta(0)
        self._look_at = 0.0
        self._looking = threading.Lock()

    def present(self) -> timedelta:
        if time.monotonic() >= self._look_at and self._looking.acquire(blocking=False):
            try:
                self.look()
            finally:
                self._looking.release()
        return self._ahead

    def look(self) -> None:
        self._look_at = time.monotonic() + LOOK_EVERY_S
        try:
            with self._database.read() as session:
                self._ahead = ahead(session)
        except SQLAlchemyError:
            return  # the database is away: time goes on as it did
