"""Whether work that can wait has to: asked often, looked up now and then."""

import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from bot.watching.load import load_of
from storage.queries import watching

LOOK_EVERY_S = 5.0


class Pressure:
    """What one process knows of the load; ``seconds`` is a clock that nobody moves."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._known, self._until = False, float("-inf")

    def answers_late(self, session: Session, now: datetime) -> bool:
        """As :attr:`bot.watching.load.Load.answers_late`, some seconds old. Threads may ask at once."""
        if self._seconds() >= self._until:
            self._until = self._seconds() + LOOK_EVERY_S
            load = load_of(watching.inbound(session), watching.queues(session, now), now)
            self._known = load.answers_late
        return self._known
