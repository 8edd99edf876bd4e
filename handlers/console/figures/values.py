"""One figure of one key: how it is said, sorted, and compared with what it was. Pure but for the page's language.

A share of a few cases is no percentage ("3 dari 4"), and what rests on a few is not compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Protocol

from bot.figures.spans import Histogram
from handlers import spoken
from handlers.console.figures.amounts import FEW, money, percent, span
from handlers.console.figures.changes import Change, how_many, moved, points_said, same, up_or_down
from handlers.i18n import translated

NOTHING = "–"
MIDDLE, MOST = 0.5, 0.9


class Value(Protocol):
    """A figure. Tables are sorted by ``sort``, None where there is nothing; it rests on so many ``cases``."""

    @property
    def said(self) -> str: ...

    @property
    def sort(self) -> float | None: ...

    @property
    def cases(self) -> int: ...

    def since(self, before: "Value", better: int) -> Change | None:
        """How it has changed; None where that would say nothing."""


@dataclass(frozen=True)
class Count:
    """So many."""

    number: int

    @property
    def said(self) -> str:
        return spoken.number(self.number)

    @property
    def sort(self) -> float:
        return self.number

    @property
    def cases(self) -> int:
        return self.number

    def since(self, before: Value, better: int) -> Change | None:
        was = before.number if isinstance(before, Count) else 0
        if self.number == was:
            return same() if was else None
        much = how_many(self.number, was)
        said = translated("%(much)s lebih banyak") if self.number > was else translated("%(much)s lebih sedikit")
        return moved(self.number - was, better, said, much)


@dataclass(frozen=True)
class Share:
    """``part`` of ``whole``, or with few cases both of them as they are."""

    part: int
    whole: int

    @property
    def said(self) -> str:
        if not self.whole:
            return NOTHING
        if self.whole < FEW:
            values = {"part": spoken.number(self.part), "whole": spoken.number(self.whole)}
            return translated("%(part)s dari %(whole)s") % values
        return percent(self.part / self.whole)

    @property
    def sort(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def cases(self) -> int:
        return self.part

    def since(self, before: Value, better: int) -> Change | None:
        if not isinstance(before, Share) or min(self.whole, before.whole) < FEW:
            return None
        points = round(100 * self.part / self.whole) - round(100 * before.part / before.whole)
        return moved(points, better, up_or_down(points), points_said(abs(points))) if points else same()


@dataclass(frozen=True)
class Length:
    """How long it took: the time that ``share`` of the cases stayed within."""

    took: Histogram
    share: float = MIDDLE

    @property
    def span(self) -> timedelta | None:
        return self.took.quantile(self.share)

    @property
    def said(self) -> str:
        return NOTHING if self.span is None else span(self.span)

    @property
    def sort(self) -> float | None:
        return None if self.span is None else self.span.total_seconds()

    @property
    def cases(self) -> int:
        return self.took.total

    def since(self, before: Value, better: int) -> Change | None:
        if not isinstance(before, Length) or min(self.took.total, before.took.total) < FEW:
            return None
        now, was = self.span or timedelta(), before.span or timedelta()
        if span(now) == span(was):
            return same()
        said = translated("%(much)s lebih lama") if now > was else translated("%(much)s lebih cepat")
        return moved((now - was).total_seconds(), better, said, span(abs(now - was)))


@dataclass(frozen=True)
class Mean:
    """``total`` shared among ``number``: stars, or days of age."""

    total: int
    number: int

    @property
    def said(self) -> str:
        return NOTHING if self.sort is None else spoken.number(self.sort, 1)

    @property
    def sort(self) -> float | None:
        return self.total / self.number if self.number else None

    @property
    def cases(self) -> int:
        return self.number

    def since(self, before: Value, better: int) -> Change | None:
        if not isinstance(before, Mean) or min(self.number, before.number) < FEW:
            return None
        tenths = round(10 * self.total / self.number) - round(10 * before.total / before.number)
        much = spoken.number(abs(tenths) / 10, 1)
        return moved(tenths, better, up_or_down(tenths), much) if tenths else same()


@dataclass(frozen=True)
class Spending:
    """What it cost for each of ``number`` cases; each currency by itself."""

    amounts: Sequence[tuple[str, Decimal]] = ()
    number: int = 0

    @property
    def said(self) -> str:
        each = [money(amount / self.number, currency) for currency, amount in self.amounts if self.number]
        return " + ".join(each) or NOTHING

    @property
    def sort(self) -> float | None:
        """Only of one currency."""
        return float(self.amounts[0][1]) / self.number if len(self.amounts) == 1 and self.number else None

    @property
    def cases(self) -> int:
        return self.number

    def since(self, before: Value, better: int) -> Change | None:
        if not isinstance(before, Spending) or self.sort is None or not before.sort:
            return None
        if [name for name, _ in self.amounts] != [name for name, _ in before.amounts]:
            return None
        part = round(100 * (self.sort / before.sort - 1))
        return moved(part, better, up_or_down(part), percent(abs(part) / 100)) if part else same()
