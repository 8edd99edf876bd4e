"""What measurements come to: figures, their limits, and the ratio to what other programs do with the same load."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

OURS = "suarakota"

# The measures that are taken of other programs as well, by the name under which they are compared.
ACKNOWLEDGED = "webhooks acknowledged"
PROCESSED = "messages fully processed"
REPLY_AT_IDLE = "webhook to accepted reply, at idle"
PARSED = "messages understood, in batches"

RATE, TIME, MEMORY = "/s", "ms", "MB"


@dataclass(frozen=True)
class Goal:
    """A limit that a figure is held to."""

    limit: float
    at_most: bool = True

    def is_met_by(self, value: float) -> bool:
        return value <= self.limit if self.at_most else value >= self.limit

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {number(self.limit)}"


@dataclass(frozen=True)
class Figure:
    """One figure. ``setup``: over which database, with or without callbacks; ``more``: what else belongs to it, in
    the same unit where nothing else is said; ``note``: what one must know to read it."""

    measure: str
    value: float
    unit: str
    system: str = OURS
    setup: str = ""
    more: Mapping[str, float] = field(default_factory=dict)
    goal: Goal | None = None
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether the figure is within its limit; None where there is none."""
        return self.goal.is_met_by(self.value) if self.goal else None

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "is_met": self.is_met}


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` of all do not exceed (nearest rank); NaN of none."""
    if not values:
        return math.nan
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def spread(values: Sequence[float]) -> dict[str, float]:
    """The usual quantiles of times, and the longest."""
    named = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "p99.9": 0.999}
    found = {name: quantile(values, share) for name, share in named.items()}
    return {**found, "max": max(values, default=math.nan)}


def ratio(ours: Figure, theirs: Figure) -> float:
    """How many times better ours is: of a rate the higher, of anything else the lower."""
    if ours.unit == RATE:
        return ours.value / theirs.value if theirs.value else math.inf
    return theirs.value / ours.value if ours.value else math.inf


def number(value: float) -> str:
    """As many places as anybody can use."""
    if math.isnan(value):
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
