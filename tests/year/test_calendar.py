"""The independent working calendar, against dates that anybody can look up."""

import pytest

from benchmarks.year import calendar
from tests.support.clock import at


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-01-05T10:00+07:00", "3 working days", "2026-01-08T10:00+07:00"),
        ("2026-01-09T10:00+07:00", "1 working day", "2026-01-12T10:00+07:00"),  # over a week-end
        ("2026-01-10T23:30+07:00", "1 working day", "2026-01-12T23:30+07:00"),  # begun on a Saturday
        ("2026-03-17T10:00+07:00", "3 working days", "2026-03-27T10:00+07:00"),  # over Nyepi and Lebaran
        ("2026-12-23T08:00+07:00", "1 working day", "2026-12-28T08:00+07:00"),  # over joint leave at Christmas
        ("2026-12-31T08:00+07:00", "1 working day", "2027-01-04T08:00+07:00"),  # over New Year
        ("2026-03-17T10:00+07:00", "7 days", "2026-03-24T10:00+07:00"),
        ("2026-03-17T23:50+07:00", "45 minutes", "2026-03-18T00:35+07:00"),
        ("2026-03-17T23:50+07:00", "12 hours", "2026-03-18T11:50+07:00"),
    ],
)
def test_spans_end_where_a_calendar_on_the_wall_says(start: str, span: str, end: str) -> None:
    assert calendar.after(at(start), span) == at(end)


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [("20:59", False), ("21:00", True), ("00:00", True), ("06:59", True), ("07:00", False), ("12:00", False)],
)
def test_nights_are_quiet(moment: str, quiet: bool) -> None:
    assert calendar.is_quiet(at(f"2026-05-05T{moment}+07:00")) is quiet


def test_offices_act_when_somebody_is_there() -> None:
    assert calendar.office_time(at("2026-01-05T10:00+07:00")) == at("2026-01-05T10:00+07:00")
    assert calendar.office_time(at("2026-01-05T03:00+07:00")) == at("2026-01-05T07:30+07:00")
    assert calendar.office_time(at("2026-01-16T18:00+07:00")).astimezone(calendar.JAKARTA).day == 19
