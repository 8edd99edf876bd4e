"""Spans of time on the city's working calendar. Pure: the calendar is given, no clock is asked."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

SPAN = re.compile(r"(\d{1,5}) (minutes?|hours?|working hours?|days?|working days?)")
MINUTE, HOUR, WORKING_HOUR, DAY, WORKING_DAY = "minute", "hour", "working hour", "day", "working day"
LONGEST = {MINUTE: 525_600, HOUR: 8_760, WORKING_HOUR: 4_160, DAY: 730, WORKING_DAY: 520}
HOURS = {MINUTE: 1 / 60, HOUR: 1.0, WORKING_HOUR: 4.2, DAY: 24.0, WORKING_DAY: 33.6}
MIDNIGHT, A_DAY = time(0), timedelta(days=1)


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

    @property
    def hours(self) -> float:
        """About how many hours that is, to tell which of two is longer; a working day counts as 1.4 days."""
        return self.amount * HOURS[self.unit]


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days and hours are worked, and when people may be written to unasked. Local times of ``zone``."""

    zone: ZoneInfo
    country: str = "ID"
    categories: tuple[str, ...] = ("public", "government")
    extra_holidays: frozenset[date] = frozenset()
    working_anyway: frozenset[date] = frozenset()
    quiet_from: time = time(21)
    quiet_until: time = time(7)
    opens: time = time(8)
    closes: time = time(16)
    _years: dict[int, frozenset[date]] = field(default_factory=dict, compare=False, repr=False)

    def is_working(self, day: date) -> bool:
        if day in self.working_anyway:
            return True
        return day.weekday() < 5 and day not in self.extra_holidays and day not in self._holidays(day.year)

    def add(self, start: datetime, span: Span) -> datetime:
        """``start`` plus ``span``, aware UTC.

        Working days keep the hour and skip days off; working hours count within the office hours.
        """
        if span.unit == WORKING_DAY:
            return self._step_working_days(start, span.amount, A_DAY)
        if span.unit == WORKING_HOUR:
            return self.later(start, timedelta(hours=span.amount), span.unit)
        return start.astimezone(UTC) + timedelta(**{f"{span.unit}s": span.amount})

    def before(self, end: datetime, span: Span) -> datetime:
        """``end`` minus ``span``, aware UTC; working days and hours count back over days off."""
        if span.unit == WORKING_DAY:
            return self._step_working_days(end, span.amount, -A_DAY)
        if span.unit == WORKING_HOUR:
            return self._earlier(end, timedelta(hours=span.amount), span.unit)
        return end.astimezone(UTC) - timedelta(**{f"{span.unit}s": span.amount})

    def passed(self, start: datetime, end: datetime, unit: str) -> timedelta:
        """How much time of the kind that ``unit`` is measured in lies between two moments.

        Minutes, hours and days are measured in all time; working days in all of the time on working days (midnight
        to midnight), working hours in office hours on them; both local.
        """
        if unit not in (WORKING_DAY, WORKING_HOUR):
            return end - start
        begin, until = self._naive(start), self._naive(end)
        parts = (min(b, until) - max(a, begin) for a, b in self._worked(begin, unit))
        return sum(_while_positive(parts), timedelta())

    def later(self, start: datetime, amount: timedelta, unit: str) -> datetime:
        """The first moment, not before ``start``, at which ``amount`` of that kind of time has passed since."""
        if unit not in (WORKING_DAY, WORKING_HOUR) or not amount:
            return start.astimezone(UTC) + amount
        begin = self._naive(start)
        for opens, closes in self._worked(begin, unit):
            here = closes - max(opens, begin)
            if amount <= here:
                return self._aware(max(opens, begin) + amount)
            amount -= here
        raise AssertionError("There is always another working day.")

    def _earlier(self, end: datetime, amount: timedelta, unit: str) -> datetime:
        until = self._naive(end)
        for opens, closes in self._worked(until, unit, -A_DAY):
            here = min(closes, until) - opens
            if amount <= here:
                return self._aware(min(closes, until) - amount)
            amount -= here
        raise AssertionError("There was always another working day.")

    def _worked(self, moment: datetime, unit: str, step: timedelta = A_DAY) -> Iterator[tuple[datetime, datetime]]:
        """Stretches of working time from ``moment`` on, or back; naive local times, none of them over already."""
        day = moment.date()
        while True:
            opens, closes = datetime.combine(day, MIDNIGHT), datetime.combine(day + A_DAY, MIDNIGHT)
            if unit == WORKING_HOUR:
                opens, closes = datetime.combine(day, self.opens), datetime.combine(day, self.closes)
            is_ahead = closes > moment if step > timedelta() else opens < moment
            if is_ahead and self.is_working(day):
                yield opens, closes
            day += step

    def _naive(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone).replace(tzinfo=None)

    def _aware(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self.zone).astimezone(UTC)

    def next_working(self, after: datetime, at: time) -> datetime:
        """The first moment after ``after`` at which it is ``at`` (local) on a working day."""
        day = after.astimezone(self.zone).date()
        while not self.is_working(day) or (moment := datetime.combine(day, at, self.zone)) <= after:
            day += A_DAY
        return moment.astimezone(UTC)

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


def _while_positive(parts: Iterable[timedelta]) -> Iterator[timedelta]:
    for part in parts:
        if part <= timedelta():
            return
        yield part
