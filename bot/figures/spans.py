"""How long things take, as a histogram that can be added up: buckets that grow by a tenth. Pure.

A median out of such buckets is at most a twentieth off, whatever the scale, and those of days add up to those of
months, as medians themselves do not (the idea of DDSketch: Masson, Rim and Lee, VLDB 2019).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

ANSWERED, CONFIRMED, ALARM = "answered", "confirmed", "alarm"
MEASURES = (ANSWERED, CONFIRMED, ALARM)
GROWTH = 1.1
SHORTEST_S = 60.0


def bucket_of(seconds: float) -> int:
    """The bucket of a span; everything up to a minute is in the first."""
    return max(0, math.ceil(math.log(max(seconds, SHORTEST_S) / SHORTEST_S, GROWTH) - 1e-9))


@dataclass(frozen=True)
class Histogram:
    """So many of each bucket."""

    counts: Mapping[int, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def quantile(self, share: float) -> timedelta | None:
        """The span that this share (0 to 1) stayed within; None where nothing was counted."""
        rank, seen = share * self.total, 0
        for bucket in sorted(self.counts):
            seen += self.counts[bucket]
            if seen >= rank and seen:
                return timedelta(seconds=round(SHORTEST_S * GROWTH ** (bucket - 0.5 if bucket else 0)))
        return None
