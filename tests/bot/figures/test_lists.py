"""The list of tickets behind a figure: newest first, as long as it; sealed ones for those who may see them."""

from datetime import date, timedelta

from bot.figures import behind
from bot.figures.period import start_of
from bot.status import Move
from tests.support.counted import Figured

TUESDAY = date(2026, 11, 24)


def test_before_anything_is_counted_there_is_no_list(city: Figured) -> None:
    city.filed()
    assert city.behind("filed") == ([], 0, 0)
    assert city.behind("open") == ([], 0, 0)


def test_what_came_since_the_last_count_is_not_in_it(city: Figured) -> None:
    first = city.filed()
    city.clock.move(minutes=10)
    city.tick()
    city.filed()
    city.clock.move(minutes=1)
    assert city.behind("filed").ids == city.behind("open").ids == [first]


def test_pages_go_on_over_the_days(city: Figured) -> None:
    filed = []
    for n in (3, 0, 2, 1):
        filed += [city.filed() for _ in range(n)]
        city.clock.move(days=1)
    city.count()
    newest = sorted(filed, reverse=True)
    for size in (1, 2, 4, 10):
        pages = [city.behind("filed", TUESDAY, city.today, limit=size, offset=n) for n in range(0, 6, size)]
        assert [one for page in pages for one in page.ids] == newest
        assert {page.total for page in pages} == {6}
    assert city.behind("filed", TUESDAY, city.today, offset=6).ids == []


def test_only_the_days_of_the_period_are_in_it(city: Figured) -> None:
    filed = []
    for _ in range(3):
        filed.append(city.filed())
        city.clock.move(days=1)
    city.count()
    assert city.behind("filed", TUESDAY + timedelta(days=1)).ids == [filed[1]]
    assert city.behind("filed", TUESDAY - timedelta(days=9), TUESDAY).ids == [filed[0]]


def test_sealed_ones_are_only_counted_for_who_may_not_know_which_they_are(city: Figured) -> None:
    pothole, secret = city.filed(), city.filed(sealed=True)
    city.clock.move(minutes=1)
    city.count()
    zone = city.rulebook.city.zone
    bounds = start_of(city.today, zone), start_of(city.today + timedelta(days=1), zone)
    with city.database.read() as session:
        for figure in ("filed", "open"):
            asked = (session, city.rulebook, figure, *bounds, "all", "")
            few = behind.tickets_behind(*asked, limit=9, offset=0, sealed=False)
            all_of_them = behind.tickets_behind(*asked, limit=9, offset=0)
            assert few == ([pothole], 2, 1)
            assert all_of_them == ([secret, pothole], 2, 0)


def test_behind_the_messages_each_ticket_stands_once(city: Figured) -> None:
    pothole, lamp = city.filed(), city.filed("lampu_jalan")
    for ticket_id in (pothole, pothole, None, lamp):
        city.came(ticket_id=ticket_id)
        city.clock.move(hours=20)
    city.came(ticket_id=pothole)
    city.clock.move(minutes=1)
    city.count()
    assert city.behind("received", TUESDAY, city.today) == ([pothole, lamp], 2, 0)
    assert city.behind("received", TUESDAY, city.today, limit=1, offset=1).ids == [lamp]


def test_what_stood_is_told_as_it_stood_at_the_end_of_the_period(city: Figured) -> None:
    pothole = city.forwarded()
    city.clock.move(days=1)
    lamp = city.filed("lampu_jalan")
    city.move(pothole, Move.CONFIRM)
    city.clock.move(days=1)
    city.count()
    assert city.behind("open", TUESDAY).ids == [pothole]
    assert city.behind("open_days", TUESDAY, city.today).ids == [lamp]
