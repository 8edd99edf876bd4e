"""The nightly export: once a day, and nothing in it that tells who somebody is."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from bot.figures.columns import TABLES
from bot.figures.warehouse import Warehouse, key_of
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import FigureCost, TicketEvent
from tests.bot.figures_report.office import POTHOLE, TUESDAY, House, agrees
from tests.support.clock import at
from tests.support.rolled_up import counted, figures


def test_once_a_night_after_the_day_is_counted(house: House) -> None:
    house.number.clock.at = at("2026-11-25T00:30+07:00")
    assert house.tick() == 0  # not counted
    counted(house.number.database, TUESDAY, TUESDAY, at("2026-11-24T23:00+07:00"))
    assert house.tick() == 0  # not to its end
    assert [house.night(TUESDAY), house.tick(), house.tick()] == [1, 0, 0]
    assert house.days() == ["2026-11-24"]
    assert house.noted() == [TUESDAY]


def test_not_in_the_first_minutes_of_a_day(house: House) -> None:
    """What was begun before midnight is committed first."""
    house.number.clock.at = at("2026-11-25T00:05+07:00")
    counted(house.number.database, TUESDAY, TUESDAY, house.number.clock.now())
    assert house.tick() == 0


def test_missing_nights_are_made_up_each_with_its_own_folder(house: House) -> None:
    house.night(TUESDAY)
    house.number.clock.at = at("2026-11-28T09:00+07:00")
    counted(house.number.database, date(2026, 11, 25), date(2026, 11, 27), house.number.clock.now())
    assert [house.tick(), house.tick()] == [3, 0]
    assert house.days() == ["2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27"]


def test_a_day_that_is_not_counted_yet_is_waited_for(house: House) -> None:
    house.night(TUESDAY)
    house.number.clock.at = at("2026-11-27T09:00+07:00")
    counted(house.number.database, date(2026, 11, 26), date(2026, 11, 26), house.number.clock.now())
    assert house.tick() == 0  # the 25th first


def test_four_schedulers_leave_one_whole_folder(house: House) -> None:
    house.number.clock.at = at("2026-11-25T00:30+07:00")
    counted(house.number.database, TUESDAY, TUESDAY, house.number.clock.now())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: house.tick(), range(4)))
    assert house.days() == ["2026-11-24"]
    assert house.noted() == [TUESDAY]
    agrees(house, TUESDAY)


def test_an_empty_city_has_empty_tables(database: Database, rulebook: Rulebook, tmp_path: Path) -> None:
    now = at("2026-11-25T00:30+07:00")
    counted(database, TUESDAY, TUESDAY, now)
    assert Warehouse(database, rulebook, tmp_path / "exports").run_due(now) == 1
    with gzip.open(tmp_path / "exports" / "2026-11-24" / "tickets.csv.gz", "rt") as file:
        assert file.read().startswith("ticket,kind,service")


def test_the_first_night_tells_everything_and_others_what_changed(house: House) -> None:
    first = key_of(house.number.ticket().number)
    house.night(TUESDAY)
    house.number.clock.at = at("2026-11-25T10:00+07:00")
    house.number.says("jalan di Jl. Mawar berlubang", POTHOLE, who="sim:2")
    house.number.later(minutes=10)
    second = key_of(house.number.ticket().number)
    house.night(date(2026, 11, 25))
    house.number.clock.at = at("2026-11-26T10:00+07:00")
    house.number.agency("claim_done", "Sudah ditambal.", None)
    house.night(date(2026, 11, 26))
    assert house.described()["full"] is True
    assert [row["ticket"] for row in house.table("tickets")] == [first]
    assert [row["ticket"] for row in house.table("tickets", date(2026, 11, 25))] == [second]
    [changed] = house.table("tickets", date(2026, 11, 26))
    assert (changed["ticket"], changed["status"]) == (second, "claimed_done")
    assert changed["claimed_at"] == "2026-11-26T10:00:00+07:00"
    happened = house.table("events", date(2026, 11, 26))
    assert "claim" in [row["kind"] for row in happened]
    assert {row["ticket"] for row in happened} == {second}
    assert house.described(date(2026, 11, 26))["full"] is False


def test_a_day_ends_at_midnight_in_jakarta(house: House) -> None:
    house.night(TUESDAY)
    for moment in ("2026-11-25T23:59:59+07:00", "2026-11-26T00:00:00+07:00"):
        with house.number.newest_ticket() as (session, ticket):
            session.add(TicketEvent(ticket_id=ticket.id, at=at(moment), kind="added", actor="citizen",
                                    status=ticket.status, data={}))  # fmt: skip
    house.night(date(2026, 11, 25))
    [event] = [row for row in house.table("events", date(2026, 11, 25)) if row["kind"] == "added"]
    assert event["at"] == "2026-11-25T23:00:00+07:00"


def test_what_a_ticket_is_told_as(house: House) -> None:
    with house.number.newest_ticket() as (_, ticket):
        ticket.area, ticket.rating, ticket.incident_id = "Tebet Timur", 0, None
        number = ticket.number
    house.night(TUESDAY)
    [row] = house.table("tickets")
    told = {name: value for name, value in row.items() if value}
    assert told == {
        "ticket": key_of(number),
        "kind": "lapor",
        "service": "jalan_rusak",
        "agency": "bina_marga",
        "kelurahan": "Tebet Timur",
        "channel": "simulator",
        "urgent": "false",
        "status": "waiting",
        "reopened": "0",
        "filed_at": "2026-11-24T10:00:00+07:00",
        "forwarded_at": "2026-11-24T10:00:00+07:00",
    }


def test_in_time_late_and_not_known_yet(house: House) -> None:
    with house.number.newest_ticket() as (_, ticket):
        ticket.verified_at, ticket.answered_at = ticket.verify_by, ticket.answer_by + timedelta(seconds=1)
    house.night(TUESDAY)
    [row] = house.table("tickets")
    assert [row[f"{name}_in_time"] for name in ("accepted", "answered", "done")] == ["true", "false", ""]
    with house.number.newest_ticket() as (_, ticket):
        ticket.solve_by = at("2026-11-24T23:00+07:00")
    house.warehouse.write(TUESDAY, house.number.clock.now())
    assert house.table("tickets")[0]["done_in_time"] == "false"


def test_the_number_is_nowhere_and_its_key_stays_the_same(house: House) -> None:
    number = house.number.ticket().number
    house.night(TUESDAY)
    house.warehouse.write(TUESDAY, house.number.clock.now(), full=True)
    assert house.table("tickets")[0]["ticket"] == key_of(number)
    assert all(number not in house.text(table.name) for table in TABLES)


def test_a_sealed_ticket_is_only_counted(house: House) -> None:
    with house.number.newest_ticket() as (_, ticket):
        ticket.sealed, key = True, key_of(ticket.number)
    house.night(TUESDAY)
    assert house.table("tickets") == house.table("events") == house.table("removed") == []
    assert house.table("sealed") == [{"day": "2026-11-24", "filed": "1", "closed": "0"}]
    assert not [table.name for table in TABLES if key in house.text(table.name)]


def test_what_is_sealed_later_is_to_be_deleted(house: House) -> None:
    house.night(TUESDAY)
    with house.number.newest_ticket() as (session, ticket):
        ticket.sealed, key = True, key_of(ticket.number)
        session.add(TicketEvent(ticket_id=ticket.id, at=at("2026-11-25T12:00+07:00"), kind="sealed", actor="bot",
                                status=ticket.status, data={}))  # fmt: skip
    house.night(date(2026, 11, 25))
    assert house.table("removed", date(2026, 11, 25)) == [{"ticket": key}]
    assert house.table("tickets", date(2026, 11, 25)) == []


def test_daily_figures_are_of_the_city_and_its_channels_alone(house: House) -> None:
    """Less the tickets, figures of an agency or a kelurahan would tell of the sealed ones."""
    database = house.number.database
    for key in (("all", ""), ("channel", "whatsapp"), ("area", "Tebet Timur"), ("agency", "dppapp")):
        figures(database, TUESDAY, key, filed=3, open=7)
    with database.begin() as session:
        session.add(FigureCost(span="day", dimension="channel", first=TUESDAY, key="whatsapp", currency="IDR",
                               received=2, sent=3, amount=Decimal(410)))  # fmt: skip
    house.night(TUESDAY)
    rows = house.table("daily")
    assert [(row["dimension"], row["key"], row["filed"], row["open"]) for row in rows] == [
        ("all", "", "3", "7"),
        ("channel", "whatsapp", "3", "7"),
    ]
    [cost] = house.table("costs")
    assert (cost["channel"], cost["currency"], cost["sent"]) == ("whatsapp", "IDR", "3")


def test_days_that_were_counted_anew_are_told_again(house: House) -> None:
    figures(house.number.database, TUESDAY, filed=3)
    figures(house.number.database, date(2026, 11, 23), filed=1)
    house.night(TUESDAY)
    counted(house.number.database, TUESDAY, TUESDAY, at("2026-11-25T12:00+07:00"))
    figures(house.number.database, date(2026, 11, 25), filed=9)
    house.night(date(2026, 11, 25))
    assert [row["day"] for row in house.table("daily", date(2026, 11, 25))] == ["2026-11-24", "2026-11-25"]
