"""The marks of the map: what is told of which tickets, under which filters, and to whom."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from bot.accounts.roles import STAFF
from bot.messages import Location
from bot.status import Move
from storage.models import Ticket
from tests.handlers.city_hall import CityHall
from tests.handlers.map.pinned import ANCOL, JAKARTA, TEBET, numbers, pinned, points
from tests.handlers.sealed_cases import SECRETS, log_in, sealed_ticket
from tests.support.statements import statements_of

# -- what is told -----------------------------------------------------------------------------------


def test_a_ticket_is_told_with_number_service_age_and_deadline(hall: CityHall, rina: FlaskClient) -> None:
    number = pinned(hall)
    hall.wait(hours=3)
    (ticket,) = points(rina)["tickets"]
    assert ticket["number"] == number
    assert ticket["at"] == [TEBET.latitude, TEBET.longitude]
    assert (ticket["service"], ticket["area"], ticket["age"]) == ("Jalan rusak", "Tebet Timur", "3 jam")
    assert "hari lagi" in ticket["deadline"]
    assert (ticket["overdue"], ticket["urgent"], ticket["alone"]) == (False, False, True)
    assert rina.get(ticket["address"]).status_code == 200


def test_what_is_overdue_says_so_and_is_no_more_once_it_is_the_citizens_turn(
    hall: CityHall, rina: FlaskClient
) -> None:
    number, _ = hall.forwarded(kelurahan="Tebet Timur", location=TEBET)
    hall.leave(days=60)
    rina = hall.coordinator("tuti@jakarta.example")
    told = points(rina)
    assert told["overdue"] == 1
    assert (told["tickets"][0]["overdue"], told["tickets"][0]["deadline"][:5]) == (True, "lewat")
    hall.moved(number, Move.CLAIM, "agency:bina_marga")
    told = points(rina)
    assert told["overdue"] == 0
    assert (told["tickets"][0]["overdue"], told["tickets"][0]["deadline"]) == (False, "")


def test_those_of_one_spot_are_one_mark_and_still_told(hall: CityHall, rina: FlaskClient) -> None:
    mine = {pinned(hall) for _ in range(3)}
    pinned(hall, ANCOL, kelurahan="Ancol")
    told = points(rina)
    (group,) = told["clusters"]
    assert (group["count"], group["overdue"], group["area"]) == (3, 0, "Tebet Timur")
    assert told["total"] == 4
    assert mine < numbers(told)
    assert [ticket["alone"] for ticket in told["tickets"]].count(True) == 1


def test_of_very_many_only_the_marks_are_told(hall: CityHall, rina: FlaskClient) -> None:
    first = pinned(hall)
    with hall.database.begin() as session:
        ticket = hall.find(first)
        row = {column.key: getattr(ticket, column.key) for column in Ticket.__mapper__.columns}
        copies = [{**row, "id": ticket.id + n, "number": f"JK-{n:06}-X"} for n in range(1, 130)]
        session.execute(Ticket.__table__.insert(), copies)  # type: ignore[attr-defined]
    told = points(rina)
    assert told["total"] == 130
    assert [group["count"] for group in told["clusters"]] == [130]
    assert told["tickets"] == []


def test_only_what_lies_in_the_box(hall: CityHall, rina: FlaskClient) -> None:
    there, _ = pinned(hall), pinned(hall, ANCOL)
    hall.ticket(kelurahan="Tebet Timur")  # without a pin
    assert numbers(points(rina, north=-6.2)) == {there}
    assert points(rina, south=0, north=1) == {"total": 0, "overdue": 0, "clusters": [], "tickets": []}


def test_without_a_box_all_there_is(hall: CityHall, rina: FlaskClient) -> None:
    mine = {pinned(hall), pinned(hall, ANCOL)}
    told = rina.get("/console/map/points").get_json()
    assert (told["total"], numbers(told)) == (2, mine)


def test_an_empty_city(rina: FlaskClient) -> None:
    nothing = {"total": 0, "overdue": 0, "clusters": [], "tickets": []}
    assert points(rina) == nothing
    assert rina.get("/console/map/points").get_json() == nothing


# -- as it changes ----------------------------------------------------------------------------------


def test_what_happens_is_seen_at_the_next_look(any_hall: CityHall) -> None:
    rina = any_hall.coordinator()
    assert points(rina)["total"] == 0
    first = pinned(any_hall)
    assert numbers(points(rina)) == {first}
    any_hall.wait(minutes=5)
    second = pinned(any_hall, ANCOL)
    any_hall.moved(first, Move.WITHDRAW)
    assert numbers(points(rina)) == {second}


def test_however_long_nobody_looked(any_hall: CityHall) -> None:
    rina = any_hall.coordinator()
    first = pinned(any_hall)
    assert points(rina)["total"] == 1
    any_hall.wait(days=3)
    any_hall.moved(first, Move.REJECT, "user:1")
    pinned(any_hall, ANCOL)
    assert points(rina)["total"] == 1


def test_a_clock_that_was_put_back_shows_what_there_is(hall: CityHall) -> None:
    rina = hall.coordinator()
    hall.wait(days=2)
    pinned(hall)
    assert points(rina)["total"] == 1
    hall.times.append(hall.times[0])
    pinned(hall, ANCOL)
    assert points(rina)["total"] == 2


def test_a_place_that_is_none_is_not_drawn(hall: CityHall, rina: FlaskClient) -> None:
    pinned(hall)
    with hall.database.begin() as session:
        session.execute(update(Ticket).values(longitude=None))
    assert points(rina)["total"] == 0


def test_a_look_asks_the_database_little(hall: CityHall, rina: FlaskClient) -> None:
    for n in range(20):
        pinned(hall, Location(-6.1 - n / 100, 106.8))
    points(rina)
    with statements_of(hall.database) as seen:
        points(rina)
    assert len(seen) <= 6, "\n".join(seen)


# -- filters ----------------------------------------------------------------------------------------


def test_each_filter_narrows(hall: CityHall) -> None:
    old, _ = hall.forwarded(kelurahan="Tebet Timur", location=TEBET)
    hall.leave(days=60)
    rina = hall.coordinator()
    new = pinned(hall, service="sampah")
    fire = pinned(hall, service="kebakaran", kind="darurat", urgent=True)
    every = {old, new, fire}
    assert numbers(points(rina)) == every
    assert numbers(points(rina, service="sampah")) == {new}
    assert numbers(points(rina, agency="bina_marga")) == {old}
    assert numbers(points(rina, age="within-7")) == {new, fire}
    assert numbers(points(rina, age="older-30")) == {old}
    assert numbers(points(rina, overdue="1")) == {old}
    assert numbers(points(rina, urgent="1")) == {fire}
    assert numbers(points(rina, urgent="1", overdue="1")) == set()
    assert numbers(points(rina, service="gibberish", agency="'; --", age="<b>", overdue="x")) == every


# -- nonsense ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sides",
    [
        {"south": "nan"},
        {"north": "inf"},
        {"south": -6.0, "north": -6.4},
        {"west": 107.0, "east": 106.6},
        {"south": -6.2, "north": -6.2},
        {"east": ""},
        {"south": "<script>"},
        {"west": "1" * 400},
    ],
)
def test_a_box_that_is_none_is_refused_in_a_sentence(
    hall: CityHall, rina: FlaskClient, sides: dict[str, Any]
) -> None:
    pinned(hall)
    answer = rina.get("/console/map/points", query_string={**JAKARTA, **sides})
    assert answer.status_code == 400
    assert answer.get_json() == {"error": "Batas peta itu tidak masuk akal; muat ulang halamannya."}


@pytest.mark.parametrize(
    "asked",
    [
        {"south": -1e300, "north": 1e300, "west": -1e300, "east": 1e300},
        {"zoom": "nan"},
        {"zoom": -5},
        {"zoom": 1e9},
        {"zoom": "deep"},
        {"south": -90, "north": 90, "west": -180, "east": 180, "zoom": 22},
    ],
)
def test_a_huge_box_or_a_zoom_beyond_all_is_answered(
    hall: CityHall, rina: FlaskClient, asked: dict[str, Any]
) -> None:
    number = pinned(hall)
    assert numbers(points(rina, **asked)) == {number}


# -- who sees what ----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [*STAFF, "leadership"])
def test_sealed_cases_are_on_nobodys_map(hall: CityHall, role: str) -> None:
    number = pinned(hall)
    sealed = sealed_ticket(hall, location=TEBET, kelurahan="Tebet Barat", urgent=True)
    browser = log_in(hall, role)
    for more in ({}, {"urgent": "1"}, {"service": "perempuan_anak"}, {"agency": "dppapp"}):
        answer = browser.get("/console/map/points", query_string={**JAKARTA, **more})
        assert sealed not in answer.text
        assert answer.get_json()["total"] == (0 if more else 1)
        assert not [secret for secret in SECRETS if secret in answer.text]
    page = browser.get("/console/map").text
    assert numbers(points(browser)) == {number}
    assert sealed not in page
    assert "Tebet Barat" not in page


def test_what_is_sealed_later_vanishes(hall: CityHall, rina: FlaskClient) -> None:
    pinned(hall)
    assert points(rina)["total"] == 1
    with hall.database.begin() as session:
        session.execute(update(Ticket).values(sealed=True))
    assert points(rina)["tickets"] == []  # even before the history says so


@pytest.mark.parametrize("path", ["map", "map.csv", "map/points", "map?service=sampah"])
def test_agencies_do_not_look_at_the_citys_map(hall: CityHall, path: str) -> None:
    number = pinned(hall)
    answer = log_in(hall, "agency_officer", "bina_marga").get(f"/console/{path}")
    assert answer.status_code == 403
    assert number not in answer.text


def test_strangers_are_led_to_the_log_in(hall: CityHall) -> None:
    answer = hall.browser().get("/console/map/points")
    assert (answer.status_code, "/login" in (answer.location or "")) == (302, True)
