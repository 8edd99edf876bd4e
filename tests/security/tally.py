"""What was tried and what came of it, counted for the table at the end of the run."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tests.support.columns import columns


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    part: str
    tried: str
    count: int
    outcome: str


LINES: list[Line] = []


def note(part: str, tried: str, count: int, outcome: str) -> None:
    """``count`` times ``tried`` in this part of the tests; ``outcome`` is what came of them, in words."""
    LINES.append(Line(part, tried, count, outcome))


def answers(codes: Mapping[int, int]) -> str:
    """Status codes and how often they came: ``200: 3, 403: 97``."""
    return ", ".join(f"{code}: {codes[code]}" for code in sorted(codes))


def table() -> list[str]:
    """The lines in columns, parts in the order in which they ran."""
    rows = [(line.part, line.tried, f"{line.count:,}", line.outcome) for line in LINES]
    return columns(("part", "what was tried", "how many", "what came of it"), rows, right=(2,))


def merged(*counts: Mapping[int, int]) -> Counter[int]:
    return sum((Counter(one) for one in counts), Counter())
