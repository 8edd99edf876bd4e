"""What coordinators do on a ticket's page: each once, told to whom it concerns, nothing of others overwritten."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from bot.status import Status
from storage.models import (
    Ticket,
)
from tests.handlers.city_hall import CityHall, field_of, said_on
from tests.handlers.console.ticket_desk import REASON, page_of, send


@pytest.fixture
def hall(any_hall: CityHall) -> CityHall:
    """Once on each database."""
    return any_hall


@pytest.fixture
def number(hall: CityHall) -> str:
    return hall.forwarded("Jalan berlubang di depan pasar", place="depan pasar Mawar", kelurahan="Rawajati")[0]


def test_a_colleague_is_given_it_once_and_the_list_says_who(
    hall: CityHall, rina: FlaskClient, number: str
) -> None:
    hall.coordinator("budi@jakarta.example")
    budi = str(hall.user_id("budi@jakarta.example"))
    page = page_of(rina, number)
    assert send(rina, number, "assign", page, to=budi).location == f"/console/tickets/{number}"
    assert "Penanggung jawab budi@jakarta.example" in said_on(page_of(rina, number))
    assert send(rina, number, "assign", page, to=budi).status_code == 303
    assert "sudah tercatat sebelumnya" in said_on(page_of(rina, number))
    assert hall.kinds(number).count("assigned") == 1
    for odd in ("999", "x", "9" * 30):
        refused = send(rina, number, "assign", to=odd)
        assert (refused.status_code, "Pilih rekan dari daftar" in said_on(refused)) == (409, True)
    send(rina, number, "assign", to="")
    assert hall.find(number).assigned_to is None


def test_it_is_put_before_others_and_back(hall: CityHall, rina: FlaskClient, number: str) -> None:
    send(rina, number, "priority", priority="1")
    assert "Didahulukan" in said_on(page_of(rina, number))
    send(rina, number, "priority", priority="0")
    assert hall.find(number).priority == 0
    assert send(rina, number, "priority", priority="9").status_code == 409


def test_it_goes_to_another_agency_and_the_reason_stays_inside(
    hall: CityHall, rina: FlaskClient, number: str
) -> None:
    token = hall.token_of(number)
    assert send(rina, number, "reroute", agency="sda", note=REASON).status_code == 303
    assert (hall.find(number).agency, hall.find(number).status) == ("sda", Status.WAITING)
    assert hall.browser().get(f"/agency/{token}").status_code == 410
    words = said_on(page_of(rina, number))
    assert "Dialihkan ke instansi lain Dinas Sumber Daya Air" in words
    assert REASON in words
    agencys = said_on(hall.browser().get(f"/agency/{hall.token_of(number)}"))
    assert REASON not in agencys
    assert "Alasan pengalihan" not in agencys


def test_a_reroute_without_a_reason_keeps_what_was_chosen(hall: CityHall, rina: FlaskClient, number: str) -> None:
    page = send(rina, number, "reroute", agency="sda", note=" ")
    assert page.status_code == 409
    assert '<option value="sda" selected>' in page.text
    assert hall.find(number).agency == "bina_marga"


def test_the_deadline_moves_to_the_end_of_a_day_or_to_a_time(
    hall: CityHall, rina: FlaskClient, number: str
) -> None:
    assert send(rina, number, "deadline", date="2026-12-09", note="Menunggu aspal.").status_code == 303
    assert hall.find(number).solve_by.isoformat() == "2026-12-09T16:59:00+00:00"
    send(rina, number, "deadline", date="2026-12-09", time="10:30", note="Lebih cepat.")
    assert hall.find(number).solve_by.isoformat() == "2026-12-09T03:30:00+00:00"
    for bad in ("", "kapan-kapan", "2020-01-01", "2030-01-01"):
        page = send(rina, number, "deadline", date=bad, note="Begitu.")
        assert page.status_code == 409
        assert "Begitu." in page.text


def test_notes_are_for_colleagues_alone(hall: CityHall, rina: FlaskClient, number: str) -> None:
    page = page_of(rina, number)
    form = {"once": field_of(page, "once"), "note": "Pak Darto <b>tahu</b>."}
    for _ in range(2):
        assert send(rina, number, "note", page, **form).status_code == 303
    words = said_on(page_of(rina, number))
    assert words.count("Pak Darto <b>tahu</b>.") == 1
    assert "<b>tahu" not in page_of(rina, number).text
    assert "Darto" not in said_on(hall.browser().get(f"/agency/{hall.token_of(number)}"))
    refused = send(rina, number, "note", note="a" * 10_000)
    assert (refused.status_code, "4.000" in said_on(refused), "a" * 10_000 in refused.text) == (409, True, True)


def test_who_comes_second_is_told_and_overwrites_nothing(hall: CityHall, rina: FlaskClient, number: str) -> None:
    budi = hall.coordinator("budi@jakarta.example")
    before = page_of(budi, number)
    send(rina, number, "reroute", agency="sda", note=REASON)
    late = send(budi, number, "deadline", before, date="2026-12-09", note="Janji saya.")
    assert late.status_code == 409
    assert "rina@jakarta.example: Dialihkan ke instansi lain" in said_on(late)
    assert "Janji saya." in late.text
    assert "deadline_moved" not in hall.kinds(number)
    again = send(budi, number, "deadline", late, date="2026-12-09", note="Janji saya.")
    assert again.status_code == 303


def test_what_decides_nothing_stands_in_nobodys_way(hall: CityHall, rina: FlaskClient, number: str) -> None:
    budi = hall.coordinator("budi@jakarta.example")
    before = page_of(budi, number)
    send(rina, number, "note", note="Sudah kutelepon.")
    assert send(budi, number, "priority", before, priority="1").status_code == 303


@pytest.mark.parametrize(("action", "status"), [("withdraw", Status.WITHDRAWN), ("reject", Status.REJECTED)])
def test_it_is_closed_by_hand_after_a_second_thought(
    hall: CityHall, rina: FlaskClient, number: str, action: str, status: str
) -> None:
    page = page_of(rina, number)
    unsure = send(rina, number, action, page, note="Begini.")
    assert (unsure.status_code, hall.find(number).status) == (409, Status.WAITING)
    assert "Begini.</textarea>" in unsure.text
    assert send(rina, number, action, page, note="Begini.", sure="yes").status_code == 303
    assert hall.find(number).status == status
    assert send(rina, number, action, page, note="Begini.", sure="yes").status_code == 303
    assert "sudah tercatat sebelumnya" in said_on(page_of(rina, number))


def test_similar_reports_are_found_joined_and_parted(hall: CityHall, rina: FlaskClient, number: str) -> None:
    other = hall.ticket("Lubang besar di depan pasar, bahaya", place="depan pasar Mawar", kelurahan="Rawajati")
    far = hall.ticket("Aspal rusak", place="Jalan lain", kelurahan="Cilandak Barat")
    words = page_of(rina, number).text.partition('id="serupa"')[2].partition("</section>")[0]
    assert other in words
    assert far not in words
    unsure = send(rina, number, "join", into=other)
    assert (unsure.status_code, "Centang dulu" in said_on(unsure)) == (409, True)
    assert send(rina, number, "join", into=other, sure="yes").status_code == 303
    assert hall.find(number).incident_id == hall.find(other).incident_id is not None
    assert "sudah bersama" in said_on(page_of(rina, number))
    assert send(rina, number, "split", sure="yes").status_code == 303
    assert hall.find(number).incident_id is None
    for odd in ("apa saja", "JK-000000-0", number):
        assert send(rina, number, "join", into=odd, sure="yes").status_code == 409


def test_open_tickets_around_it_are_told_to_the_map(hall: CityHall, rina: FlaskClient, number: str) -> None:
    near, sealed = hall.ticket("Lampu mati", service="lampu_jalan"), hall.ticket("rahasia")
    with hall.database.begin() as session:
        for which, latitude in ((number, -6.2), (near, -6.201), (sealed, -6.201)):
            found = session.scalars(select(Ticket).where(Ticket.number == which)).one()
            found.latitude, found.longitude, found.sealed = latitude, 106.8, which == sealed
    [other] = rina.get(f"/console/tickets/{number}/nearby").json["tickets"]  # type: ignore[index]
    assert other["at"] == [-6.201, 106.8]
    assert (other["address"], other["same"]) == (f"/console/tickets/{near}", False)
    assert rina.get(f"/console/tickets/{sealed}/nearby").status_code == 404
