"""The weekly sample: a share of each agency's claims, the same whoever draws it, and drawn exactly once a week."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.agencies import claim_sample
from bot.agencies.claim_sample import Week, pick
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import Claim, ClaimDraw, Ticket
from tests.bot.agencies.test_claims import with_evidence
from tests.handlers.city_hall import CityHall, on
from tests.support.clock import at
from tests.support.settings import isolated_settings

JAKARTA = ZoneInfo("Asia/Jakarta")
# 23 November 2026 is a Monday: the week before it is W47.
SUNDAY_NIGHT, MONDAY_FOUR, MONDAY_FIVE = (
    at(f"2026-11-{when}+07:00") for when in ("22T23:30", "23T04:59", "23T05:00")
)


@pytest.fixture
def hall(database: Database, rulebook: Rulebook) -> CityHall:
    return on(database, rulebook, isolated_settings(public_url="http://localhost"))


def claimed(hall: CityHall, when: datetime, agency: str = "bina_marga", times: int = 1) -> None:
    """So many claims of an agency at that moment."""
    for _ in range(times):
        number = hall.ticket()
        with hall.database.begin() as session:
            ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
            session.add(Claim(ticket_id=ticket.id, round=1, agency=agency, claimed_at=when, flags=[]))


def drawn(hall: CityHall) -> Counter[tuple[str, str]]:
    with hall.database.read() as session:
        found = session.execute(select(Claim.sampled_week, Claim.agency).where(Claim.sampled_week.is_not(None)))
        return Counter((row[0], row[1]) for row in found)


def draws(hall: CityHall) -> dict[str, tuple[int, int]]:
    with hall.database.read() as session:
        return {draw.week: (draw.claims, draw.drawn) for draw in session.scalars(select(ClaimDraw))}


def test_which_week_is_over() -> None:
    def name(now: datetime, back: int = 1) -> str:
        return Week.over(now, JAKARTA, back).name

    assert [name(now) for now in (SUNDAY_NIGHT, MONDAY_FOUR, MONDAY_FIVE)] == ["2026-W46", "2026-W46", "2026-W47"]
    assert name(MONDAY_FIVE, back=2) == "2026-W46"
    assert name(at("2027-01-04T09:00+07:00")) == "2026-W53"
    week = Week.over(MONDAY_FIVE, JAKARTA, 1)
    assert (week.start, week.end) == (at("2026-11-16T00:00+07:00"), at("2026-11-23T00:00+07:00"))


def test_each_agency_has_its_share_and_at_least_one(hall: CityHall, rulebook: Rulebook) -> None:
    claimed(hall, SUNDAY_NIGHT, times=21)
    claimed(hall, SUNDAY_NIGHT, "dlh", times=2)
    claimed(hall, MONDAY_FOUR, "pln", times=3)  # this week's: next Monday
    assert claim_sample.run_due(hall.database, rulebook, MONDAY_FIVE) == 4
    assert drawn(hall) == {("2026-W47", "bina_marga"): 2, ("2026-W47", "dlh"): 1}
    assert draws(hall)["2026-W47"] == (23, 3)


def test_no_share_no_sample(hall: CityHall, rulebook: Rulebook) -> None:
    claimed(hall, SUNDAY_NIGHT, times=3)
    claim_sample.run_due(hall.database, with_evidence(rulebook, sample_share=0), MONDAY_FIVE)
    assert drawn(hall) == Counter()


def test_the_draw_is_the_same_whoever_repeats_it_and_another_in_another_week(hall: CityHall) -> None:
    claimed(hall, SUNDAY_NIGHT, times=12)
    with hall.database.read() as session:
        claims = session.scalars(select(Claim)).all()
        names = [
            sorted(c.ticket.number for c in pick(order, "2026-W47", 0.25)) for order in (claims, claims[::-1])
        ]
        others = [sorted(c.ticket.number for c in pick(claims, f"2026-W{n}", 0.25)) for n in range(10, 20)]
    assert names[0] == names[1]
    assert len(names[0]) == 3
    assert len({tuple(other) for other in others}) > 5


def test_drawn_once_however_often_it_ticks_and_wherever_the_clock_goes(hall: CityHall, rulebook: Rulebook) -> None:
    claimed(hall, SUNDAY_NIGHT, times=20)
    claim_sample.run_due(hall.database, rulebook, MONDAY_FIVE)
    once = drawn(hall)
    claimed(hall, SUNDAY_NIGHT, times=20)  # as if they had been there: a second draw would take some of them
    for later in (timedelta(seconds=1), timedelta(minutes=-10), timedelta(days=2), timedelta(0)):
        claim_sample.run_due(hall.database, rulebook, MONDAY_FIVE + later)
        assert drawn(hall) == once


def test_four_at_once_draw_once(hall: CityHall, rulebook: Rulebook) -> None:
    claimed(hall, SUNDAY_NIGHT, times=20)
    with ThreadPoolExecutor(4) as pool:
        done = pool.map(lambda _: claim_sample.run_due(hall.database, rulebook, MONDAY_FIVE), range(4))
    assert sum(done) == claim_sample.WEEKS_BACK
    assert drawn(hall) == {("2026-W47", "bina_marga"): 1}


def test_weeks_in_which_nothing_ran_are_drawn_late(hall: CityHall, rulebook: Rulebook) -> None:
    claimed(hall, SUNDAY_NIGHT, times=3)
    claimed(hall, SUNDAY_NIGHT + timedelta(days=7), times=3)
    assert claim_sample.run_due(hall.database, rulebook, MONDAY_FIVE + timedelta(days=15)) == 4
    assert drawn(hall) == {("2026-W47", "bina_marga"): 1, ("2026-W48", "bina_marga"): 1}
