"""Where the time comes from: one object that tests and the simulator can move."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Clock:
    """Call ``now()`` for the present time, aware UTC."""

    now: Callable[[], datetime]


def system_clock() -> Clock:
    return Clock(lambda: datetime.now(UTC))
