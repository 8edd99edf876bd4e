"""Whether people write about other things than before, as the model sees it, and whether it is less sure. Pure.

The population stability index (PSI) of the mix of first guesses compares two samples: 0 is the same mix; by
convention below 0.1 nothing happened, 0.1 to 0.25 something moved, above 0.25 it is another mix.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.queries.figures.kinds import ASKED, TO_A_PERSON
from storage.queries.understood import Read

# Below this there is nothing to compare.
FEWEST_NOW, FEWEST_BEFORE = 50, 200
MOST_LABELS = 20
OTHERS = "other"
LABEL = re.compile(r"[a-z][a-z0-9_]{0,39}")
ACT, ASK, PERSON = "act", "ask", "person"


@dataclass(frozen=True)
class Drift:
    """The last day beside the four weeks before. ``psi`` is None where either says too little.

    ``mix``: shares of first guesses; ``decisions``: shares of what was done alone, asked and left to people.
    ``sure``, ``sure_before``: mean confidence. ``read``, ``read_before``: messages in the samples.
    """

    psi: float | None
    mix: Mapping[str, float]
    decisions: Mapping[str, float]
    sure: float | None
    sure_before: float | None
    read: int
    read_before: int


def drift(now: Sequence[Read], before: Sequence[Read]) -> Drift:
    """Compare a sample of the last day with one of the weeks before it."""
    known = _labels(now, before)
    mix, mix_before = (Counter(known.get(one.intent, OTHERS) for one in some) for some in (now, before))
    enough = len(now) >= FEWEST_NOW and len(before) >= FEWEST_BEFORE
    return Drift(
        psi=stability(mix, mix_before) if enough else None,
        mix={label: count / len(now) for label, count in sorted(mix.items())},
        decisions=_shares([decision_of(one.outcome) for one in now]),
        sure=_mean([one.sure for one in now]),
        sure_before=_mean([one.sure for one in before]),
        read=len(now),
        read_before=len(before),
    )


def stability(now: Mapping[str, int], before: Mapping[str, int]) -> float:
    """The population stability index of two counts; half a message more everywhere, so that none is nought."""
    labels = set(now) | set(before)
    here, there = (sum(some.values()) + 0.5 * len(labels) for some in (now, before))
    shares = (((now.get(one, 0) + 0.5) / here, (before.get(one, 0) + 0.5) / there) for one in labels)
    return sum((p - q) * math.log(p / q) for p, q in shares)


def decision_of(outcome: str | None) -> str:
    """How far the machine went alone with a message that came to ``outcome``."""
    if outcome in TO_A_PERSON:
        return PERSON
    return ASK if outcome == ASKED else ACT


def _labels(*samples: Sequence[Read]) -> dict[str, str]:
    """The most frequent labels; a server that answers nonsense must not make a series of each."""
    seen = Counter(one.intent for some in samples for one in some if LABEL.fullmatch(one.intent))
    return {label: label for label, _ in seen.most_common(MOST_LABELS)}


def _shares(words: Sequence[str]) -> dict[str, float]:
    return {word: words.count(word) / len(words) for word in (ACT, ASK, PERSON)} if words else {}


def _mean(numbers: Sequence[float]) -> float | None:
    return sum(numbers) / len(numbers) if numbers else None
