"""Spans of time on the city's working calendar. Pure: the calendar is given, no clock is asked."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

SPAN = re.compile(r"(\d{1,5}) (minutes?|hours?|days?|working days?)")
MINUTE, HOUR, DAY, WORKING_DAY = "minute", "hour", "day", "working day"
LONGEST = {MINUTE: 525_600, HOUR: 8_760, DAY: 730, WORKING_DAY: 520}


@dataclass(frozen=True)
class Span:
    """An amount of time as a city writes it: ``3 working days``, ``7 days``, ``30 minutes``."""

    amount: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> "Span":
        """Read a span; ValueError with one sentence for anything else, for zero and for over two years."""
        match = SPAN.fullmatch(text.strip())
        if not match:
            raise ValueError(f"'{text}' is no span of time; write for example '3 working days' or '45 minutes'.")
        amount, unit = int(match[1]), match[2].removesuffix("s")
        if not 0 < amount <= LONGEST[unit]:
            raise ValueError(f"'{text}' must be more than zero and at most {LONGEST[unit]} {unit}s.")
        return cls(amount, unit)


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days are worked, and when people may be written to unasked. Local times of ``zone``."""

    zone: ZoneInfo
    country: str = "ID"
    categories: tuple[str, ...] = ("public", "government")
    extra_holidays: frozenset[date] = frozenset()
    working_anyway: frozenset[date] = frozenset()
    quiet_from: time = time(21)
    quiet_until: time = time(7)
    _years: dict[int, frozenset[date]] = field(default_factory=dict, compare=False, repr=False)

    def is_working(self, day: date) -> bool:
        if day in self.working_anyway:
            return True
        return day.weekday() < 5 and day not in self.extra_holidays and day not in self._holidays(day.year)

    def add(self, start: datetime, span: Span) -> datetime:
        """``start`` plus ``span``, aware UTC. Working days keep the hour and skip days off."""
        if span.unit == WORKING_DAY:
            return self._working_days_after(start, span.amount)
        return start.astimezone(UTC) + timedelta(**{f"{span.unit}s": span.amount})

    def before(self, end: datetime, span: Span) -> datetime:
        """``end`` minus a span of minutes, hours or days; working days count back over days off."""
        if span.unit != WORKING_DAY:
            return end.astimezone(UTC) - timedelta(**{f"{span.unit}s": span.amount})
        return self._step_working_days(end, span.amount, timedelta(days=-1))

    def awake(self, at: datetime) -> datetime:
        """``at`` itself, or the end of the quiet hours around it. Equal times mean that there are none."""
        local = at.astimezone(self.zone)
        if not self._is_quiet(local.time()):
            return at
        day = local.date() + timedelta(days=1 if local.time() >= self.quiet_until else 0)
        return datetime.combine(day, self.quiet_until, self.zone).astimezone(UTC)

    def _is_quiet(self, at: time) -> bool:
        """Over midnight, as 21:00 to 07:00, or within a day."""
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= at < self.quiet_until
        return at >= self.quiet_from or at < self.quiet_until

    def _working_days_after(self, start: datetime, amount: int) -> datetime:
        return self._step_working_days(start, amount, timedelta(days=1))

    def _step_working_days(self, start: datetime, amount: int, step: timedelta) -> datetime:
        local = start.astimezone(self.zone)
        while amount:
            local += step
            amount -= self.is_working(local.date())
        return local.astimezone(UTC)

    def _holidays(self, year: int) -> frozenset[date]:
        if year not in self._years:
            days: Iterable[date] = holidays.country_holidays(self.country, years=year, categories=self.categories)
            self._years[year] = frozenset(days)
        return self._years[year]
