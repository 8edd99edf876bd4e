"""When days are counted: while they last, after midnight, again for weeks, and all that an outage left out."""

import threading
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from bot.figures import counting
from bot.figures.period import MONTH
from bot.status import Move
from storage.models import CountedDay, Figures, FigureSpan
from storage.queries.figures.reading import Counts
from tests.support.counted import Figured, moment
from tests.support.statements import statements_of
from tests.year import raw

TUESDAY = date(2026, 11, 24)


def held(city: Figured) -> Any:
    """All that the roll-ups hold."""
    with city.database.read() as session:
        return raw.written(session)


def counted(city: Figured) -> dict[date, Any]:
    with city.database.read() as session:
        return {row.day: row.counted_at for row in session.scalars(select(CountedDay))}


def test_nothing_has_happened_so_nothing_is_counted(city: Figured) -> None:
    assert city.tick() == 0
    assert counted(city) == {}


def test_today_is_counted_every_ten_minutes(city: Figured) -> None:
    seen = []
    for _ in range(5):
        city.filed()
        city.clock.move(minutes=4)
        city.tick()
        seen.append(city.counts().filed)
    assert seen == [1, 1, 1, 4, 4]


def test_a_day_that_is_over_is_counted_to_its_end_and_found_again_by_its_tickets(city: Figured) -> None:
    city.clock.at = moment("2026-11-24 23:55")
    city.filed()
    city.clock.move(minutes=1)
    city.tick()
    city.filed()
    city.clock.move(minutes=5)
    city.tick()
    assert city.counts(TUESDAY) == Counts(filed=2, open=2)
    assert city.behind("filed", TUESDAY).total == 2


def test_each_night_the_last_weeks_are_counted_again(small_city: Figured) -> None:
    city = small_city
    old = city.filed()
    city.clock.move(days=36)
    city.count()
    first = counted(city)
    with city.of(old) as (_, ticket):
        ticket.service = "trotoar"  # corrected later
    city.clock.move(days=1)
    city.count()
    again = [day for day, at in counted(city).items() if at != first.get(day)]
    assert min(again) == city.today - timedelta(days=35)
    assert city.tick() == 0
    assert city.keys("service", TUESDAY).keys() == {"jalan_rusak"}
    assert city.keys("service").keys() == {"trotoar"}


def test_days_that_an_outage_left_out_are_counted_and_the_one_it_cut_short_is_counted_to_its_end(
    city: Figured,
) -> None:
    city.filed()
    city.clock.move(minutes=1)
    city.count()
    city.filed()
    city.clock.move(days=12)
    assert city.tick() == counting.AT_ONCE
    city.count()
    assert city.counts(TUESDAY).filed == 2
    assert len(counted(city)) == 13
    assert city.tick() == 0


def test_counted_twice_it_is_the_same(city: Figured) -> None:
    city.move(city.claimed(kelurahan="Gambir"), Move.CONFIRM)
    city.came()
    city.went()
    city.clock.move(days=2)
    city.count()
    before = held(city)
    assert list(recounted(city)) == [TUESDAY, TUESDAY + timedelta(days=1), city.today]
    assert held(city) == before
    assert before[1]


def recounted(city: Figured) -> Any:
    return counting.recount(city.database, city.rulebook, TUESDAY, date(2030, 1, 1), city.clock.now())


def test_a_month_is_the_sum_of_its_days_and_what_stood_on_the_last(city: Figured) -> None:
    for n in range(4):
        city.move(city.claimed(), Move.CONFIRM)
        city.filed("lampu_jalan")
        city.came()
        city.clock.move(days=1, hours=n)
    city.count()
    days = [city.counts(TUESDAY + timedelta(days=n)) for n in range(5)]
    month = city.counts(date(2026, 11, 1), span=MONTH)
    assert month.filed == sum(day.filed for day in days) == 8
    assert month.received == 4
    assert month.open == days[-1].open == 4
    assert month.open_days == days[-1].open_days > days[0].open_days
    with city.database.read() as session:
        spans = select(func.sum(FigureSpan.tickets)).group_by(FigureSpan.span)
        assert len(set(session.scalars(spans))) == 1


def test_what_was_there_before_is_gone(city: Figured) -> None:
    pothole = city.filed(kelurahan="Gambir")
    city.clock.move(minutes=10)
    city.tick()
    with city.of(pothole) as (_, ticket):
        ticket.area = "Senen"
    city.clock.move(minutes=10)
    city.tick()
    assert city.keys("area").keys() == {"Senen"}
    assert city.keys("area", date(2026, 11, 1), MONTH).keys() == {"Senen"}


def test_several_tickers_at_once_do_no_harm(city: Figured) -> None:
    for _ in range(3):
        city.move(city.claimed(), Move.CONFIRM)
    city.clock.move(days=12)
    counts: list[int] = []
    tickers = [threading.Thread(target=lambda: counts.append(city.count())) for _ in range(4)]
    for ticker in tickers:
        ticker.start()
    for ticker in tickers:
        ticker.join()
    assert len(counts) == 4  # none of them failed
    before = held(city)
    list(recounted(city))
    assert held(city) == before


def test_a_tick_with_nothing_to_do_asks_little(small_city: Figured) -> None:
    small_city.filed()
    small_city.clock.move(days=3)
    small_city.count()
    with statements_of(small_city.database) as said:
        assert small_city.tick() == 0
    assert len(said) <= 5


def test_a_day_on_which_nothing_happened_has_its_row(small_city: Figured) -> None:
    small_city.filed()
    small_city.clock.move(days=3)
    small_city.count()
    with small_city.database.read() as session:
        days = session.scalars(select(Figures.first).where(Figures.span == "day", Figures.dimension == "all"))
        assert len(days.all()) == 4
