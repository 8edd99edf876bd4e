"""What was open at a day's end, also one that is long over: as it stood then, whatever came of it."""

from datetime import date

from bot.status import Move
from storage.queries.figures.reading import Counts
from tests.support.counted import BINA_MARGA, Figured

TUESDAY, WEDNESDAY, THURSDAY = date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 26)


def test_what_was_closed_then_and_reopened_later_was_not_open(city: Figured) -> None:
    pothole = city.claimed()
    city.move(pothole, Move.CONFIRM)
    city.clock.move(days=2)
    city.move(pothole, Move.DENY)
    city.clock.move(days=1)
    city.count()
    assert [city.counts(day).open for day in (TUESDAY, WEDNESDAY, THURSDAY)] == [0, 0, 1]
    assert city.behind("open", TUESDAY).ids == []
    assert city.behind("open", THURSDAY).ids == [pothole]


def test_what_is_closed_by_now_was_open_then(city: Figured) -> None:
    pothole = city.forwarded()
    city.clock.move(days=2)
    city.move(pothole, Move.CONFIRM)
    city.clock.move(minutes=1)
    city.count()
    assert [city.counts(day).open for day in (TUESDAY, WEDNESDAY, THURSDAY)] == [1, 1, 0]


def test_it_counts_for_whoever_had_it_then(city: Figured) -> None:
    pothole = city.forwarded()
    city.clock.move(days=1)
    city.move(pothole, Move.SEND_BACK, BINA_MARGA)
    city.clock.move(days=1)
    with city.of(pothole) as (_, ticket):
        ticket.agency, ticket.unit = "dishub", None
    city.move(pothole, Move.FORWARD, "user:1")
    city.clock.move(minutes=1)
    city.count()
    had = [
        {key for key, counts in city.keys("agency", day).items() if counts.open}
        for day in (TUESDAY, WEDNESDAY, THURSDAY)
    ]
    assert had == [{"bina_marga"}, {"coordinators"}, {"dishub"}]
    assert city.behind("open", TUESDAY, of=("agency", "bina_marga")).ids == [pothole]
    assert city.behind("open", TUESDAY, of=("agency", "dishub")).ids == []


def test_a_deadline_that_began_anew_was_passed_before(city: Figured) -> None:
    pothole = city.forwarded()
    city.clock.move(days=9)
    late = city.today
    city.move(pothole, Move.CLAIM, BINA_MARGA)
    city.clock.move(days=1)
    city.move(pothole, Move.DENY)
    city.clock.move(days=1)
    city.count()
    days = [date.fromordinal(late.toordinal() + n) for n in (-1, 0, 1)]
    assert [city.counts(day).overdue for day in days] == [1, 0, 0]


def test_ages_are_whole_days_and_a_month_is_more_than_thirty(city: Figured) -> None:
    city.filed()
    city.clock.move(days=30)
    city.filed()
    city.clock.move(minutes=10)
    city.count_only(date(2026, 12, 23), city.today)
    assert city.counts() == Counts(filed=1, open=2, overdue=1, open_days=30, open_month=1)
    assert city.counts(date(2026, 12, 23)).open_month == 0
    assert city.counts(date(2026, 12, 23)).age_days == 29


def test_what_was_open_is_what_was_before_and_came_and_went(city: Figured) -> None:
    closed = [city.claimed() for _ in range(3)]
    city.clock.move(days=1)
    for ticket in closed[:2]:
        city.move(ticket, Move.CONFIRM)
    city.filed()
    city.clock.move(days=1)
    city.count()
    before, after = city.counts(TUESDAY), city.counts(WEDNESDAY)
    assert after.open == before.open + after.filed - after.closed == 2
