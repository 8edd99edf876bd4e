"""The page of unsure messages: one decides, the next is there; who is second is told; nothing bad gets in."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from handlers.edge import KEY
from nlu.client import Guess, NluUnavailableError, Place, Understanding
from storage.models import AuditEntry, Example
from tests.handlers.city_hall import CityHall, said_on
from tests.handlers.console.unsure_desk import READING, WORDS, decide, open_one, send, tickets, told, unsure
from tests.support.statements import statements_of

# -- what the page says ----------------------------------------------------------------------------


def test_the_reading_is_said_in_words_and_per_cent(hall: CityHall, rina: FlaskClient) -> None:
    unsure(hall)
    page = rina.get("/console/triage")
    said = said_on(page)
    assert "Warga melaporkan masalah (ragu, 34 %) , soal Parkir liar (ragu, 34 %)" in said
    assert 'value="depan pasar Jaya"' in page.text
    assert re.findall(r'name="service" value="(\w+)" data-key', page.text) == ["pkl", "kemacetan"]
    assert "1 menunggu" in said


def test_a_message_that_nobody_read_is_shown_without_a_proposal(hall: CityHall, rina: FlaskClient) -> None:
    unsure(hall, reason="no_understanding", reading={})
    page = rina.get("/console/triage")
    assert "Model belum membaca pesan ini" in said_on(page)
    assert 'name="reading" value=""' in page.text


def test_only_what_is_unclear_waits_here_the_oldest_deadline_first(hall: CityHall, rina: FlaskClient) -> None:
    first = unsure(hall, "yang pertama")
    hall.wait(minutes=1)
    unsure(hall, "yang kedua")
    hall.handover("sebuah pertanyaan", "question")
    page = rina.get("/console/triage")
    assert open_one(page) == "yang pertama"
    assert "sebuah pertanyaan" not in page.text
    assert open_one(rina.get(f"/console/triage?after={first}")) == "yang kedua"


def test_nothing_waits(rina: FlaskClient) -> None:
    assert open_one(rina.get("/console/triage")) == "Tidak ada pesan yang menunggu."


def test_one_page_asks_the_database_little(hall: CityHall, rina: FlaskClient) -> None:
    for n in range(30):
        unsure(hall, f"pesan yang ke {n}")
    rina.get("/console/triage")
    with statements_of(hall.database) as seen:
        rina.get("/console/triage")
    assert len(seen) <= 15, "\n".join(seen)


def test_script_in_a_message_stays_text(hall: CityHall, rina: FlaskClient) -> None:
    unsure(hall, '<script>alert(1)</script> "><img src=x onerror=alert(1)>')
    page = rina.get("/console/triage")
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text


@pytest.mark.parametrize("reason", ["unsure", "question"])
def test_numbers_are_masked(hall: CityHall, rina: FlaskClient, reason: str) -> None:
    handover = unsure(hall, f"{WORDS}, telepon 0812-3456-7890", reason)
    for path in ("triage", "questions", f"{'triage' if reason == 'unsure' else 'questions'}/list?m={handover}"):
        assert "0812-3456" not in re.sub(r'(?s)<ol class="thread">.*?</ol>', "", rina.get(f"/console/{path}").text)
    assert "telepon [telepon]" in rina.get("/console/triage" if reason == "unsure" else "/console/questions").text


# -- deciding --------------------------------------------------------------------------------------


def test_agreeing_files_it_tells_the_citizen_and_opens_the_next(hall: CityHall, rina: FlaskClient) -> None:
    handover = unsure(hall)
    hall.wait(minutes=1)
    unsure(hall, "yang berikutnya")
    answer = decide(rina, handover)
    assert answer.status_code == 303
    page = rina.get(answer.location)
    (ticket,) = tickets(hall)
    assert f"Laporan {ticket.number} dibuat (Parkir liar); warga dikabari." in said_on(page)
    assert (ticket.kind, ticket.service, ticket.place, ticket.area) == (
        "lapor",
        "parkir_liar",
        "depan pasar Jaya",
        "Tomang",
    )
    assert ticket.number in told(hall, handover)[0]
    assert open_one(page) == "yang berikutnya"


def test_what_was_decided_is_in_the_audit_without_the_words(hall: CityHall, rina: FlaskClient) -> None:
    handover = unsure(hall)
    decide(rina, handover, service="pkl")
    with hall.database.read() as session:
        row = session.scalars(select(AuditEntry).where(AuditEntry.action == "decide")).one()
    assert (row.subject, row.data) == (f"handover:{handover}", {"intent": "lapor", "service": "pkl"})


def test_two_problems_in_one_message_become_two_linked_tickets(hall: CityHall, rina: FlaskClient) -> None:
    handover = unsure(hall)
    page = rina.get(decide(rina, handover, also="sampah").location)
    first, second = tickets(hall)
    assert (first.service, second.service, second.linked_to) == ("parkir_liar", "sampah", first.id)
    assert second.place == "depan pasar Jaya"
    assert f"{first.number} dibuat (Parkir liar); warga dikabari. Juga dibuat" in said_on(page)
    (once,) = told(hall, handover)
    assert first.number in once
    assert second.number in once
    with hall.database.read() as session:
        row = session.scalars(select(AuditEntry).where(AuditEntry.action == "decide")).one()
    assert row.data == {"intent": "lapor", "service": "parkir_liar", "also": ["sampah"]}


def test_what_the_model_read_besides_is_proposed(hall: CityHall, rina: FlaskClient) -> None:
    unsure(hall, reading={**READING, "also": ["no_such_service", "sampah"]})
    page = rina.get("/console/triage").text
    assert '<details class="also" data-also open>' in page
    assert re.findall(r'<option value="(\w+)" selected', page) == ["sampah"]


@pytest.mark.parametrize("also", ["no_such_service", "pungli"])
def test_what_no_further_problem_can_be_about(hall: CityHall, rina: FlaskClient, also: str) -> None:
    handover = unsure(hall)
    refused = decide(rina, handover, also=also)
    assert refused.status_code == 409
    assert "layanan lain, dari daftar" in said_on(refused)
    assert not tickets(hall)


@pytest.mark.parametrize(
    ("intent", "also"), [("lapor", "parkir_liar"), ("saran", "sampah"), ("darurat", "sampah")]
)
def test_one_problem_stays_one_ticket(hall: CityHall, rina: FlaskClient, intent: str, also: str) -> None:
    decide(rina, unsure(hall), intent=intent, also=also)
    assert len(tickets(hall)) == 1


@pytest.mark.parametrize("intent", ["apresiasi", "saran", "darurat"])
def test_another_kind(hall: CityHall, rina: FlaskClient, intent: str) -> None:
    decide(rina, unsure(hall), intent=intent, service="taman")
    (ticket,) = tickets(hall)
    assert (ticket.kind, ticket.service) == (intent, "taman")


def test_a_place_that_a_person_wrote_has_no_area_that_nobody_named(hall: CityHall, rina: FlaskClient) -> None:
    decide(rina, unsure(hall), place="Jl. Melati 8")
    (ticket,) = tickets(hall)
    assert (ticket.place, ticket.area) == ("Jl. Melati 8", None)


class Gazetteer:
    """Knows where a street lies; away when a test says so."""

    def __init__(self, *, away: bool = False) -> None:
        self.away = away

    def understand(self, texts: Sequence[str]) -> list[Understanding]:
        if self.away:
            raise NluUnavailableError("away")
        return [
            Understanding((Guess("lapor", 0.9),), place=Place(text, "Menteng", city="Jakarta")) for text in texts
        ]


@pytest.mark.parametrize(("away", "area"), [(False, "Menteng"), (True, None)])
def test_the_model_is_asked_for_the_area_of_a_place_that_a_person_wrote(
    hall: CityHall, rina: FlaskClient, away: bool, area: str | None
) -> None:
    here = hall.app.extensions[KEY]
    reads = replace(here.rulebook, understands=True)
    hall.app.extensions[KEY] = replace(here, nlu=Gazetteer(away=away), rulebook=reads)
    decide(rina, unsure(hall), place="Jl. Cikini 8")
    (ticket,) = tickets(hall)
    assert (ticket.place, ticket.area) == ("Jl. Cikini 8", area)


@pytest.mark.parametrize(
    ("intent", "says", "sent"),
    [
        ("tanya", "Dipindah ke pertanyaan ringan.", []),
        ("elsewhere", "bukan urusan kota", ["bukan wewenang"]),
        ("spam", "Ditutup sebagai spam; pengirim diberi tahu sekali.", ["hanya untuk urusan layanan"]),
    ],
)
def test_what_is_no_report(hall: CityHall, rina: FlaskClient, intent: str, says: str, sent: list[str]) -> None:
    handover = unsure(hall)
    assert says in said_on(rina.get(decide(rina, handover, intent=intent).location))
    assert tickets(hall) == []
    assert [all(part in text for part in sent) for text in told(hall, handover)] == [True] * len(sent)


def test_an_answer_makes_it_a_question_that_the_model_learns(hall: CityHall, rina: FlaskClient) -> None:
    handover = unsure(hall)
    unsure(hall, "yang berikutnya")
    form = {
        "note": "Bisa, Bu.",
        "learn": "yes",
        "topic": "ktp_hilang",
        "next": f"/console/triage?after={handover}",
    }
    answer = send(rina, f"/console/handovers/{handover}/answer", **form)
    assert answer.location == f"/console/triage?after={handover}"
    assert told(hall, handover) == ["Bisa, Bu."]
    with hall.database.read() as session:
        kept = session.scalars(select(Example)).one()
    assert (kept.intent, kept.faq, kept.text) == ("tanya", "ktp_hilang", WORDS)


def test_a_form_never_leads_to_another_site(hall: CityHall, rina: FlaskClient) -> None:
    handover = unsure(hall)
    form = {"note": "Bisa.", "next": "https://evil.example/"}
    assert send(rina, f"/console/handovers/{handover}/answer", **form).location == "/console/"
