"""A week, month, quarter or year by the city's own calendar, as the address bar writes it. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY, MONTH = "day", "month"
_NAME = re.compile(r"(?P<year>20\d\d)(?:-(?P<kind>[WQ]?)(?P<number>\d{1,2}))?", re.ASCII)


class Kind(StrEnum):
    """How long a period is."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


MONTHS = {Kind.MONTH: 1, Kind.QUARTER: 3, Kind.YEAR: 12}


@dataclass(frozen=True)
class Period:
    """Whole local days, ``first`` to ``last``, both of them included."""

    kind: Kind
    first: date

    @classmethod
    def around(cls, kind: Kind, day: date) -> "Period":
        """The period of that kind which holds ``day``."""
        if kind is Kind.WEEK:
            return cls(kind, day - timedelta(days=day.weekday()))
        months = MONTHS[kind]
        return cls(kind, date(day.year, (day.month - 1) // months * months + 1, 1))

    @classmethod
    def named(cls, name: str) -> "Period | None":
        """The period of a name as :attr:`name` writes it; None where there is no such period."""
        found = _NAME.fullmatch(name)
        if not found:
            return None
        year, number = int(found["year"]), int(found["number"] or 1)
        try:
            if found["kind"] == "W":
                return cls(Kind.WEEK, date.fromisocalendar(year, number, 1))
            if found["kind"] == "Q":
                return cls(Kind.QUARTER, date(year, number * 3 - 2, 1))
            return cls(Kind.MONTH if found["number"] else Kind.YEAR, date(year, number, 1))
        except ValueError:
            return None

    @property
    def name(self) -> str:
        """``2026-W47``, ``2026-11``, ``2026-Q4`` or ``2026``."""
        if self.kind is Kind.WEEK:
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02}"
        if self.kind is Kind.QUARTER:
            return f"{self.first.year}-Q{self.first.month // 3 + 1}"
        return f"{self.first:%Y-%m}" if self.kind is Kind.MONTH else f"{self.first.year}"

    @property
    def last(self) -> date:
        return self.after.first - timedelta(days=1)

    @property
    def after(self) -> "Period":
        """The next one."""
        if self.kind is Kind.WEEK:
            return Period(self.kind, self.first + timedelta(days=7))
        return Period(self.kind, _months_on(self.first, MONTHS[self.kind]))

    @property
    def before(self) -> "Period":
        """The one that this one is compared with."""
        return Period.around(self.kind, self.first - timedelta(days=1))

    @property
    def span(self) -> str:
        """Of which roll-ups it is made: days, or for what is longer than a month whole months."""
        return DAY if self.kind in (Kind.WEEK, Kind.MONTH) else MONTH

    def steps(self) -> Iterator[date]:
        """The first day of each day or month that it is made of."""
        at = self.first
        while at <= self.last:
            yield at
            at = at + timedelta(days=1) if self.span == DAY else _months_on(at, 1)

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """When it begins, and when it is over."""
        return start_of(self.first, zone), start_of(self.after.first, zone)


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a local day begins."""
    return datetime.combine(day, time(), zone)


def _months_on(first: date, months: int) -> date:
    month = first.month - 1 + months
    return date(first.year + month // 12, month % 12 + 1, 1)
