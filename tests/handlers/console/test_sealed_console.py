"""The console and a sealed case: coordinators know that it exists, those named for it read it, looks are noted."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.status import Move
from bot.tickets import tickets
from storage.models import Handover, InboundMessage, Ticket
from tests.handlers.city_hall import CityHall, csrf_of, said_on
from tests.handlers.sealed_cases import (
    ASKED,
    LATER,
    NEARBY,
    PLACE,
    PROOF,
    REPLIED,
    SECRETS,
    SERVICE,
    STORY,
    log_in,
    sealed_ticket,
    told,
)
from tests.support.pictures import jpeg

HIDDEN = "[Pesan tersegel]"


@pytest.fixture
def number(hall: CityHall) -> str:
    return sealed_ticket(hall)


@pytest.fixture
def rina(hall: CityHall) -> FlaskClient:
    """A coordinator."""
    return log_in(hall, "coordinator")


@pytest.fixture
def dewi(hall: CityHall) -> FlaskClient:
    """Named for sealed cases."""
    return log_in(hall, "sealed_officer")


def is_silent(page: TestResponse) -> bool:
    """Nothing of a case stands on the page itself; the frame around it names the queues and knobs of everybody."""
    words = re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2].partition("</main>")[0])
    everywhere = said_on(page)
    leaks = [secret for secret in SECRETS if secret in (words if secret == "Darurat" else everywhere)]
    return not leaks and PROOF not in page.data


def send(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    return browser.post(path, data={"csrf_token": csrf_of(browser.get("/console/")), **fields})


def looks(hall: CityHall, number: str) -> list[tuple[str, str]]:
    return [(event.actor, event.data["what"]) for event in hall.history(number) if event.kind == "seen"]


def the_handover(hall: CityHall) -> Handover:
    with hall.database.read() as session:
        return session.scalars(select(Handover)).one()


@pytest.mark.parametrize("role", ["coordinator", "administrator"])
def test_who_types_the_number_learns_status_and_deadline_only(hall: CityHall, number: str, role: str) -> None:
    browser = log_in(hall, role)
    page = browser.get("/console/tickets", query_string={"number": number}, follow_redirects=True)
    words = said_on(page)
    assert page.status_code == 403
    for known in (number, "Tersegel", "Menunggu", "Tenggat"):
        assert known in words
    assert is_silent(page)
    assert looks(hall, number) == []


@pytest.mark.parametrize("query", ["all", "all?status=open", "all?status=waiting", "overdue"])
def test_lists_tell_of_it_no_more_than_that(hall: CityHall, number: str, rina: FlaskClient, query: str) -> None:
    hall.wait(days=90)
    page = rina.get(f"/console/queue/{query}")
    assert f'href="/console/tickets/{number}?' in page.text
    assert "Tersegel" in said_on(page)
    table = re.sub(r"<form.*?</form>", "", page.text, flags=re.DOTALL)
    assert not [secret for secret in (STORY, PLACE, ASKED, SERVICE) if secret in table]


@pytest.mark.parametrize("query", ["all?agency=dppapp", "emergencies", "emergencies?agency=dppapp"])
def test_filters_do_not_tell_what_the_list_does_not(hall: CityHall, rina: FlaskClient, query: str) -> None:
    number = sealed_ticket(hall, urgent=True)
    page = rina.get(f"/console/queue/{query}")
    assert number not in page.text
    assert "0 laporan" in said_on(page)
    assert "0 Darurat terbuka" in said_on(rina.get("/console/"))
    dewi = log_in(hall, "sealed_officer")
    assert page.text.count(number) < dewi.get(f"/console/queue/{query}").text.count(number)
    assert "1 Darurat terbuka" in said_on(dewi.get("/console/"))


def test_its_conversation_is_covered(hall: CityHall, number: str, rina: FlaskClient) -> None:
    talk = hall.find(number).conversation_id
    page = rina.get(f"/console/conversations/{talk}")
    assert page.status_code == 200
    assert page.text.count(HIDDEN) == 4  # three of the citizen's, among them the one of no ticket, and our reply
    assert is_silent(page)
    assert "/file/" not in page.text


def test_other_reports_of_the_same_citizen_can_be_read_with_their_messages(
    hall: CityHall, number: str, rina: FlaskClient
) -> None:
    sealed = hall.find(number)
    other = hall.ticket("Lampu jalan mati", service="lampu_jalan")
    with hall.database.begin() as session:
        ticket = tickets.by_number(session, other)
        ticket.conversation_id, ticket.citizen_id = sealed.conversation_id, sealed.citizen_id
    told(hall, sealed.conversation_id, "Lampunya mati sejak Senin", other)
    page = rina.get(f"/console/tickets/{other}")
    assert "Lampunya mati sejak Senin" in said_on(page)
    assert page.text.count(HIDDEN) == 4
    assert is_silent(page)


def test_another_conversation_of_the_same_citizen_is_covered_too(
    hall: CityHall, number: str, rina: FlaskClient
) -> None:
    """One number by WhatsApp and SMS is one citizen."""
    handover = hall.handover("Sms dari nomor yang sama")
    talk = hall.get(Handover, handover).conversation_id
    assert "Sms dari nomor yang sama" in said_on(rina.get("/console/"))
    with hall.database.begin() as session:
        session.get_one(Handover, handover).conversation.citizen_id = hall.find(number).citizen_id
    assert "Sms dari nomor yang sama" not in said_on(rina.get(f"/console/conversations/{talk}"))
    assert "Sms dari nomor yang sama" not in said_on(rina.get("/console/"))


def test_a_month_after_its_end_other_questions_can_be_read_and_its_own_words_never(
    hall: CityHall, number: str, rina: FlaskClient
) -> None:
    hall.moved(number, Move.WITHDRAW)
    hall.wait(days=31)
    talk = hall.find(number).conversation_id
    told(hall, talk, "Jam berapa kelurahan buka?")
    page = rina.get(f"/console/conversations/{talk}")
    assert "Jam berapa kelurahan buka?" in said_on(page)
    assert is_silent(page)


def test_its_pictures_are_not_served_by_any_path(hall: CityHall, number: str, rina: FlaskClient) -> None:
    talk = hall.find(number).conversation_id
    for path in (
        f"tickets/{number}/photo/1",
        f"tickets/{number}/file/1",
        f"tickets/{number}/file/1?size=small",
        f"conversations/{talk}/file/1",
        f"cases/{number}/photo/1",
        f"cases/{number}/file/1",
    ):
        answer = rina.get(f"/console/{path}")
        assert answer.status_code == 404, path
        assert answer.mimetype == "text/html"
    assert looks(hall, number) == []


def test_a_photo_of_no_ticket_beside_it_is_covered(hall: CityHall, number: str, rina: FlaskClient) -> None:
    talk = hall.find(number).conversation_id
    told(hall, talk, "ini lagi", photo=jpeg())
    assert rina.get(f"/console/conversations/{talk}/file/2").status_code == 404
    assert log_in(hall, "sealed_officer").get(f"/console/conversations/{talk}/file/2").status_code == 200


def test_what_waits_beside_it_is_neither_read_nor_answered_by_coordinators(
    hall: CityHall, number: str, rina: FlaskClient
) -> None:
    waiting = the_handover(hall)
    page = rina.get("/console/")
    assert (HIDDEN in page.text, ASKED in page.text) == (True, False)
    for action, fields in (("answer", {"note": "Bisa"}), ("ticket", {"service": "lainnya"})):
        answer = send(rina, f"/console/handovers/{waiting.id}/{action}", **fields)
        assert answer.status_code == 404
        assert ASKED not in answer.text
    assert the_handover(hall).answered_at is None
    with hall.database.read() as session:
        assert len(session.scalars(select(Ticket)).all()) == 1


def test_those_named_for_it_read_and_answer_it(hall: CityHall, number: str, dewi: FlaskClient) -> None:
    waiting = the_handover(hall)
    assert ASKED in said_on(dewi.get("/console/"))
    assert send(dewi, f"/console/handovers/{waiting.id}/answer", note="Bisa, kami jemput.").status_code == 303
    assert the_handover(hall).answered_by == hall.user_id("sealed_officer.city@jakarta.example")


def test_those_named_for_it_have_a_list_and_the_whole_page(hall: CityHall, number: str, dewi: FlaskClient) -> None:
    home = said_on(dewi.get("/console/"))
    assert home.index("Kasus tersegel") < home.index("Pertanyaan ringan Semua 1")
    assert f"{number} {SERVICE}" in home
    assert STORY not in home
    page = dewi.get(f"/console/tickets/{number}")
    words = said_on(page)
    for known in (STORY, PLACE, LATER, NEARBY, REPLIED, SERVICE, "Jangan menghubunginya lebih dulu"):
        assert known in words, known
    assert HIDDEN not in words
    assert dewi.get(f"/console/tickets/{number}/photo/1").data == PROOF
    talk = hall.find(number).conversation_id
    link = re.search(rf"/console/tickets/{number}/file/\d+", dewi.get(f"/console/conversations/{talk}").text)
    assert link
    assert dewi.get(link[0]).mimetype == "image/jpeg"


def test_every_look_is_noted_once_and_shown(hall: CityHall, number: str, dewi: FlaskClient) -> None:
    me = f"user:{hall.user_id('sealed_officer.city@jakarta.example')}"
    talk = hall.find(number).conversation_id
    for path in (f"tickets/{number}", f"conversations/{talk}", f"cases/{number}"):
        dewi.get(f"/console/{path}")
    assert looks(hall, number) == [(me, f"ticket {number}"), (me, "conversation"), (me, "case")]
    dewi.get(f"/console/tickets/{number}/photo/1")
    assert len(looks(hall, number)) == 3  # a picture of the page that was just opened
    hall.wait(minutes=11)
    dewi.get(f"/console/tickets/{number}/photo/1")
    dewi.get(f"/console/tickets/{number}/file/1?size=small")
    assert looks(hall, number)[3:] == [(me, "photo 1")]
    hall.wait(minutes=11)
    dewi.get(f"/console/cases/{number}/file/1")
    assert looks(hall, number)[4:] == [(me, "file 1")]
    words = said_on(dewi.get(f"/console/tickets/{number}"))
    assert words.count("sealed_officer.city@jakarta.example: Kasus dibuka") == 6


def test_a_look_changes_nothing_but_the_history(hall: CityHall, number: str, dewi: FlaskClient) -> None:
    before = hall.everything()
    for path in (f"tickets/{number}", f"cases/{number}", f"cases/{number}/accept"):
        dewi.get(f"/console/{path}")
    after = hall.everything()
    assert {name for name in after if after[name] != before[name]} == {"ticket_events", "audit_entries"}
    assert after["ticket_events"][: len(before["ticket_events"])] == before["ticket_events"]


def test_what_came_back_goes_to_those_named_for_it(hall: CityHall, number: str, rina: FlaskClient) -> None:
    with hall.database.begin() as session:
        ticket = tickets.by_number(session, number)
        ticket.agency = "coordinators"
    hall.moved(number, Move.SEND_BACK, "agency:dppapp", "Ini soal pidana")
    page = rina.get("/console/")
    assert "Ini soal pidana" not in page.text
    assert number not in page.text
    assert "0 Dikembalikan instansi" in said_on(page)
    assert number not in rina.get("/console/queue/sent_back").text
    for origin in ("", "ticket"):
        refused = send(rina, f"/console/tickets/{number}/pass-on", agency="bina_marga", **{"from": origin})
        assert refused.status_code == 404
        assert is_silent(refused)
    assert hall.find(number).status == "coordination"
    dewi = log_in(hall, "sealed_officer")
    assert f"{number} {SERVICE} Koordinasi" in said_on(dewi.get("/console/"))
    assert "Ini soal pidana" in said_on(dewi.get(f"/console/tickets/{number}"))
    sent = send(dewi, f"/console/tickets/{number}/pass-on", agency="dinsos", **{"from": "ticket"})
    assert sent.status_code == 303
    assert (hall.find(number).agency, hall.find(number).status) == ("dinsos", "waiting")
    assert "/console/cases/" in hall.written(number)[-1].body["text"]


def test_a_message_that_a_coordinator_files_as_a_sealed_matter_is_closed_to_them(
    hall: CityHall, rina: FlaskClient
) -> None:
    handover = hall.handover(STORY, "unsure")
    sent = send(rina, f"/console/handovers/{handover}/ticket", service="perempuan_anak")
    assert "sebagai laporan tersegel" in said_on(rina.get(sent.location))
    with hall.database.read() as session:
        [filed] = session.scalars(select(Ticket)).all()
        assert filed.sealed
        assert session.scalars(select(InboundMessage.ticket_id)).all() == [filed.id]
    assert hall.to_citizen(filed.number) == []
    assert hall.kinds(filed.number)[-1] == "not_sent_sealed"
    assert rina.get(f"/console/tickets/{filed.number}").status_code == 403
    assert STORY not in rina.get(f"/console/conversations/{filed.conversation_id}").text


def test_taking_its_conversation_over_is_for_those_named_for_it(
    hall: CityHall, number: str, rina: FlaskClient, dewi: FlaskClient
) -> None:
    talk = hall.find(number).conversation_id
    for action in ("take", "reply", "block"):
        assert send(rina, f"/console/conversations/{talk}/{action}", note="Halo", sure="yes").status_code == 404
    assert send(dewi, f"/console/conversations/{talk}/take").status_code == 303


def test_a_case_that_is_not_sealed_is_as_it_was(hall: CityHall, rina: FlaskClient, dewi: FlaskClient) -> None:
    number, _ = hall.forwarded("Jalan berlubang")
    for browser in (rina, dewi):
        assert "Jalan berlubang" in said_on(browser.get(f"/console/tickets/{number}"))
        assert browser.get(f"/console/cases/{number}").location == f"/console/tickets/{number}"
    assert send(dewi, f"/console/cases/{number}/accept", moves="1").status_code == 404
    assert looks(hall, number) == []
    assert hall.now - hall.find(number).created_at < timedelta(minutes=1)
