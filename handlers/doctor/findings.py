"""What the doctor says: one sentence a finding, and what to do where something is wrong."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How a check ended."""

    OK = "OK"
    WRONG = "WRONG"
    NOT_CHECKED = "NOT CHECKED"


@dataclass(frozen=True)
class Finding:
    """One line of the list."""

    mark: Mark
    text: str


@dataclass(frozen=True)
class Unknown:
    """A fact that could not be had: why, and the HTTP status where there was an answer."""

    reason: str
    status: int = 0


def ok(text: str) -> Finding:
    return Finding(Mark.OK, text)


def wrong(text: str) -> Finding:
    return Finding(Mark.WRONG, text)


def not_checked(text: str) -> Finding:
    return Finding(Mark.NOT_CHECKED, text)


def report(findings: Iterable[Finding]) -> Iterator[str]:
    """The findings as lines, with a sum at the end."""
    counts = dict.fromkeys(Mark, 0)
    for finding in findings:
        counts[finding.mark] += 1
        yield f"{finding.mark:<12} {finding.text}"
    yield ""
    yield ", ".join(f"{count} {mark.lower()}" for mark, count in counts.items()) + "."
