"""Lists instead of floods: an agency's morning, the leadership's week, and what an outage left behind."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Select, func, select, update

from bot.agencies import work
from bot.agencies.work import Desk
from bot.casework import closing
from bot.following import digests, followups, overdue_questions
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import Digest, FollowUp, Handover, OutboundMessage, Ticket
from tests.support.clock import MoveableClock
from tests.support.desk import Number, meaning

AGENCY, HEAD = "bina.marga@jakarta.example", "kepala.bina.marga@jakarta.example"
DESK, LEADERSHIP = "koordinator.pengaduan@jakarta.example", "sekda@jakarta.example"


def reported(number: Number, reports: int = 1) -> None:
    for n in range(reports):
        number.hears(f"jalan di Jl. Melati {n} berlubang", POTHOLE, who=f"sim:{n}")
    number.work()
    number.later(minutes=5)


POTHOLE = meaning("lapor", "jalan_rusak", place="Jl. Melati")


class Office(Number):
    """A number with its lists."""

    def follow_up(self) -> int:
        done = super().follow_up()
        return done + digests.run_due(self.database, self.rulebook, self.clock.now())

    def due_times(self, now: datetime) -> tuple[Select[tuple[datetime | None]], ...]:
        return (*super().due_times(now), select(func.min(Digest.due_at)).where(Digest.due_at > now))


@pytest.fixture
def number(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Iterator[Office]:
    with ThreadPoolExecutor(4) as pool:
        yield Office(database, rulebook, clock, pool)


def back_after(number: Number, **parts: float) -> None:
    """Nothing worked for so long, and then everything does."""
    number.clock.move(**parts)
    number.work()
    number.later(hours=1)


def letters(number: Number, to: str) -> list[OutboundMessage]:
    with number.database.read() as session:
        rows = session.scalars(select(OutboundMessage).order_by(OutboundMessage.id))
        return [row for row in rows if row.recipient == to]


def digests_to(number: Number, to: str) -> list[OutboundMessage]:
    return [row for row in letters(number, to) if row.key.startswith("mail:list:") or row.key.startswith("list:")]


def test_an_agency_has_its_list_in_the_morning_when_there_is_something_in_it(number: Number) -> None:
    reported(number, 2)  # Tuesday at ten
    number.later(days=4)
    [wednesday] = digests_to(number, AGENCY)
    assert wednesday.body["subject"] == "Laporan warga di Dinas Bina Marga: 0 lewat tenggat, 0 segera, 2 baru"
    assert "Jalan rusak, Jl. Melati" in wednesday.body["text"]
    assert "2 laporan masih terbuka." in wednesday.body["text"]
    number.later(days=3)  # Monday and Tuesday: the deadline is near
    near = digests_to(number, AGENCY)[1]
    assert "2 segera" in near.body["subject"]
    assert "Segera jatuh tempo (2)" in near.body["text"]


def test_a_list_names_no_sealed_matter(number: Number) -> None:
    reported(number)
    with number.newest_ticket() as (_, ticket):
        ticket.sealed = True
    number.later(days=1)
    [morning] = digests_to(number, AGENCY)
    assert "perkara tersegel" in morning.body["text"]
    assert "Melati" not in morning.body["text"] + morning.body["html"]
    assert "Jalan rusak" not in morning.body["text"]


def test_no_list_for_an_agency_that_has_nothing_left(number: Number) -> None:
    reported(number)
    number.agency("claim_done", "Sudah ditambal.", None)
    number.later(days=3)
    assert digests_to(number, AGENCY) == []
    with number.database.read() as session:
        assert session.scalars(select(Digest.due_at)).one() is None  # until it has something again


def test_four_schedulers_write_one_list(number: Number) -> None:
    reported(number, 3)
    number.clock.move(hours=22)
    now = number.clock.now()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: digests.run_due(number.database, number.rulebook, now), range(4)))
    assert len(digests_to(number, AGENCY)) == 1


def test_the_clock_set_back_writes_no_list_twice(number: Number) -> None:
    reported(number)
    number.later(days=1)
    number.clock.move(days=-1)
    number.later(days=1)
    assert len(digests_to(number, AGENCY)) == 1


def test_ten_overdue_reports_after_an_outage_are_one_letter(number: Number) -> None:
    reported(number, 10)
    before = len(letters(number, AGENCY))
    back_after(number, days=8)
    after = letters(number, AGENCY)[before:]
    assert [row.body["subject"] for row in after] == [
        "Laporan warga di Dinas Bina Marga: 10 lewat tenggat, 0 segera, 0 baru"
    ]
    with number.database.read() as session:
        told = [e.kind for ticket in session.scalars(select(Ticket)) for e in ticket.events]
    assert told.count("reminder_dropped") == 10  # the reminder before the deadline has no use any more
    assert told.count("agency_overdue") == 20  # neither accepted nor solved: all in the one list


def test_a_missed_morning_list_and_what_is_merged_after_an_outage_are_one(number: Office) -> None:
    reported(number)
    number.later(days=6)  # Monday at ten; the list of Tuesday stands ready
    before = len(digests_to(number, AGENCY))
    number.clock.move(days=1, hours=4)
    digests.run_due(number.database, number.rulebook, number.clock.now())  # first of all, as the scheduler does
    assert len(digests_to(number, AGENCY)) == before
    number.later(hours=1)
    assert [row.body["subject"] for row in digests_to(number, AGENCY)[before:]] == [
        "Laporan warga di Dinas Bina Marga: 1 lewat tenggat, 0 segera, 0 baru"
    ]


def test_an_hour_of_outage_delays_and_does_nothing_else(number: Number) -> None:
    reported(number, 3)
    with number.database.begin() as session:
        session.execute(
            update(FollowUp).where(FollowUp.kind == "agency_overdue").values(due_at=number.clock.now())
        )
    before = len(letters(number, AGENCY))
    back_after(number, hours=1)
    assert len(letters(number, AGENCY)) - before == 6


def test_a_late_second_question_keeps_its_distance_from_the_first(number: Number) -> None:
    reported(number)
    with number.newest_ticket() as (session, ticket):
        desk = Desk(session, number.rulebook, ticket, ticket.agency, number.clock.now())
        work.claim_done(desk, "Sudah ditambal.", None)
    number.clock.move(days=20)
    number.later(hours=12)
    wordings = number.wordings("sim:0")
    assert wordings[1:] == ["follow_confirm"]  # not the question, its repetition and the closing at once
    number.later(days=30)
    assert number.wordings("sim:0")[1:] == ["follow_confirm", "follow_confirm_again", "follow_closed_silent"]


def test_the_leadership_has_a_list_each_week_until_it_is_closed_and_no_citizen_in_it(number: Number) -> None:
    reported(number, 2)  # due on 1 December; on the list from Monday 14 December on
    number.later(days=27)
    mondays = digests_to(number, LEADERSHIP)
    assert [f"{row.created_at.astimezone(number.rulebook.city.zone):%a %d %H}" for row in mondays] == [
        "Mon 14 08", "Mon 21 08"]  # fmt: skip
    assert mondays[0].body["subject"] == "Daftar mingguan: 2 laporan warga macet"
    assert "Dinas Bina Marga: 2 laporan, terlama lewat 12 hari" in mondays[0].body["text"]
    everything = mondays[0].body["text"] + mondays[0].body["html"]
    assert "JK-" not in everything
    assert "Melati" not in everything
    with number.database.begin() as session:
        for ticket in session.scalars(select(Ticket)):
            closing.confirm(session, number.rulebook, ticket, number.clock.now())
    number.later(days=14)
    assert len(digests_to(number, LEADERSHIP)) == 2


def test_three_missed_weeks_are_one_list(number: Number) -> None:
    reported(number)
    number.clock.move(days=42)
    number.work()
    number.later(hours=1)
    assert len(digests_to(number, LEADERSHIP)) == 1


def test_the_head_hears_after_the_agency_and_the_coordinators_after_the_head(number: Number) -> None:
    reported(number)
    number.later(days=16)
    when = {to: letters(number, to)[-1].created_at for to in (HEAD, DESK)}
    assert when[HEAD] < when[DESK]
    assert len(letters(number, DESK)) == 2
    stuck = letters(number, DESK)[0].body
    assert "/console/tickets/" in stuck["text"]
    assert "/agency/" not in stuck["text"] + stuck["html"]


def test_an_emergency_that_nobody_accepts_alerts_the_coordinators_within_minutes(number: Number) -> None:
    fire = meaning("darurat", "kebakaran", place="Jl. Melati")
    number.says("tolong kebakaran besar di Jl. Melati", fire)
    assert number.ticket().urgent
    for _ in range(40):
        number.clock.move(minutes=1)
        number.work()
    [desk] = letters(number, DESK)
    assert "Belum diterima" in desk.body["subject"]
    waited = desk.created_at - number.ticket().created_at
    assert timedelta(minutes=15) <= waited < timedelta(minutes=17)
    assert "kepala.gulkarmat@jakarta.example" in [row.recipient for row in mails(number)]


def mails(number: Number) -> list[OutboundMessage]:
    with number.database.read() as session:
        return list(session.scalars(select(OutboundMessage).where(OutboundMessage.channel == "email")))


def test_overdue_questions_are_told_to_the_coordinators_once_and_together(number: Number) -> None:
    for n in range(3):
        number.hears(f"mau tanya soal {n}", meaning("tanya", sure=0.9), who=f"sim:{n}")
    number.work()
    number.later(hours=1)
    with number.database.read() as session:
        waiting = len(session.scalars(select(Handover)).all())
    assert waiting == 3
    number.later(days=2)
    run = [overdue_questions.run_due(number.database, number.rulebook, number.clock.now()) for _ in range(3)]
    assert run == [3, 0, 0]
    [letter] = letters(number, DESK)
    assert letter.body["subject"] == "3 pesan warga lewat waktu jawab"
    assert "mau tanya" not in letter.body["text"]


@pytest.mark.parametrize("schedulers", [4])
def test_a_day_of_outage_with_many_reports_does_each_step_once(number: Number, schedulers: int) -> None:
    reported(number, 60)
    number.clock.move(days=8)

    def tick(_: int) -> int:
        return sum(followups.run_due(number.database, number.rulebook, number.clock.now()) for _ in range(12))

    with ThreadPoolExecutor(schedulers) as pool:
        list(pool.map(tick, range(schedulers)))
    with number.database.read() as session:
        behind = select(FollowUp).where(FollowUp.state == "waiting", FollowUp.due_at <= number.clock.now())
        assert session.scalars(behind).all() == []
        per_ticket = [[e.kind for e in ticket.events].count("agency_overdue")
                      for ticket in session.scalars(select(Ticket))]  # fmt: skip
    assert per_ticket == [2] * 60
