"""What became of a figure: an arrow, words, and whether that is good."""

from dataclasses import dataclass
from math import copysign

from handlers import spoken
from handlers.console.figures.amounts import FEW, percent
from handlers.i18n import counted, translated

MORE, LESS, SAME = "▲", "▼", "="
# Which way is good: more, less, or neither.
UP, DOWN, EITHER = 1, -1, 0


@dataclass(frozen=True)
class Change:
    """What became of a figure: an arrow, the same in words, and whether that is good (1), bad (-1) or neither.

    ``much``: how far it moved, for where the arrow has to do for the rest.
    """

    arrow: str
    words: str
    much: str = ""
    good: int = 0

    @property
    def verdict(self) -> str:
        """Good or bad in a word: never by colour alone."""
        return {1: translated("membaik"), -1: translated("memburuk")}.get(self.good, "")

    @property
    def look(self) -> str:
        return {1: "better", -1: "worse"}.get(self.good, "")


def same() -> Change:
    """It has not moved."""
    return Change(SAME, translated("sama"))


def moved(by: float, better: int, said: str, much: str) -> Change:
    """It moved ``by`` so much, which is good where ``better`` goes the same way."""
    return Change(MORE if by > 0 else LESS, said % {"much": much}, much, int(copysign(1, by)) * better)


def how_many(now: int, was: int) -> str:
    """Of a few how many more, of many which part."""
    part = abs(now - was) / was if was >= FEW else 0
    return percent(part) if part >= 0.005 else spoken.number(abs(now - was))


def up_or_down(by: float) -> str:
    """For what is neither many nor long."""
    return translated("naik %(much)s") if by > 0 else translated("turun %(much)s")


def points_said(points: int) -> str:
    """By how much a share moved."""
    return counted("%(num)s poin", "%(num)s poin", points)
