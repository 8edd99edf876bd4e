"""Who does best and who worst at keeping deadlines, and what there is most of. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.city.checks import COORDINATORS
from handlers.console.figures.amounts import FEW
from storage.queries.figures.comparing import Pair

SHOWN = 5


class Ranks(NamedTuple):
    """Agencies, the best or the worst first; nobody is both."""

    best: Sequence[str]
    worst: Sequence[str]


def by_punctuality(agencies: Mapping[str, Pair]) -> Ranks:
    """Those of which enough deadlines came, by the share that was met."""
    known = {key: pair.now for key, pair in agencies.items() if key != COORDINATORS}
    enough = {key: counts for key, counts in known.items() if counts.in_time + counts.late >= FEW}
    # Of two that are alike, the one with more cases is the better known.
    ordered = sorted(enough, key=lambda key: (-(enough[key].on_time or 0), -enough[key].in_time, key))
    shown = min(SHOWN, len(ordered) // 2)
    return Ranks(ordered[:shown], ordered[::-1][:shown])


def most(keys: Mapping[str, Pair]) -> list[str]:
    """The keys in which most came in; what has none is not among them."""
    found = [key for key, pair in keys.items() if key and pair.now.filed]
    return sorted(found, key=lambda key: (-keys[key].now.filed, key))[:SHOWN]
