"""Each figure about tickets in a small story whose numbers are known."""

from datetime import date

import pytest

from bot.casework import closing
from bot.figures.spans import bucket_of
from bot.incidents import duplicates
from bot.status import Move
from bot.tickets import tickets
from bot.tickets.tickets import By
from storage.models import Ticket
from storage.queries.figures.reading import Counts
from tests.support.counted import BINA_MARGA, Figured, moment

TUESDAY, WEDNESDAY, NEXT_TUESDAY = date(2026, 11, 24), date(2026, 11, 25), date(2026, 12, 1)
HOUR_S = 3_600


def test_a_pothole_from_its_report_to_the_citizens_yes(city: Figured) -> None:
    pothole = city.forwarded(kelurahan="Gambir")
    city.clock.move(days=1)
    city.move(pothole, Move.CLAIM, BINA_MARGA)
    city.clock.move(hours=2)
    city.move(pothole, Move.CONFIRM)
    with city.of(pothole) as (session, ticket):
        ticket.rating = closing.NOT_RATED
        closing.rate(session, ticket, 4, city.clock.now())
    city.clock.move(minutes=1)
    city.count()
    assert city.counts(TUESDAY) == Counts(filed=1, open=1)
    for of in (("agency", "bina_marga"), ("service", "jalan_rusak"), ("area", "Gambir"), ("channel", "whatsapp"),
               ("agency_service", "bina_marga/jalan_rusak"), ("all", "")):  # fmt: skip
        assert city.counts(WEDNESDAY, of) == Counts(claimed=1, in_time=1, confirmed=1, rated=1, stars=4)
    assert city.spans("agency", "answered", WEDNESDAY) == {"bina_marga": {bucket_of(24 * HOUR_S): 1}}
    assert city.spans("all", "confirmed", WEDNESDAY) == {"": {bucket_of(26 * HOUR_S): 1}}
    assert city.spans("area", "confirmed", WEDNESDAY) == {}


def test_a_deadline_that_passes_is_late_on_its_own_day_and_no_claim_afterwards_is_in_time(
    city: Figured,
) -> None:
    pothole = city.forwarded()
    city.clock.move(days=7)
    city.count()
    assert city.counts(NEXT_TUESDAY).late == 0  # it is over the next moment
    city.clock.move(minutes=10)
    city.count()
    assert city.counts(NEXT_TUESDAY) == Counts(late=1, open=1, overdue=1, open_days=7)
    city.clock.move(days=2)
    city.move(pothole, Move.CLAIM, BINA_MARGA)
    city.clock.move(minutes=10)
    city.count()
    assert city.counts() == Counts(claimed=1, open=1, open_days=9)
    assert city.counts(NEXT_TUESDAY).late == 1


def test_while_its_citizen_is_asked_a_deadline_does_not_pass(city: Figured) -> None:
    pothole = city.forwarded()
    city.clock.move(days=6)
    city.move(pothole, Move.ASK, BINA_MARGA)
    city.clock.move(days=4)
    city.count()
    assert sum(counts.late for counts in (city.counts(NEXT_TUESDAY), city.counts())) == 0
    assert city.counts().overdue == 0
    city.move(pothole, Move.ANSWER)
    city.clock.move(days=1, minutes=1)
    city.count()
    assert city.counts().late == 1


@pytest.mark.parametrize(
    ("step", "figure"),
    [
        (Move.CLOSE_SILENT, "silent"),
        (Move.CLOSE_UNREACHABLE, "unreachable"),
        (Move.CONFIRM, "confirmed"),
        (Move.WITHDRAW, "withdrawn"),
        (Move.REJECT, "rejected"),
    ],
)
def test_each_way_of_closing_is_counted_apart(city: Figured, step: Move, figure: str) -> None:
    city.move(city.claimed(), step)
    city.clock.move(minutes=1)
    city.count()
    assert city.counts() == Counts(filed=1, claimed=1, in_time=1, **{figure: 1})


def test_what_was_nobodys_to_deal_with_is_neither_in_time_nor_late(city: Figured) -> None:
    city.move(city.forwarded(), Move.WITHDRAW)
    city.move(city.forwarded(), Move.REJECT, "user:1")
    with city.of(city.filed(kind="apresiasi", service="pelayanan_petugas")) as (session, praise):
        tickets.close_at_delivery(session, city.rulebook, praise, city.clock.now())
    city.clock.move(days=8)
    city.count()
    assert city.counts(TUESDAY) == Counts(filed=3, withdrawn=1, rejected=1, delivered=1)
    assert city.counts(NEXT_TUESDAY) == Counts()


def test_a_yes_before_any_claim_meets_the_deadline(city: Figured) -> None:
    city.move(city.forwarded(), Move.CONFIRM)
    city.clock.move(minutes=1)
    city.count()
    assert city.counts() == Counts(filed=1, confirmed=1, in_time=1)


def test_a_repetition_is_closed_as_one_and_never_late(city: Figured) -> None:
    first, again = city.forwarded(), city.filed()
    with city.of(again) as (session, ticket):
        duplicates.mark(session, city.rulebook, ticket, session.get_one(Ticket, first), [], city.clock.now())
    city.clock.move(days=8)
    city.count()
    assert city.counts(TUESDAY) == Counts(filed=2, duplicate=1, open=1)
    assert city.counts(NEXT_TUESDAY).late == 1


def test_an_agency_that_gives_it_back_was_asked_in_vain_and_is_not_late(city: Figured) -> None:
    pothole = city.forwarded()
    city.clock.move(days=8)
    city.move(pothole, Move.SEND_BACK, BINA_MARGA)
    city.clock.move(minutes=1)
    city.count()
    assert city.counts(of=("agency", "bina_marga")) == Counts(misrouted=1)
    assert city.counts(of=("agency", "coordinators")) == Counts(open=1, overdue=1, open_days=8)
    assert city.counts(NEXT_TUESDAY).late == 0


def test_a_correction_by_the_citizen_is_not_the_agencys_word(city: Figured) -> None:
    city.move(city.forwarded(), Move.SEND_BACK, "citizen")
    city.clock.move(minutes=1)
    city.count()
    assert city.counts().misrouted == 0


def test_confirmed_denied_and_confirmed_again_counts_each_time(city: Figured) -> None:
    pothole = city.claimed()
    for step in (Move.CONFIRM, Move.DENY, Move.CLAIM, Move.REFUSE_CLAIM, Move.CLAIM, Move.CONFIRM):
        city.move(pothole, step)
    city.clock.move(minutes=1)
    city.count()
    assert city.counts() == Counts(filed=1, claimed=3, in_time=3, confirmed=2, reopened=2)
    assert city.behind("confirmed").ids == [pothole, pothole]


def test_an_emergency_and_how_long_until_somebody_took_it(city: Figured) -> None:
    fire = city.filed("kebakaran", urgent=True)
    city.clock.move(minutes=7)
    with city.of(fire) as (session, ticket):
        tickets.record(session, ticket, "alarm_taken", By("user:1", city.clock.now()))
    city.clock.move(minutes=1)
    city.count()
    assert city.counts() == Counts(filed=1, urgent=1, open=1)
    assert city.spans("service", "alarm") == {"kebakaran": {bucket_of(7 * 60): 1}}


def test_what_comes_to_the_desk_counts_for_the_way_it_came(city: Figured) -> None:
    city.filed(came_by="visit")
    city.filed(channel="sms")
    city.clock.move(minutes=1)
    city.count()
    assert {key: counts.filed for key, counts in city.keys("channel").items()} == {"visit": 1, "sms": 1}


def test_a_report_without_a_place_counts_under_no_kelurahan(city: Figured) -> None:
    city.filed()
    city.clock.move(minutes=1)
    city.count()
    assert {key: counts.filed for key, counts in city.keys("area").items()} == {"": 1}


def test_the_day_ends_at_midnight_where_the_city_is(city: Figured) -> None:
    for time in ("2026-11-24 23:30", "2026-11-25 00:00", "2026-11-25 00:30"):
        city.clock.at = moment(time)
        city.filed()
    city.clock.move(minutes=1)
    city.count()
    assert (city.counts(TUESDAY).filed, city.counts(WEDNESDAY).filed) == (1, 2)
    assert (city.counts(TUESDAY).open, city.counts(WEDNESDAY).open) == (1, 3)
