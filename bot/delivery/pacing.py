"""How fast a sender number may send: a bucket that fills by the second. Pure; the time is given, in seconds."""

from dataclasses import dataclass


@dataclass
class Bucket:
    """``rate`` units a second come in, at most ``burst`` of them wait; what is taken beyond is a debt.

    Between any two moments no more than ``burst + rate * seconds`` are taken out without going into debt.
    """

    rate: float
    burst: float
    level: float = 0.0
    filled_at: float = 0.0
    spilled: float = 0.0

    def fill(self, at: float) -> None:
        """Let in what has come until ``at``; a clock that goes back brings nothing."""
        level = self.level + self.rate * max(0.0, at - self.filled_at)
        self.level, self.filled_at = min(self.burst, level), at
        self.spilled += level - self.level

    def take(self, units: float) -> None:
        self.level -= units

    def take_past(self, units: float) -> None:
        """What was used up since this was last asked: first of what has run over meanwhile, which is then gone."""
        self.level -= max(0.0, units - self.spilled)
        self.spilled = 0.0

    def empty(self, at: float) -> None:
        """Begin anew with nothing: what somebody else has just sent through this number is never added to."""
        self.level, self.filled_at, self.spilled = min(0.0, self.level), at, 0.0

    def seconds_until(self, units: float) -> float:
        """How long it takes until so many units are there."""
        return max(0.0, (units - self.level) / self.rate)
