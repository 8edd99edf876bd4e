"""Unsure messages: two coordinators at once, forms that come late or from elsewhere, who must not read them."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from storage.models import AuditEntry, Handover, Ticket
from tests.handlers.city_hall import CityHall, csrf_of, said_on
from tests.handlers.console.unsure_desk import WORDS, decide, open_one, send, tickets, told, unsure
from tests.handlers.sealed_cases import log_in


def test_a_form_sent_twice_has_one_effect_and_says_so(hall: CityHall, rina: FlaskClient) -> None:
    handover = unsure(hall)
    for _ in range(2):
        answer = decide(rina, handover)
    assert "sudah tercatat sebelumnya" in said_on(rina.get(answer.location))
    assert len(tickets(hall)) == 1
    assert len(told(hall, handover)) == 1


def test_who_is_second_is_told_and_gets_the_next(hall: CityHall, rina: FlaskClient) -> None:
    handover = unsure(hall)
    budi = hall.coordinator("budi@jakarta.example")
    unsure(hall, "yang berikutnya")
    decide(rina, handover)
    page = budi.get(decide(budi, handover, service="pkl").location)
    assert "baru saja diputuskan rina@jakarta.example; keputusan Anda tidak dipakai" in said_on(page)
    assert open_one(page) == "yang berikutnya"
    assert [ticket.service for ticket in tickets(hall)] == ["parkir_liar"]


def test_two_coordinators_begin_with_different_messages(hall: CityHall, rina: FlaskClient) -> None:
    unsure(hall, "yang pertama")
    hall.wait(seconds=5)
    unsure(hall, "yang kedua")
    budi = hall.coordinator("budi@jakarta.example")
    assert open_one(rina.get("/console/triage")) == "yang pertama"
    page = budi.get("/console/triage")
    assert open_one(page) == "yang kedua"
    assert said_on(page).count("sedang dibuka rekan") == 1
    hall.wait(minutes=5)
    assert open_one(hall.coordinator("tuti@jakarta.example").get("/console/triage")) == "yang pertama"


def test_a_message_that_is_gone_meanwhile(hall: CityHall, rina: FlaskClient) -> None:
    handover = unsure(hall)
    unsure(hall, "yang berikutnya")
    decide(rina, handover)
    page = rina.get(f"/console/triage?m={handover}")
    assert "sudah diputuskan rekan Anda" in said_on(page)
    assert open_one(page) == "yang berikutnya"


def test_looking_at_the_list_is_no_look_at_a_message(hall: CityHall, rina: FlaskClient) -> None:
    handover = unsure(hall)
    rina.get("/console/triage")
    with hall.database.read() as session:
        before = session.scalars(select(AuditEntry.subject)).all()
    assert before == [f"handover:{handover}"]
    listed = rina.get(f"/console/triage/list?m={handover}")
    assert "1 menunggu" in said_on(listed)
    assert "<html" not in listed.text
    with hall.database.read() as session:
        assert session.scalars(select(AuditEntry.subject)).all() == before


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"service": "khayalan"}, "Pilih salah satu layanan"),
        ({"reading": ""}, "Pilih salah satu layanan"),
        ({"intent": "<b>"}, "Pilih maksud"),
        ({"intent": ""}, "Pilih maksud"),
        ({"place": "x" * 10_000}, "paling panjang 300"),
        ({"story": "x" * 10_000}, "paling panjang 2000"),
    ],
)
def test_what_is_refused_stays_in_its_form(
    hall: CityHall, rina: FlaskClient, fields: dict[str, str], says: str
) -> None:
    handover = unsure(hall)
    page = decide(rina, handover, **{"place": "Jl. Melati 8", **fields})
    assert page.status_code == 409
    assert says in said_on(page)
    assert open_one(page) == WORDS
    assert fields.get("place", "Jl. Melati 8") in page.text
    assert tickets(hall) == []
    with hall.database.read() as session:
        assert session.scalar(select(AuditEntry.id).where(AuditEntry.action == "decide")) is None


def test_a_form_from_another_site_is_refused(hall: CityHall, rina: FlaskClient) -> None:
    handover = unsure(hall)
    answer = rina.post(f"/console/triage/{handover}/decide", data={"intent": "spam"})
    assert answer.status_code == 400
    assert not told(hall, handover)


@pytest.mark.parametrize("path", ["/console/triage/77/decide", "/console/triage/9999999999999999999/decide"])
def test_a_message_that_does_not_exist(hall: CityHall, rina: FlaskClient, path: str) -> None:
    unsure(hall)
    form = {"intent": "lapor", "reading": "pkl"}
    assert send(rina, path, **form).status_code == 404


@pytest.mark.parametrize("query", ["m=77", "m=x", "m=-1", "m=" + "9" * 40, "after=77", "after=%00"])
def test_odd_addresses_open_the_first(hall: CityHall, rina: FlaskClient, query: str) -> None:
    unsure(hall)
    assert open_one(rina.get(f"/console/triage?{query}")) == WORDS


def test_a_sealed_persons_message_is_for_other_eyes(hall: CityHall, rina: FlaskClient) -> None:
    handover = unsure(hall, "aku takut pulang")
    sealed = hall.ticket("Suamiku memukuli aku", service="perempuan_anak", sealed=True)
    with hall.database.begin() as session:
        row = session.get_one(Handover, handover)
        ticket = session.scalars(select(Ticket).where(Ticket.number == sealed)).one()
        ticket.citizen_id = row.conversation.citizen_id
    page = rina.get(f"/console/triage?m={handover}")
    assert "aku takut pulang" not in page.text
    assert "1 pesan tersegel dijawab petugas kasus tersegel" in said_on(page)
    form = {"csrf_token": csrf_of(page), "intent": "spam"}
    assert rina.post(f"/console/triage/{handover}/decide", data=form).status_code == 404
    assert "aku takut pulang" in log_in(hall, "sealed_officer").get("/console/triage").text


def test_a_voice_note_is_heard_in_place_and_told_in_words(hall: CityHall, rina: FlaskClient) -> None:
    handover = unsure(hall, "", "voice", {})
    page = rina.get("/console/triage")
    assert 'name="story"' in page.text
    refused = decide(rina, handover, story="")
    assert "tulis dulu singkat isinya" in said_on(refused)
    decide(rina, handover, service="sampah", story="Sampah di pasar tidak diangkut")
    assert tickets(hall)[0].story == "Sampah di pasar tidak diangkut"


@pytest.mark.parametrize("role", ["leadership", "agency_officer"])
def test_who_only_reads_does_not_get_in(hall: CityHall, role: str) -> None:
    browser = log_in(hall, role, "dlh" if role == "agency_officer" else None)
    for path in ("/console/triage", "/console/triage/list", "/console/questions"):
        assert browser.get(path).status_code == 403
