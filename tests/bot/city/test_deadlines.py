"""Spans of time, working days over Indonesian holidays, and the quiet hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.city.deadlines import Span, WorkingCalendar
from tests.support.clock import at

JAKARTA = ZoneInfo("Asia/Jakarta")
CALENDAR = WorkingCalendar(JAKARTA)


def wib(text: str) -> str:
    return f"{text}+07:00"


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("1 minute", Span(1, "minute")),
        ("45 minutes", Span(45, "minute")),
        ("24 hours", Span(24, "hour")),
        ("7 days", Span(7, "day")),
        (" 3 working days ", Span(3, "working day")),
        ("730 days", Span(730, "day")),
        ("6 working hours", Span(6, "working hour")),
    ],
)
def test_spans_are_read_as_a_city_writes_them(text: str, span: Span) -> None:
    assert Span.parse(text) == span


@pytest.mark.parametrize(
    "text",
    ["", "3", "days", "-1 days", "1.5 days", "three days", "3 weeks", "3 workdays", "0 days", "731 days",
     "521 working days", "8761 hours", "999999 minutes", "3 days 2 hours", "3  days", "3 hari"],
)  # fmt: skip
def test_other_spans_are_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"^'.*' (is no span of time|must be more than zero)[^\n]*\.$"):
        Span.parse(text)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-24T10:00", 1, "2026-11-25T10:00"),  # an ordinary Tuesday
        ("2026-11-27T10:00", 1, "2026-11-30T10:00"),  # over a weekend
        ("2026-11-28T10:00", 1, "2026-11-30T10:00"),  # filed on a Saturday
        ("2026-12-23T15:30", 1, "2026-12-28T15:30"),  # Christmas and its joint leave, then a weekend
        ("2026-03-17T09:00", 1, "2026-03-25T09:00"),  # Nyepi, Eid al-Fitr and their joint leave
        ("2026-08-14T23:30", 1, "2026-08-18T23:30"),  # Independence Day on a Monday; the day is Jakarta's
        ("2026-12-31T08:00", 1, "2027-01-04T08:00"),  # over New Year
    ],
)
def test_working_days_skip_weekends_holidays_and_joint_leave(start: str, days: int, end: str) -> None:
    assert CALENDAR.add(at(wib(start)), Span(days, "working day")) == at(wib(end))


def test_without_joint_leave_the_government_works_on_christmas_eve() -> None:
    calendar = WorkingCalendar(JAKARTA, categories=("public",))
    assert calendar.add(at(wib("2026-12-23T15:30")), Span(1, "working day")) == at(wib("2026-12-24T15:30"))


def test_a_city_corrects_the_calendar() -> None:
    day = date(2026, 12, 28)
    closed = WorkingCalendar(JAKARTA, extra_holidays=frozenset({day}))
    opened = WorkingCalendar(JAKARTA, working_anyway=frozenset({date(2026, 12, 24)}))
    start, one = at(wib("2026-12-23T10:00")), Span(1, "working day")
    assert closed.add(start, one) == at(wib("2026-12-29T10:00"))
    assert opened.add(start, one) == at(wib("2026-12-24T10:00"))
    assert not closed.is_working(day)


def test_other_spans_count_every_day() -> None:
    start = at(wib("2026-12-23T15:30"))
    assert CALENDAR.add(start, Span(7, "day")) == at(wib("2026-12-30T15:30"))
    assert CALENDAR.add(start, Span(2, "hour")) == at(wib("2026-12-23T17:30"))
    assert CALENDAR.add(start, Span(30, "minute")) == at(wib("2026-12-23T16:00"))


OFFICE = WorkingCalendar(JAKARTA, opens=time(8), closes=time(16))


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-24T10:00", 2, "2026-11-24T12:00"),
        ("2026-11-24T15:00", 2, "2026-11-25T09:00"),  # over the night
        ("2026-11-27T15:00", 2, "2026-11-30T09:00"),  # over the weekend
        ("2026-11-24T06:00", 2, "2026-11-24T10:00"),  # before the office opens
        ("2026-11-24T08:00", 8, "2026-11-24T16:00"),  # a whole day ends with it
        ("2026-12-23T15:00", 9, "2026-12-28T16:00"),  # over Christmas
    ],
)
def test_working_hours_are_office_hours_of_working_days(start: str, hours: int, end: str) -> None:
    span = Span(hours, "working hour")
    assert OFFICE.add(at(wib(start)), span) == at(wib(end))
    back = OFFICE.before(at(wib(end)), span)
    assert OFFICE.passed(back, at(wib(end)), span.unit) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("start", "end", "unit", "hours"),
    [
        ("2026-11-27T10:00", "2026-11-30T10:00", "day", 72),
        ("2026-11-27T10:00", "2026-11-30T10:00", "working day", 24),  # 14 of Friday, 10 of Monday
        ("2026-11-27T10:00", "2026-11-30T10:00", "working hour", 8),  # 6 and 2
        ("2026-11-28T10:00", "2026-11-29T10:00", "working day", 0),
        ("2026-11-28T10:00", "2026-11-29T10:00", "working hour", 0),
        ("2026-11-24T10:00", "2026-11-24T10:00", "working day", 0),
        ("2026-11-24T17:00", "2026-11-25T07:00", "working hour", 0),
    ],
)
def test_time_passes_differently_in_each_measure(start: str, end: str, unit: str, hours: int) -> None:
    assert OFFICE.passed(at(wib(start)), at(wib(end)), unit) == timedelta(hours=hours)


@given(
    start=st.integers(1_780_000_000, 1_800_000_000),
    seconds=st.integers(0, 30 * 86_400),
    unit=st.sampled_from(["minute", "day", "working day", "working hour"]),
)
def test_as_much_later_is_as_much_passed(start: int, seconds: int, unit: str) -> None:
    begin, amount = datetime.fromtimestamp(start, UTC), timedelta(seconds=seconds)
    end = OFFICE.later(begin, amount, unit)
    assert OFFICE.passed(begin, end, unit) == amount
    assert end == begin + amount or unit.startswith("working")


def test_the_next_working_morning_is_after_this_one() -> None:
    assert CALENDAR.next_working(at(wib("2026-11-27T07:29")), time(7, 30)) == at(wib("2026-11-27T07:30"))
    assert CALENDAR.next_working(at(wib("2026-11-27T07:30")), time(7, 30)) == at(wib("2026-11-30T07:30"))


def test_a_reminder_counts_back_over_days_off() -> None:
    assert CALENDAR.before(at(wib("2026-11-30T10:00")), Span(1, "working day")) == at(wib("2026-11-27T10:00"))
    assert CALENDAR.before(at(wib("2026-11-30T10:00")), Span(1, "day")) == at(wib("2026-11-29T10:00"))


@pytest.mark.parametrize("span", [Span(3, "working day"), Span(3, "day"), Span(1, "minute")])
def test_what_comes_out_is_utc(span: Span) -> None:
    start = at(wib("2026-11-24T10:00")).astimezone(JAKARTA)
    assert CALENDAR.add(start, span).tzinfo is UTC
    assert CALENDAR.before(start, span).tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "spoken"),
    [
        ("2026-11-24T10:00", "2026-11-24T10:00"),
        ("2026-11-24T07:00", "2026-11-24T07:00"),
        ("2026-11-24T20:59", "2026-11-24T20:59"),
        ("2026-11-24T21:00", "2026-11-25T07:00"),
        ("2026-11-24T23:59", "2026-11-25T07:00"),
        ("2026-11-24T00:00", "2026-11-24T07:00"),
        ("2026-11-24T06:59", "2026-11-24T07:00"),
    ],
)
def test_nobody_is_written_to_in_the_quiet_hours(moment: str, spoken: str) -> None:
    assert CALENDAR.awake(at(wib(moment))) == at(wib(spoken))


@pytest.mark.parametrize(
    ("quiet_from", "quiet_until", "moment", "spoken"),
    [
        (time(0), time(6), "2026-11-24T05:00", "2026-11-24T06:00"),
        (time(0), time(6), "2026-11-24T10:00", "2026-11-24T10:00"),
        (time(0), time(6), "2026-11-24T23:00", "2026-11-24T23:00"),
        (time(12), time(13), "2026-11-24T12:30", "2026-11-24T13:00"),
        (time(12), time(13), "2026-11-24T20:00", "2026-11-24T20:00"),
        (time(7), time(7), "2026-11-24T03:00", "2026-11-24T03:00"),  # none at all
    ],
)
def test_quiet_hours_need_not_go_over_midnight(
    quiet_from: time, quiet_until: time, moment: str, spoken: str
) -> None:
    calendar = WorkingCalendar(JAKARTA, quiet_from=quiet_from, quiet_until=quiet_until)
    assert calendar.awake(at(wib(moment))) == at(wib(spoken))


@given(
    moment=st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    quiet_from=st.times(),
    quiet_until=st.times(),
)
def test_the_end_of_the_quiet_hours_is_never_quiet_itself(
    moment: datetime, quiet_from: time, quiet_until: time
) -> None:
    calendar = WorkingCalendar(JAKARTA, quiet_from=quiet_from, quiet_until=quiet_until)
    spoken = calendar.awake(moment)
    assert moment <= spoken
    assert calendar.awake(spoken) == spoken
    assert (spoken - moment).total_seconds() <= 86_400
