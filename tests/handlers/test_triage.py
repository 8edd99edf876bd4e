"""The page of unsure messages: one decides, the next is there; who is second is told; nothing bad gets in."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from handlers.edge import KEY
from nlu.client import Guess, NluUnavailableError, Place, Understanding
from storage.models import AuditEntry, Conversation, Example, Handover, InboundMessage, OutboundMessage, Ticket
from tests.handlers.city_hall import CityHall, csrf_of, said_on
from tests.handlers.sealed_cases import log_in
from tests.support.statements import statements_of

WORDS = "semrawut sekali di depan pasar Jaya"
READING = {
    "model": "table",
    "intents": [["lapor", 0.34], ["marah", 0.3]],
    "services": [["parkir_liar", 0.34], ["pkl", 0.27], ["kemacetan", 0.14]],
    "faqs": [["ktp_hilang", 0.4]],
    "also": [],
    "place": {"at": [19, 35], "kelurahan": "Tomang", "city": None},
}


def unsure(
    hall: CityHall, words: str = WORDS, reason: str = "unsure", reading: dict[str, Any] | None = None
) -> int:
    """A message that the model was not sure of."""
    handover = hall.handover(words, reason)
    with hall.database.begin() as session:
        row = session.get_one(Handover, handover)
        message = session.get_one(InboundMessage, row.inbound_id)
        message.understanding, message.done_at = READING if reading is None else reading, hall.now
        session.get_one(Conversation, row.conversation_id).last_inbound_at = hall.now
    return handover


def send(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    return browser.post(path, data={"csrf_token": csrf_of(browser.get("/console/triage")), **fields})


def decide(browser: FlaskClient, handover: int, **fields: str) -> TestResponse:
    """As the page's form sends it."""
    form = {"intent": "lapor", "reading": "parkir_liar", "place": "depan pasar Jaya", **fields}
    return send(browser, f"/console/triage/{handover}/decide", **form)


def tickets(hall: CityHall) -> list[Ticket]:
    with hall.database.read() as session:
        return list(session.scalars(select(Ticket).order_by(Ticket.id)))


def told(hall: CityHall, handover: int) -> list[str]:
    with hall.database.read() as session:
        mine = select(OutboundMessage).where(OutboundMessage.key == f"handover:{handover}")
        return [message.body["text"] for message in session.scalars(mine)]


def open_one(page: TestResponse) -> str:
    """The words of the message that is open."""
    found = re.search(r'<h2 id="message"[^>]*>(.*?)</h2>', page.text, re.DOTALL)
    assert found, page.text
    return found[1].strip()


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


# -- two at once, and bad input --------------------------------------------------------------------


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
