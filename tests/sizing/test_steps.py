"""The arithmetic of the sizing, with numbers that can be done in the head."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest

from benchmarks.sizing import steps
from benchmarks.sizing.costs import Costs, Prices
from benchmarks.sizing.life import Demand, Life, Peak

COSTS = Costs(
    machine="a machine", web_ms=2, worker_ms=10, nlu_ms=1, database_ms=4, sqlite_rate=50, postgresql_rate=80,
    steps_rate=40, web_mb=100, worker_mb=150, nlu_mb=700, log_kb=20,
)  # fmt: skip
PRICES = Prices("IDR", Decimal(85), Decimal(85), Decimal(410), Decimal(250), whatsapp_rate=80, gateway_rate=5)
ONLY_REPLIES = Life(tickets=1, unasked=0, mails=0, steps=2, sms=0, photos=0, ticket_kb=1)
EVEN = Peak(day=1, hour=1, event=1, unasked=1)


def test_when_most_comes() -> None:
    demand = Demand(864_000, replace(ONLY_REPLIES, unasked=0.5), Peak(day=2, hour=2, event=2, unasked=4))
    assert demand.mean == 10
    assert demand.written == 80
    assert demand.unasked == 20, "planned by ourselves, so their own peak"
    assert demand.sent == 100
    assert demand.whatsapp == 180, "in and out"


def test_what_goes_by_sms_is_counted_by_segments() -> None:
    demand = Demand(864_000, replace(ONLY_REPLIES, sms=0.2), EVEN)
    assert demand.segments == pytest.approx(4)
    assert demand.whatsapp == pytest.approx(16)


def test_photos_go_after_their_time_and_tickets_stay() -> None:
    life = replace(ONLY_REPLIES, photos=0.1, photo_kb=200, photo_days=100, ticket_kb=20)
    demand = Demand(1_000, life, EVEN)
    assert demand.photos_gb == pytest.approx(2)
    assert demand.tickets_gb_a_year == pytest.approx(7.3)


def test_the_first_to_run_out_is_what_is_used_most() -> None:
    found = steps.limits(COSTS, PRICES)
    evenly = Demand(864_000 * 3, replace(ONLY_REPLIES, steps=0), EVEN)  # 30/s: 60 of 80 in and out; 30 of 50
    ours, bought = (steps.first(found, evenly, None, bought=bought) for bought in (False, True))
    assert ours is not None
    assert bought is not None
    assert "SQLite" in ours.name
    assert "WhatsApp" in bought.name


def test_what_was_multiplied_before_is_not_named_again() -> None:
    found, life = steps.limits(COSTS, PRICES), replace(ONLY_REPLIES, steps=0)
    small, large = Demand(864_000 * 4, life, EVEN), Demand(864_000 * 40, life, EVEN)
    again = steps.first(found, large, small, bought=False)  # 40/s of 50 were too much already
    assert again is not None
    assert "SQLite" not in again.name
    assert again.share(large) < next(limit for limit in found if "SQLite" in limit.name).share(large)
    everywhere = Demand(8.64e8, ONLY_REPLIES, EVEN)
    assert steps.first(found, large, everywhere, bought=False) is None, "nothing is left to be first"


def test_nothing_is_planned_to_be_used_in_full() -> None:
    needed = steps.needs(Demand(864_000 * 6, ONLY_REPLIES, EVEN), COSTS, PRICES)  # 60/s
    assert needed.workers == 1, "0.6 of a core, and 60 % of one may be used"
    assert needed.web == 2, "never fewer"
    more = steps.needs(Demand(864_000 * 7, ONLY_REPLIES, EVEN), COSTS, PRICES)
    assert more.workers == 2


def test_where_there_are_hosts_one_is_spare() -> None:
    small = steps.needs(Demand(1_000, ONLY_REPLIES, EVEN), COSTS, PRICES)
    large = steps.needs(Demand(86_400_000, ONLY_REPLIES, EVEN), COSTS, PRICES)  # 1,000/s
    assert small.hosts == 1
    assert (large.web, large.workers, large.nlu) == (4, 17, 3)
    assert large.hosts == 4, "24 processes on eight cores each, and a spare one"


def test_more_is_never_cheaper() -> None:
    sizes = [steps.needs(Demand(count), COSTS, PRICES) for count in steps.PLACES]
    for less, more in pairwise(sizes):
        assert less.hosts <= more.hosts
        assert less.installations <= more.installations
        assert less.a_month * 9 < more.a_month


def test_beyond_its_number_a_place_is_two_installations() -> None:
    only_number = replace(ONLY_REPLIES, steps=0)
    enough = steps.needs(Demand(864_000 * 4, only_number, EVEN), COSTS, PRICES)  # 40/s: 80 in and out
    too_much = steps.needs(Demand(864_000 * 4.1, only_number, EVEN), COSTS, PRICES)
    assert (enough.installations, too_much.installations) == (1, 2)


def test_one_leader_looks_after_so_many_follow_ups() -> None:
    needed = steps.needs(Demand(864_000 * 3, ONLY_REPLIES, EVEN), COSTS, PRICES)  # 30/s: 60 follow-ups, of 40
    assert needed.installations == 2


def test_the_month_by_the_contract() -> None:
    life = replace(ONLY_REPLIES, unasked=0.5, sms=0.1, segments=2)
    a_month = steps.monthly(Demand(1_000, life), PRICES)
    whatsapp = 85 + 85 + 205
    sms = 1.5 * 2 * 250
    assert float(a_month) == pytest.approx(30_000 * (0.9 * whatsapp + 0.1 * sms))
