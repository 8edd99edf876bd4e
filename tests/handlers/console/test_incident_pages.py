"""The console's pages about incidents, the agency's page of a lead, and merging and parting by hand."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.incidents import incidents, members
from bot.status import Move
from storage.models import Incident, Ticket
from tests.handlers.city_hall import CityHall, csrf_of, said_on


@pytest.fixture
def hall(any_hall: CityHall) -> CityHall:
    """Once on each database."""
    return any_hall


def flooded(hall: CityHall, story: str = "underpass Mampang banjir", **more: object) -> str:
    """A report that has gone to its agency, and belongs where it belongs."""
    told = {"service": "banjir", "place": "underpass Mampang", "kelurahan": "Mampang Prapatan", **more}
    number = hall.ticket(story, **told)
    with hall.database.begin() as session:
        found = session.query(Ticket).filter_by(number=number).one()
        incidents.settle(session, hall.rulebook, found, hall.now)
    return number


def elsewhere(hall: CityHall, **more: object) -> str:
    return flooded(hall, "banjir di jalan lain", **{"place": "Jalan Kalibata 5", "kelurahan": "Rawajati", **more})


def together(hall: CityHall) -> tuple[str, str, str]:
    """A lead and two that follow it."""
    return flooded(hall), flooded(hall, "mampang kerendem"), flooded(hall, "air di underpass Mampang")


def merge(hall: CityHall, rina: FlaskClient, number: str, into: str, **more: str) -> TestResponse:
    page = rina.get("/console/incidents")
    form = {"csrf_token": csrf_of(page), "number": number, "into": into, "sure": "yes", **more}
    return rina.post("/console/incidents/merge", data=form)


def split(rina: FlaskClient, number: str, **more: str) -> TestResponse:
    page = rina.get("/console/incidents/1")
    form = {"csrf_token": csrf_of(page), "number": number, "sure": "yes", **more}
    return rina.post("/console/incidents/1/split", data=form)


def test_the_list_counts_and_leads_on(hall: CityHall, rina: FlaskClient) -> None:
    assert "Belum ada hal yang dilaporkan lebih dari satu warga" in said_on(rina.get("/console/incidents"))
    lead, *_ = together(hall)
    elsewhere(hall)
    words = said_on(rina.get("/console/incidents"))
    assert "Banjir dan genangan , Mampang Prapatan" in words
    assert "3 laporan 3 terbuka" in words
    page = said_on(rina.get("/console/incidents/1"))
    assert f"berjalan dengan nomor {lead}" in page
    assert "mampang kerendem" in page
    assert "/console/incidents/1" in rina.get(f"/console/tickets/{lead}").text
    assert "/console/incidents" in rina.get("/console/").text


def test_two_are_merged_by_hand(hall: CityHall, rina: FlaskClient) -> None:
    _, second, _ = together(hall)
    other = elsewhere(hall)
    assert merge(hall, rina, other, second).location == "/console/incidents/1"
    assert hall.get(Incident, 1).members == 4
    assert hall.kinds(other)[-2:] == ["joined", "follow_joined"]


def test_incidents_are_merged_with_all_that_are_in_them(hall: CityHall, rina: FlaskClient) -> None:
    lead, *_ = together(hall)
    others = [elsewhere(hall), elsewhere(hall)]
    with hall.database.begin() as session:
        other = session.get_one(Ticket, hall.find(others[0]).id)
        assert other.incident_id is not None
        second = other.incident_id
    merge(hall, rina, others[1], lead)
    assert hall.get(Incident, 1).members == 5
    assert rina.get(f"/console/incidents/{second}").location == "/console/incidents/1"


@pytest.mark.parametrize(
    ("pick", "sentence"),
    [
        ("itself", "Laporan tidak bisa digabungkan dengan dirinya sendiri"),
        ("same", "Keduanya sudah di kejadian yang sama"),
        ("service", "Layanannya berbeda"),
        ("closed", "sudah ditutup atau diklaim selesai"),
        ("sealed", "Tidak ada laporan bernomor"),
        ("urgent", "Laporan darurat dan laporan biasa"),
        ("praise", "usul atau apresiasi tidak bisa digabungkan"),
        ("unknown", "Tulis nomor laporan"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(
    hall: CityHall, rina: FlaskClient, pick: str, sentence: str
) -> None:
    lead, second, _ = together(hall)
    closed = elsewhere(hall)
    hall.moved(closed, Move.WITHDRAW)
    numbers = {
        "itself": lead,
        "same": second,
        "service": hall.ticket("pohon tumbang", service="pohon"),
        "closed": closed,
        "sealed": hall.ticket("rahasia", service="pungli", sealed=True),
        "urgent": hall.ticket("banjir, ada yang hanyut", service="banjir", urgent=True),
        "praise": hall.ticket("terima kasih", service="banjir", kind="apresiasi"),
        "unknown": "apa saja",
    }
    before = [hall.find(number).incident_id for number in numbers.values() if number.startswith("JK")]
    answer = merge(hall, rina, numbers[pick], lead)
    assert answer.status_code == 409
    assert sentence in said_on(answer)
    assert [hall.find(n).incident_id for n in numbers.values() if n.startswith("JK")] == before


def test_no_merging_in_a_circle(hall: CityHall, rina: FlaskClient) -> None:
    lead, *_ = together(hall)
    others = [elsewhere(hall), elsewhere(hall)]
    assert merge(hall, rina, others[0], lead).status_code == 303
    back = merge(hall, rina, lead, others[0])
    assert back.status_code == 409
    assert "sudah di kejadian yang sama" in said_on(back)


def test_different_services_are_merged_when_that_is_meant(hall: CityHall, rina: FlaskClient) -> None:
    lead, *_ = together(hall)
    drain = hall.ticket("saluran di underpass meluap", service="saluran_air")
    assert merge(hall, rina, drain, lead, across="yes").status_code == 303
    assert hall.find(drain).incident_id == 1


def test_nothing_happens_without_a_tick(hall: CityHall, rina: FlaskClient) -> None:
    lead, second, _ = together(hall)
    other = elsewhere(hall)
    assert "Centang dulu" in said_on(merge(hall, rina, other, lead, sure=""))
    assert "Centang dulu" in said_on(split(rina, second, sure=""))
    assert hall.get(Incident, 1).members == 3


def test_one_is_split_off_and_goes_to_the_agency(hall: CityHall, rina: FlaskClient) -> None:
    _, second, _ = together(hall)
    assert split(rina, second).status_code == 303
    assert hall.find(second).incident_id is None
    assert hall.get(Incident, 1).members == 2
    again = split(rina, second)
    assert again.status_code == 409
    assert "tidak tergabung" in said_on(again)


def test_the_agency_sees_how_many_and_what_they_say_but_not_who(hall: CityHall) -> None:
    _, token = hall.forwarded("underpass Mampang banjir", service="banjir", place="underpass Mampang",
                                 kelurahan="Mampang Prapatan")  # fmt: skip
    flooded(hall, "kerendem semua, telepon 0812 0000 0456")
    page = hall.browser().get(f"/agency/{token}")
    words = said_on(page)
    assert "1 warga lain melaporkan hal yang sama" in words
    assert "kerendem semua, telepon [telepon]" in words
    assert words.count("Sari Contoh") == 1  # the reporter of this case itself, who does not mind


def test_a_joined_case_has_no_link_of_its_own_any_more(hall: CityHall, rina: FlaskClient) -> None:
    lead, *_ = together(hall)
    number, token = hall.forwarded("banjir di jalan lain", service="banjir", place="Jalan Kalibata 5")
    merge(hall, rina, number, lead)
    assert hall.browser().get(f"/agency/{token}").status_code == 410


@pytest.mark.parametrize("path", ["/console/incidents/999", "/console/incidents/0"])
def test_an_unknown_incident_is_not_found(rina: FlaskClient, path: str) -> None:
    assert rina.get(path).status_code == 404


def test_sealed_later_it_is_on_no_page(hall: CityHall, rina: FlaskClient) -> None:
    _, second, _ = together(hall)
    with hall.database.begin() as session:
        found = session.get_one(Ticket, hall.find(second).id)
        members.part(session, hall.rulebook, found, "sealed", hall.now)
        found.sealed = True
    assert second not in said_on(rina.get("/console/incidents/1"))


def test_a_flood_stands_on_the_first_page_while_it_lasts(hall: CityHall, rina: FlaskClient) -> None:
    for n in range(20):
        flooded(hall, f"banjir {n}", place=f"Jalan {chr(97 + n) * 4}")
    assert "Banyak laporan sekaligus: Banjir dan genangan, Mampang Prapatan , 20 laporan" in said_on(
        rina.get("/console/")
    )
    assert "Banyak sekaligus" in said_on(rina.get("/console/incidents"))
    hall.wait(hours=3)
    assert "Banyak laporan sekaligus" not in said_on(rina.get("/console/"))
