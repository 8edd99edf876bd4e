"""Each agency's clock is its own: it stops while the citizen is asked, and begins anew with the next agency."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.rulebook import Rulebook
from bot.status import Status
from bot.tickets import assignments, clocks
from bot.tickets.clocks import Colour
from storage.models import Assignment
from tests.support.clock import at
from tests.support.desk import Number, meaning

POTHOLE = meaning("lapor", "jalan_rusak", place="Jl. Melati")
STORY = "jalan di Jl. Melati berlubang parah"
FILED = at("2026-11-24T10:00+07:00")  # a Tuesday


def held(number: Number) -> list[Assignment]:
    with number.database.read() as session:
        return list(session.scalars(select(Assignment).order_by(Assignment.id)))


def reported(number: Number) -> Number:
    number.says(STORY, POTHOLE)
    number.later(minutes=5)
    return number


def test_the_deadlines_are_three_and_five_working_days_and_seven_days(number: Number) -> None:
    ticket = reported(number).ticket()
    assert ticket.verify_by == at("2026-11-27T10:00+07:00")
    assert ticket.answer_by == at("2026-12-01T10:00+07:00")
    assert ticket.solve_by == at("2026-12-01T10:00+07:00")
    [first] = held(number)
    assert (first.agency, first.begun_at, first.solve_by) == ("bina_marga", FILED, ticket.solve_by)


def test_not_ours_counts_as_misrouted_and_the_next_agency_has_its_whole_time(number: Number) -> None:
    reported(number)
    number.later(days=9)  # two days late
    number.agency("send_back", "Ini jalan nasional.")
    number.later(days=1)
    number.passed_on("sda")
    now = number.clock.now()
    first, second = held(number)
    assert (first.ended_as, clocks.was_late(first, now)) == ("misrouted", False)
    assert (second.agency, second.begun_at, second.solve_by) == ("sda", now, now + timedelta(days=7))
    assert number.ticket().solve_by == second.solve_by
    number.later(days=8)
    assert clocks.was_late(held(number)[1], number.clock.now())
    assert [s.partition("] ")[2].partition(":")[0] for s in number.letters()].count("LEWAT TENGGAT") == 2


def test_who_claims_in_time_is_not_late_however_long_the_citizen_takes_to_say_so(number: Number) -> None:
    reported(number)
    number.later(days=5)
    number.agency("claim_done", "Sudah ditambal.", None)
    number.later(days=4)
    number.says("sudah", meaning("konfirmasi"))
    [only] = held(number)
    assert (only.ended_as, clocks.was_late(only, number.clock.now())) == ("closed", False)


def test_a_denied_claim_begins_a_new_clock_of_the_same_agency(number: Number) -> None:
    reported(number)
    number.agency("claim_done", "Sudah ditambal.", None)
    number.later(days=1)
    number.says("belum", meaning("tolak"))
    first, second = held(number)
    assert (first.ended_as, second.agency, second.ended_at) == ("reopened", "bina_marga", None)
    assert second.solve_by == second.begun_at + timedelta(days=7)


def test_a_question_stops_the_clock_and_the_answer_starts_it_again(number: Number) -> None:
    """Asked on Friday afternoon, answered on Monday morning."""
    reported(number)
    number.later(days=3, hours=5)
    number.agency("ask", "Di sisi mana lubangnya?")
    asked = number.clock.now()
    number.later(days=2, hours=19)
    number.says("sebelah kiri", meaning("tambah_info"))
    answered = number.ticket().events[-1].at
    ticket = number.ticket()
    assert answered - asked > timedelta(days=2)
    assert ticket.verify_by == at("2026-11-27T10:00+07:00")  # a question shows that it was read
    assert ticket.solve_by == at("2026-12-01T10:00+07:00") + (answered - asked)  # calendar time
    worked = working_days_between(asked, answered)
    assert ticket.answer_by == at("2026-12-01T10:00+07:00") + worked  # it lands on a working day by itself here
    assert held(number)[0].solve_by == ticket.solve_by


def working_days_between(start: datetime, end: datetime) -> timedelta:
    """Minute by minute, without the calendar's own arithmetic."""
    minutes = int((end - start).total_seconds() // 60)
    moments = (start + timedelta(minutes=n) for n in range(minutes))
    weekdays = sum((moment + timedelta(hours=7)).weekday() < 5 for moment in moments)
    return timedelta(minutes=weekdays) + (end - start - timedelta(minutes=minutes))


def test_going_on_without_an_answer_starts_it_too_and_the_history_knows_how_long_it_stood(number: Number) -> None:
    reported(number)
    number.agency("ask", "Di sisi mana lubangnya?")
    number.later(days=5)
    [went_on] = [event for event in number.ticket().events if event.kind == "answer"]
    assert went_on.data["paused_s"] == pytest.approx(4 * 86_400, abs=3_600)
    assert number.ticket().solve_by == at("2026-12-01T10:00+07:00") + timedelta(seconds=went_on.data["paused_s"])


def test_the_history_tells_which_deadlines_were_met_in_time(number: Number) -> None:
    reported(number)
    number.later(days=1)
    number.agency("accept")
    number.later(days=9)
    number.agency("set_date", (number.clock.now() + timedelta(days=2)).date())
    told = {event.kind: event.data for event in number.ticket().events}
    assert told["accept"] == {"verified_in_time": True}
    assert told["set_date"] == {"answered_in_time": False}
    [only] = held(number)
    assert only.verified_at is not None
    assert only.answered_at == number.clock.now()


def test_a_correction_by_the_citizen_is_nobodys_lateness(number: Number) -> None:
    number.says(STORY, POTHOLE)
    with number.newest_ticket() as (session, ticket):
        ticket.agency = "sda"
        assignments.begin_anew(session, number.rulebook, ticket, number.clock.now(), "moved")
    first, _ = held(number)
    assert (first.ended_as, clocks.was_late(first, number.clock.now() + timedelta(days=90))) == ("moved", False)


@pytest.mark.parametrize(
    ("status", "days", "colour"),
    [
        (Status.WAITING, 5.9, Colour.GREEN),
        (Status.WAITING, 6, Colour.RED),
        (Status.IN_PROGRESS, 7, Colour.RED),
        (Status.IN_PROGRESS, 7.1, Colour.LATE),
        (Status.NEEDS_INFO, 9, Colour.NONE),
        (Status.CLAIMED_DONE, 9, Colour.NONE),
        (Status.DONE, 9, Colour.NONE),
        (Status.COORDINATION, 9, Colour.LATE),
    ],
)
def test_a_ticket_is_red_on_the_sixth_day(rulebook: Rulebook, status: Status, days: float, colour: Colour) -> None:
    city = rulebook.city
    now, solve_by = FILED + timedelta(days=days), FILED + timedelta(days=7)
    assert clocks.colour(status, solve_by, city.deadlines, now, city.working_calendar) is colour


def test_licensing_takes_longer(number: Number) -> None:
    number.says("izin usaha saya belum keluar juga", meaning("lapor", "perizinan"))
    assert number.ticket().solve_by == at("2026-12-14T10:00+07:00")  # fourteen working days
