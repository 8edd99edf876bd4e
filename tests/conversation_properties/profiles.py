"""How many sequences are tried: few with every `make test`, thousands with `make properties`.

``PROPERTIES`` is the number of sequences in the long run (nine in ten without a database, the rest over one);
``PROPERTIES_SEED`` repeats a run. The quick run has a seed of its own, so that it is the same every time.
"""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings

from bot.rulebook import Rulebook, load_rulebook
from tests.support.settings import isolated_settings

SEQUENCES = int(os.environ.get("PROPERTIES", "0"))
IS_LONG = SEQUENCES > 0
SEED = int(os.environ.get("PROPERTIES_SEED") or (random.randrange(1 << 32) if IS_LONG else 20261124))
# The quick run tries this many without a database, and over one.
QUICK_PURE, QUICK_WHOLE, QUICK_SINGLE = 120, 8, 40
PURE, WHOLE = SEQUENCES * 9 // 10, SEQUENCES - SEQUENCES * 9 // 10


@dataclass
class Tally:
    """What ran: sequences, and the steps in them, by level. Those of looking for a smaller example count too."""

    ran: dict[str, list[int]] = field(default_factory=dict)
    ended_early: int = 0

    def count(self, level: str, steps: int) -> None:
        sequences = self.ran.setdefault(level, [0, 0])
        sequences[0] += 1
        sequences[1] += steps

    def lines(self) -> list[str]:
        """One line a level, and the seed that repeats it all."""
        told = [f"{level}: {sequences} sequences, {steps} steps" for level, (sequences, steps) in self.ran.items()]
        if self.ended_early:
            told.append(f"{self.ended_early} sequences ended early, at a known defect")
        return [*told, f"repeat with PROPERTIES={SEQUENCES} PROPERTIES_SEED={SEED}"] if told else []


TALLY = Tally()


def profile(quick: int, long: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """How often a property is tried, and that it can be repeated."""

    def decorate(test: Callable[..., Any]) -> Callable[..., Any]:
        chosen = settings(
            max_examples=long if IS_LONG else quick,
            deadline=None,
            database=None,
            print_blob=True,
            report_multiple_bugs=False,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        return seed(SEED)(chosen(test))

    return decorate


@cache
def sample_city() -> Rulebook:
    """The real city with all its answers given. No fixture: a failing example would show it in full."""
    return replace(load_rulebook(isolated_settings()), gives_unverified=True)
