"""Which days of a period are shown, and what they are compared with."""

from datetime import date

import pytest

from bot.figures.period import DAY, MONTH, Kind, Period
from handlers.console.figures.window import Window, is_known, months_and_days, usual
from storage.queries.figures.reading import Range

SINCE = date(2026, 1, 1)
THURSDAY = date(2026, 11, 26)


def window(name: str, today: date = THURSDAY, since: date = SINCE) -> Window:
    period = Period.named(name)
    assert period
    return Window(period, today, since)


def test_a_week_that_is_over_is_compared_with_the_whole_week_before() -> None:
    shown = window("2026-W47")
    assert (shown.first, shown.last, shown.is_whole) == (date(2026, 11, 16), date(2026, 11, 22), True)
    assert shown.stretches.now == (Range(DAY, date(2026, 11, 16), date(2026, 11, 22)),)
    assert shown.stretches.before == (Range(DAY, date(2026, 11, 9), date(2026, 11, 15)),)


def test_the_present_day_is_not_shown_and_as_many_days_are_compared() -> None:
    shown = window("2026-W48")
    assert (shown.last, shown.is_whole, shown.is_comparable) == (date(2026, 11, 25), False, True)
    assert shown.stretches.before == (Range(DAY, date(2026, 11, 16), date(2026, 11, 18)),)


def test_a_long_month_so_far_is_not_compared_past_the_end_of_a_short_one() -> None:
    shown = window("2026-03", today=date(2026, 3, 31))
    assert shown.last_before == date(2026, 2, 28)


def test_on_the_first_day_of_a_period_there_is_nothing_else_and_no_comparison() -> None:
    shown = window("2026-W48", today=date(2026, 11, 23))
    assert (shown.last, shown.is_comparable) == (date(2026, 11, 23), False)


def test_on_the_very_first_day_it_is_shown_as_far_as_it_is() -> None:
    shown = window("2026-11", today=THURSDAY, since=THURSDAY)
    assert (shown.last, shown.is_comparable) == (THURSDAY, False)
    assert usual(Kind.WEEK, THURSDAY, THURSDAY) == Period.named("2026-W48")


def test_what_was_counted_in_part_is_not_compared() -> None:
    assert not window("2026-01").is_comparable
    assert not window("2026").is_comparable
    assert window("2026-02").is_comparable


def test_a_year_is_made_of_months_and_the_days_behind_them() -> None:
    assert window("2026").stretches.now == (
        Range(MONTH, SINCE, date(2026, 10, 31)),
        Range(DAY, date(2026, 11, 1), date(2026, 11, 25)),
    )
    assert window("2026-Q3").stretches.now == (Range(MONTH, date(2026, 7, 1), date(2026, 9, 30)),)
    assert window("2026-10").stretches.now == (Range(MONTH, date(2026, 10, 1), date(2026, 10, 31)),)


@pytest.mark.parametrize(
    ("first", "last", "spans"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), [DAY]),
        (date(2026, 1, 1), date(2026, 1, 31), [MONTH]),
        (date(2026, 1, 1), date(2026, 2, 1), [MONTH, DAY]),
        (date(2024, 2, 1), date(2024, 2, 28), [DAY]),
        (date(2024, 2, 1), date(2024, 2, 29), [MONTH]),
    ],
)
def test_no_day_is_left_out_and_none_is_in_twice(first: date, last: date, spans: list[str]) -> None:
    found = list(months_and_days(first, last))
    assert [one.span for one in found] == spans
    assert (found[0].first, found[-1].last) == (first, last)


def test_on_a_monday_last_week_is_what_is_usually_shown() -> None:
    assert usual(Kind.WEEK, date(2026, 11, 23), SINCE) == Period.named("2026-W47")
    assert usual(Kind.WEEK, date(2026, 11, 24), SINCE) == Period.named("2026-W48")


@pytest.mark.parametrize(
    ("name", "known"),
    [("2026-W48", True), ("2026-W49", False), ("2026-01", True), ("2025-12", False), ("2025", False)],
)
def test_of_what_there_is_anything(name: str, known: bool) -> None:
    period = Period.named(name)
    assert period
    assert is_known(period, THURSDAY, SINCE) is known
