"""How fast emergencies were dealt with: each step counted from the citizen's message. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from bot.status import Outcome, is_open
from storage.queries.emergencies import EmergencyRow

NOTHING = timedelta(0)
# What the citizen or a coordinator took back: no emergency after all, as far as anybody said.
TAKEN_BACK = (Outcome.WITHDRAWN, Outcome.REJECTED)
SENT, TAKEN, ACTED, CLAIMED, CONFIRMED = "sent", "taken", "acted", "claimed", "confirmed"
STEPS = (SENT, TAKEN, ACTED, CLAIMED, CONFIRMED)


@dataclass(frozen=True)
class Emergency:
    """One emergency and how long each of its steps took."""

    row: EmergencyRow

    @property
    def began_at(self) -> datetime:
        """The citizen's message; of what was not written to us when it was raised."""
        return min(self.row.written_at or self.row.raised_at, self.row.raised_at)

    def took(self, step: str) -> timedelta | None:
        """From the message to ``step``; None where it has not happened."""
        at: datetime | None = getattr(self.row if step == TAKEN else self.row.steps, f"{step}_at")
        return None if at is None else max(at - self.began_at, NOTHING)

    @property
    def is_untaken(self) -> bool:
        """Nobody took it, and it is still open."""
        return self.row.taken_at is None and is_open(self.row.status)

    @property
    def was_taken_back(self) -> bool:
        return self.row.outcome in TAKEN_BACK


@dataclass(frozen=True)
class Times:
    """The emergencies of a period."""

    all: Sequence[Emergency]

    @classmethod
    def of(cls, rows: Sequence[EmergencyRow]) -> "Times":
        """The slowest first: those that wait, those that nobody ever took, then by the time to the taking."""
        return cls(sorted((Emergency(row) for row in rows), key=_slowest))

    def number(self, which: Callable[[Emergency], bool]) -> int:
        return sum(which(one) for one in self.all)

    @property
    def taken(self) -> int:
        return self.number(lambda one: one.row.taken_at is not None)

    @property
    def never_taken(self) -> int:
        """Closed without anybody having taken it."""
        return len(self.all) - self.taken - self.untaken

    @property
    def untaken(self) -> int:
        return self.number(lambda one: one.is_untaken)

    @property
    def taken_back(self) -> int:
        return self.number(lambda one: one.was_taken_back)

    def spans(self, step: str) -> list[timedelta]:
        """How long ``step`` took, of those in which it happened."""
        return [took for one in self.all if (took := one.took(step)) is not None]

    def median(self, step: str) -> timedelta | None:
        spans = self.spans(step)
        return timedelta(seconds=median(span.total_seconds() for span in spans)) if spans else None

    def slowest(self, step: str) -> timedelta | None:
        return max(self.spans(step), default=None)


def _slowest(one: Emergency) -> tuple[bool, bool, float, float]:
    took = one.took(TAKEN)
    began = one.began_at.timestamp()
    return (not one.is_untaken, took is not None, -took.total_seconds() if took else 0.0, began)
