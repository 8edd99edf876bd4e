"""Fields of others: read exactly, or named as wrong. Nothing that somebody sends raises anything else."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.open311.errors import UnfitError
from bot.open311.reading import Fields

ZONE = ZoneInfo("Asia/Jakarta")


def fields(**values: str) -> Fields:
    return Fields(lambda name: [values[name]] if name in values else [])


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-24", datetime(2026, 11, 23, 17, tzinfo=UTC)),
        ("2026-11-24T10:00:00Z", datetime(2026, 11, 24, 10, tzinfo=UTC)),
        ("2026-11-24T10:00:00", datetime(2026, 11, 24, 3, tzinfo=UTC)),
        ("2026-11-24T10:00", datetime(2026, 11, 24, 3, tzinfo=UTC)),
        ("2026-11-24T10:00:00+07:00", datetime(2026, 11, 24, 3, tzinfo=UTC)),
        ("2026-11-24T10:00:00 07:00", datetime(2026, 11, 24, 3, tzinfo=UTC)),
        ("2026-11-24T10:00:00.5-0800", datetime(2026, 11, 24, 18, 0, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_moments(text: str, utc: datetime) -> None:
    read = fields(at=text)
    assert read.moment("at", ZONE) == utc
    read.check()


def test_a_day_as_an_end_is_its_end() -> None:
    assert fields(at="2026-11-24").moment("at", ZONE, ends=True) == datetime(
        2026, 11, 24, 16, 59, 59, 999_999, tzinfo=UTC
    )


@given(st.text(max_size=60) | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", fullmatch=True))
def test_whatever_is_sent_is_read_or_named(text: str) -> None:
    read = fields(x=text)
    results = [
        read.moment("x", ZONE),
        read.whole("x", 0, 10),
        read.decimal("x", -1, 1),
        read.decimals("x", 2, 90),
        read.codes("x", ("a", "b")),
    ]
    if text.strip() and all(result is None for result in results) and text.strip(", "):
        with pytest.raises(UnfitError):
            read.check()


def test_all_that_is_wrong_is_named_once() -> None:
    read = fields(a="x", b="y")
    for _ in range(2):
        read.whole("a", 1, 2)
        read.decimal("b", 0, 1)
    with pytest.raises(UnfitError) as caught:
        read.check()
    assert caught.value.sentences == ("a is a whole number from 1 to 2.", "b is a number from 0 to 1.")
