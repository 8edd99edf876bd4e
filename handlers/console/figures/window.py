"""The days of a period that are shown, and those that they are compared with. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.figures.period import DAY, MONTH, Kind, Period, start_of
from storage.queries.figures.comparing import Stretches
from storage.queries.figures.reading import Range

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """A period on ``today``, as far as its days are over; ``since``: the first day that was counted at all.

    A week of which three days are over is compared with three days. The present day is shown only where there is
    no other, and then compared with nothing.
    """

    period: Period
    today: date
    since: date

    @property
    def last(self) -> date:
        """The last day that is shown."""
        over = self.today if self.since == self.today else self.today - A_DAY
        return min(self.period.last, max(self.period.first, over))

    @property
    def first(self) -> date:
        return self.period.first

    @property
    def is_whole(self) -> bool:
        """Whether the period is over."""
        return self.last == self.period.last

    @property
    def is_comparable(self) -> bool:
        """Whether its days are over, and all that they are compared with was counted."""
        return self.period.before.first >= self.since and self.last < self.today

    @property
    def last_before(self) -> date:
        """The last day of the comparison."""
        before = self.period.before
        return before.last if self.is_whole else min(before.last, before.first + (self.last - self.first))

    @property
    def stretches(self) -> Stretches:
        """The roll-ups of both."""
        before = _ranges(self.period.before, self.last_before) if self.is_comparable else ()
        return Stretches(tuple(_ranges(self.period, self.last)), tuple(before))

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From when until before when."""
        return start_of(self.first, zone), start_of(self.last + A_DAY, zone)


def usual(kind: Kind, today: date, since: date) -> Period:
    """What is shown to whoever asks for nothing: the period of yesterday, which has at least one whole day."""
    return Period.around(kind, max(today - A_DAY, min(since, today)))


def is_known(period: Period, today: date, since: date) -> bool:
    """Whether there is anything of it."""
    return period.last >= since and period.first <= today


def months_and_days(first: date, last: date) -> Iterator[Range]:
    """The months that lie whole in it, and the days behind them; ``first`` begins a month."""
    rest = last + A_DAY if (last + A_DAY).day == 1 else last.replace(day=1)
    if rest > first:
        yield Range(MONTH, first, rest - A_DAY)
    if rest <= last:
        yield Range(DAY, rest, last)


def _ranges(period: Period, last: date) -> Iterator[Range]:
    if period.kind is Kind.WEEK:
        return iter((Range(DAY, period.first, last),))
    return months_and_days(period.first, last)
