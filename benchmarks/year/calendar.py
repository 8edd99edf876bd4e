"""The working calendar once more, written from the rules in words and by nobody's code but its own.

Working days are Monday to Friday that are neither public holidays nor joint leave (the list for 2026 is the joint
decree of three ministers). A span of working days ends at the same local hour, so many working days later; hours
and days are counted through. Only for years behind 2026 the dates are those of the ``holidays`` library.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

JAKARTA = ZoneInfo("Asia/Jakarta")
QUIET_FROM, QUIET_UNTIL = time(21), time(7)
OFF_IN_2026 = (
    "01-01 01-16 02-16 02-17 03-18 03-19 03-20 03-21 03-22 03-23 03-24 04-03 04-05 05-01 05-14 05-15 05-27 05-28"
    " 05-31 06-01 06-16 08-17 08-25 12-24 12-25"
)


@cache
def days_off(year: int) -> frozenset[date]:
    """Public holidays and joint leave of a year."""
    if year == 2026:
        return frozenset(date.fromisoformat(f"2026-{day}") for day in OFF_IN_2026.split())
    return frozenset(holidays.country_holidays("ID", years=year, categories=("public", "government")))


@cache
def is_worked(day: date) -> bool:
    """Whether offices are open on ``day``."""
    return day.weekday() < 5 and day not in days_off(day.year)


@cache
def _worked_after(day: date, amount: int) -> date:
    while amount:
        day += timedelta(days=1)
        amount -= is_worked(day)
    return day


def after(start: datetime, span: str) -> datetime:
    """``start`` plus a span as config.yml writes it: ``3 working days``, ``7 days``, ``45 minutes``."""
    amount, unit = span.split(" ", 1)
    unit = unit.rstrip("s")
    if unit == "working day":
        local = start.astimezone(JAKARTA)
        return datetime.combine(_worked_after(local.date(), int(amount)), local.time(), JAKARTA).astimezone(UTC)
    seconds = {"minute": 60, "hour": 3600, "day": 86400}[unit] * int(amount)
    return start + timedelta(seconds=seconds)


def is_quiet(at: datetime) -> bool:
    """Whether people are not to be written to unasked: 21:00 to 07:00 in Jakarta."""
    local = at.astimezone(JAKARTA).time()
    return local >= QUIET_FROM or local < QUIET_UNTIL


def office_time(at: datetime, opens: float = 7.5, closes: float = 16.0) -> datetime:
    """``at``, or when the offices open next: an act is done while somebody is there."""
    local = at.astimezone(JAKARTA)
    hour = local.hour + local.minute / 60
    if is_worked(local.date()) and opens <= hour < closes:
        return at
    day = local.date() if hour < opens else local.date() + timedelta(days=1)
    while not is_worked(day):
        day += timedelta(days=1)
    # Not all at the stroke of half past seven: the same minute and second within the first two hours.
    spread = timedelta(seconds=(local.minute * 60 + local.second) * 2)
    return (datetime.combine(day, time(7, 30), JAKARTA) + spread).astimezone(UTC)
