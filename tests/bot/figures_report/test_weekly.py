"""The week for the leadership: once a week, when it is counted, and nothing of any citizen in it."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from bot.figures import weekly
from bot.figures.period import Period
from bot.following import digests
from bot.history import anchors
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import Alarm, OutboundMessage, Ticket, WeeklyReport
from tests.bot.figures_report.office import LEADERSHIP, MONDAY, POTHOLE, SUNDAY, Office, report
from tests.support.clock import MoveableClock, at
from tests.support.desk import Number, meaning
from tests.support.rolled_up import counted


@pytest.mark.parametrize(
    ("now", "week"),
    [
        ("2026-11-22T23:59:59+07:00", "2026-W46"),
        ("2026-11-23T07:59:59+07:00", "2026-W46"),
        ("2026-11-23T00:30:00+00:00", "2026-W46"),  # half past seven in Jakarta
        ("2026-11-23T01:00:00+00:00", "2026-W47"),
        ("2026-11-23T08:00:00+07:00", "2026-W47"),
        ("2026-11-29T23:00:00+07:00", "2026-W47"),
        ("2027-01-04T08:00:00+07:00", "2026-W53"),
    ],
)
def test_which_week_is_due_is_a_matter_of_the_citys_own_clock(rulebook: Rulebook, now: str, week: str) -> None:
    assert weekly.due_week(rulebook, at(now)).name == week


def test_another_day_of_the_list_tells_the_week_before_it(rulebook: Rulebook) -> None:
    policy = rulebook.city.follow_ups
    friday = policy.model_copy(update={"weekly_list": policy.weekly_list.model_copy(update={"day": "friday"})})
    other = replace(rulebook, city=rulebook.city.model_copy(update={"follow_ups": friday}))
    assert weekly.due_week(other, at("2026-11-27T07:59+07:00")).name == "2026-W46"
    assert weekly.due_week(other, at("2026-11-27T08:00+07:00")).name == "2026-W47"
    assert weekly.due_week(other, at("2026-12-03T08:00+07:00")).name == "2026-W47"


def test_it_waits_until_every_day_is_counted_to_its_end(office: Office) -> None:
    assert office.tick() == 0
    counted(office.database, MONDAY, SUNDAY, at("2026-11-22T20:00+07:00"))  # Sunday is not over
    assert office.tick() == 0
    counted(office.database, SUNDAY, SUNDAY, at("2026-11-23T00:05+07:00"))
    assert [office.tick(), office.tick()] == [1, 0]
    assert office.weeks() == ["2026-W47"]


def test_a_day_that_was_left_out_holds_it_up(office: Office) -> None:
    counted(office.database, MONDAY, date(2026, 11, 18), office.clock.now())
    counted(office.database, date(2026, 11, 20), SUNDAY, office.clock.now())
    assert office.tick() == 0


def test_four_schedulers_send_one(office: Office) -> None:
    office.counted_week()
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: office.tick(), range(4))) == 1
    [mail] = office.mails()
    assert mail.recipient == LEADERSHIP
    assert mail.body["subject"] == "Laporan mingguan pengaduan warga Jakarta, 16–22 November 2026"


def test_two_that_write_at_once_send_one(office: Office) -> None:
    """Both have seen that there is none."""
    office.counted_week()
    week, now = Period.around(weekly.Kind.WEEK, MONDAY), office.clock.now()
    with office.database.read() as session:
        page = weekly.compose(session, office.rulebook, week, now)

    def send(_: int) -> bool:
        with office.database.begin() as session:
            return weekly.send(session, office.rulebook, week, page, now)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, range(4))) == [False, False, False, True]
    assert len(office.mails()) == 1


def test_after_an_outage_only_the_latest_week_is_told(office: Office) -> None:
    for first in (MONDAY, date(2026, 11, 23), date(2026, 11, 30)):
        office.counted_week(first)
    office.clock.at = at("2026-12-09T10:00+07:00")
    assert [office.tick(), office.tick()] == [1, 0]
    assert office.weeks() == ["2026-W49"]


def test_a_clock_that_is_set_back_sends_nothing_twice(office: Office) -> None:
    office.counted_week()
    office.tick()
    office.clock.at = at("2026-11-23T07:00+07:00")
    office.tick()
    office.clock.at = at("2026-11-23T08:00+07:00")
    assert office.tick() == 0
    assert len(office.mails()) == 1


def test_whoever_keeps_the_letter_holds_the_newest_anchor_of_the_histories(office: Office) -> None:
    anchor = anchors.make(office.database, office.clock.now())
    assert anchor is not None
    office.counted_week()
    office.tick()
    [mail] = office.mails()
    assert f"Segel riwayat 23-11-2026: {anchor.digest}" in mail.body["text"]
    assert anchor.digest in mail.body["html"]


def test_a_city_without_an_anchor_yet_says_nothing_of_it(office: Office) -> None:
    office.counted_week()
    office.tick()
    assert "Segel riwayat" not in office.mails()[0].body["text"]


def test_an_empty_city_is_told_nothing(database: Database, rulebook: Rulebook) -> None:
    now = at("2026-11-23T08:00+07:00")
    counted(database, MONDAY, SUNDAY, now)
    assert weekly.run_due(database, rulebook, now) == 0


def test_a_city_that_began_in_the_week_has_its_report_of_those_days(
    database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    clock.at = at("2026-11-20T10:00+07:00")
    with ThreadPoolExecutor(4) as pool:
        office = Office(database, rulebook, clock, pool)
        office.says("jalan di Jl. Melati berlubang", POTHOLE)
        clock.at = at("2026-11-23T08:00+07:00")
        counted(database, date(2026, 11, 20), SUNDAY, clock.now())
        assert office.tick() == 1


def test_where_nobody_is_named_it_is_kept_and_sent_to_nobody(office: Office) -> None:
    office.people()
    office.counted_week()
    assert office.tick() == 1
    assert office.weeks() == ["2026-W47"]
    assert office.mails() == []


def test_whoever_is_named_later_can_be_sent_it_and_nobody_twice(office: Office) -> None:
    office.counted_week()
    office.people("gubernur@jakarta.example")
    office.tick()
    office.people("gubernur@jakarta.example", LEADERSHIP, LEADERSHIP)
    again = []
    for _ in range(2):
        with office.database.begin() as session:
            kept = session.get_one(WeeklyReport, "2026-W47")
            again.append(weekly.send_again(session, office.rulebook, kept, office.clock.now()))
    assert again == [1, 0]
    first, second = office.mails()
    assert second.recipient == LEADERSHIP
    assert second.body["html"] == first.body["html"]
    assert "/console/reports/2026-W47" in second.body["text"]


def test_the_page_is_kept_as_it_was_sent(office: Office) -> None:
    office.counted_week()
    office.tick()
    [mail] = office.mails()
    with office.database.read() as session:
        assert session.get_one(WeeklyReport, "2026-W47").page == mail.body["html"]
    assert mail.body["message_id"].startswith("<weekly.2026-W47.")
    assert mail.at_least_once


def test_nothing_of_any_citizen_is_in_it(office: Office) -> None:
    office.says("Terima kasih, pak Joko ramah sekali. Saya Siti", meaning("apresiasi", "taman"), who="sim:7")
    office.later(minutes=5)
    office.counted_week()
    with office.database.begin() as session:
        for ticket in session.scalars(select(Ticket)):
            ticket.story = ticket.masked_story = f"{ticket.story}, telepon 0812-3456-7890"
            ticket.created_at = at("2026-11-18T10:00+07:00")
            ticket.solve_by = at("2026-11-19T10:00+07:00")
    office.tick()
    [mail] = office.mails()
    for part in ("html", "text"):
        said = mail.body[part]
        secrets = ("Melati", "berlubang", "Budi", "0812", "Siti", "Joko", "sim:", "+62")
        assert not [secret for secret in secrets if secret in said]
        assert "Satu ucapan terima kasih menunggu telepon Bapak/Ibu" in said
        assert "/console/praise?month=2026-11" in said
    numbers = re.findall(r"JK-\w{6}-\w", mail.body["text"])
    with office.database.read() as session:
        overdue = session.scalars(select(Ticket.number).where(Ticket.kind == "lapor")).all()
    assert numbers == list(overdue)


def test_a_sealed_case_is_a_number_and_its_days(office: Office) -> None:
    with office.newest_ticket() as (_, ticket):
        ticket.sealed, ticket.area, number = True, "Tebet Timur", ticket.number
        ticket.urgent, ticket.created_at = True, at("2026-11-18T10:00+07:00")
        ticket.solve_by = at("2026-11-19T10:00+07:00")
    office.counted_week()
    office.tick()
    [mail] = office.mails()
    text = mail.body["text"]
    assert f"- {number}: perkara tersegel, lewat 3 hari\n" in text
    assert f"- {number}: perkara tersegel, masuk Rab 18 Nov, belum ada yang mengambil" in text
    for part in ("html", "text"):
        assert not [s for s in ("Tebet", "Jalan rusak", "Bina Marga") if s in mail.body[part]]


def test_what_the_ladder_has_for_the_leadership_is_in_the_one_letter(office: Office) -> None:
    office.clock.at = at("2026-11-10T11:00+07:00")
    office.later(days=20)  # due on 17 November; at the end of the ladder a week later
    office.clock.at = at("2026-11-30T07:59+07:00")
    office.counted_week(date(2026, 11, 23))
    office.later(minutes=2)
    [mail] = office.mails()
    assert (
        "MACET SESUDAH SEMUA DIINGATKAN\n- Dinas Bina Marga: 1 laporan, terlama lewat 12 hari" in mail.body["text"]
    )
    assert "Dinas Bina Marga" in mail.body["html"]
    digests.run_due(office.database, office.rulebook, office.clock.now())  # what comes after it in a tick
    with office.database.read() as session:
        lists = [row for row in session.scalars(select(OutboundMessage)) if row.recipient == LEADERSHIP]
    assert len(lists) == 1


def test_emergencies_whom_nobody_took_come_first(office: Office) -> None:
    fire = meaning("darurat", "kebakaran", place="Jl. Melati")
    for n, moment in enumerate(("2026-11-18T10:00", "2026-11-18T12:00", "2026-11-19T09:00")):
        office.clock.at = at(f"{moment}+07:00")
        office.says(f"tolong kebakaran besar di Jl. Melati {n}", fire, who=f"sim:{n + 2}")
    office.clock.at = at("2026-11-23T08:00+07:00")
    while Number.follow_up(office):
        pass
    with office.database.begin() as session:
        first, second, third = session.scalars(select(Ticket).where(Ticket.urgent).order_by(Ticket.id))
        alarms = {alarm.ticket_id: alarm for alarm in session.scalars(select(Alarm))}
        alarms[first.id].taken_at = at("2026-11-18T10:07+07:00")
        second.closed_at = at("2026-11-18T12:30+07:00")
        expected = [third.number, second.number, first.number]
    urgent = report(office).partition("\nDARURAT\n")[2].partition("\nLEWAT TENGGAT")[0]
    assert re.findall(r"JK-\w{6}-\w", urgent) == expected
    assert "masuk Kam 19 Nov, 09.00, belum ada yang mengambil" in urgent
    assert "ditutup tanpa ada yang mengambil" in urgent
    assert "masuk Rab 18 Nov, 10.00, diambil sesudah 7 menit" in urgent
