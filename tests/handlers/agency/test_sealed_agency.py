"""An agency's officers: their own cases behind a log-in, and a sealed one nowhere else."""

import io
import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.tickets import tickets
from tests.handlers.city_hall import NAME, PHONE, CityHall, csrf_of, field_of, said_on
from tests.handlers.sealed_cases import (
    AGENCY,
    LATER,
    OTHER_AGENCY,
    PLACE,
    PROOF,
    REPLIED,
    SERVICE,
    STORY,
    log_in,
    sealed_ticket,
)
from tests.support.pictures import jpeg

PNG = jpeg(form="PNG")


@pytest.fixture
def number(hall: CityHall) -> str:
    return sealed_ticket(hall)


@pytest.fixture
def tini(hall: CityHall) -> FlaskClient:
    """An officer of the agency that has the case."""
    return log_in(hall, "agency_officer", AGENCY)


def form(browser: FlaskClient, number: str, **fields: object) -> dict[str, object]:
    page = browser.get(f"/console/cases/{number}")
    return {"csrf_token": csrf_of(page), "moves": field_of(page, "moves"), **fields}


def act(browser: FlaskClient, number: str, action: str, **fields: object) -> TestResponse:
    return browser.post(f"/console/cases/{number}/{action}", data=form(browser, number, **fields))


def audit(hall: CityHall, number: str) -> list[tuple[str, str, object]]:
    return [(e.kind, e.actor, e.data.get("action")) for e in hall.history(number) if e.kind == "acted"]


def test_the_mail_leads_to_the_log_in_and_back_to_the_case(hall: CityHall, number: str) -> None:
    log_in(hall, "agency_officer", AGENCY)
    link = re.search(r"http://localhost(/console/cases/\S+)", hall.written(number)[-1].body["text"])
    assert link
    browser = hall.browser()
    page = browser.get(link[1], follow_redirects=True)
    assert STORY not in page.text
    account = {"email": f"agency_officer.{AGENCY}@jakarta.example", "password": "kata sandi panjang"}
    signed_in = browser.post(
        "/login",
        data={**account, "csrf_token": csrf_of(page), "next": field_of(page, "next")},
        follow_redirects=True,
    )
    assert STORY in said_on(signed_in)


def test_the_case_without_who_the_citizen_is(hall: CityHall, number: str, tini: FlaskClient) -> None:
    page = tini.get(f"/console/cases/{number}")
    words = said_on(page)
    for known in (number, "Tersegel", STORY, PLACE, SERVICE, "Jangan hubungi nomor warga", "Setiap pembukaan"):
        assert known in words, known
    for unknown in (NAME, PHONE, LATER, REPLIED):
        assert unknown not in words, unknown
    assert "/cases/" in page.text
    assert tini.get(f"/console/cases/{number}/photo/1").data == PROOF
    assert tini.get(f"/console/cases/{number}/file/1?size=small").mimetype == "image/jpeg"
    [look] = [event for event in hall.history(number) if event.kind == "seen"]
    assert look.actor == f"user:{hall.user_id('agency_officer.dppapp@jakarta.example')}"
    assert "Kasus dibuka" not in words


def test_the_list_holds_the_agencys_own_cases(hall: CityHall, number: str, tini: FlaskClient) -> None:
    theirs, _ = hall.forwarded("Jalan berlubang")
    mine, _ = hall.forwarded("Taman bermain rusak", service="perempuan_anak")
    not_yet = hall.ticket("Belum sampai", service="perempuan_anak")
    page = tini.get("/console/")
    assert {found for found in (number, theirs, mine, not_yet) if found in page.text} == {number, mine}
    assert "Taman bermain rusak" in page.text
    assert STORY not in page.text
    assert "Piket" not in page.text
    assert "Taman bermain rusak" in said_on(tini.get(f"/console/cases/{mine}"))
    assert tini.get(f"/console/cases/{not_yet}").status_code == 404


@pytest.mark.parametrize("agency", [OTHER_AGENCY, "inspektorat"])
def test_another_agency_does_not_even_learn_that_there_is_one(hall: CityHall, number: str, agency: str) -> None:
    budi = log_in(hall, "agency_officer", agency)
    token = csrf_of(budi.get("/console/"))
    before = hall.everything()
    found = budi.get("/console/tickets", query_string={"number": number}, follow_redirects=True)
    unknown = budi.get("/console/tickets", query_string={"number": "JK-000000-0"}, follow_redirects=True)
    assert found.status_code == unknown.status_code == 404
    assert found.text.replace(number, "") == unknown.text.replace("JK-000000-0", "")
    for path in ("photo/1", "file/1"):
        assert budi.get(f"/console/cases/{number}/{path}").status_code == 404
    for action in ("accept", "claim", "ask", "send_back", "set_date"):
        sent = {"csrf_token": token, "note": "Halo", "date": "2026-12-01"}
        assert budi.post(f"/console/cases/{number}/{action}", data=sent).status_code == 404
    assert number not in budi.get("/console/").text
    assert hall.everything() == before


def test_pictures_of_another_case_of_the_same_agency(hall: CityHall, number: str, tini: FlaskClient) -> None:
    other, _ = hall.forwarded("Taman bermain rusak", service="perempuan_anak")
    for path in ("photo/1", "file/1"):
        assert tini.get(f"/console/cases/{number}/{path}").status_code == 200
        assert tini.get(f"/console/cases/{other}/{path}").status_code == 404


def test_the_link_of_another_case_does_not_open_it(hall: CityHall, number: str) -> None:
    _, token = hall.forwarded("Taman bermain rusak", service="perempuan_anak")
    browser = hall.browser()
    assert number not in browser.get(f"/agency/{token}").text
    for path in (f"{token}/photo/1", f"{token}/file/1", number):
        assert browser.get(f"/agency/{path}").status_code == 404, path


def test_a_link_of_the_case_from_before_it_was_sealed(hall: CityHall) -> None:
    number, token = hall.forwarded(STORY, service="perempuan_anak")
    assert STORY in said_on(hall.browser().get(f"/agency/{token}"))
    with hall.database.begin() as session:
        tickets.by_number(session, number).sealed = True
    for path in ("", "/photo/1", "/file/1"):
        page = hall.browser().get(f"/agency/{token}{path}")
        assert page.status_code == 410
        assert STORY not in page.text


def test_accepting_dating_and_claiming(hall: CityHall, number: str, tini: FlaskClient) -> None:
    me = f"user:{hall.user_id('agency_officer.dppapp@jakarta.example')}"
    assert act(tini, number, "accept").location == f"/console/cases/{number}"
    dated = act(tini, number, "set_date", date="2026-12-01")
    assert "Warga tidak kami kabari" in said_on(tini.get(dated.location))
    act(tini, number, "claim", note="Sudah didampingi", photo=(io.BytesIO(PNG), "hasil.png"))
    ticket = hall.find(number)
    assert ticket.status == "claimed_done"
    assert [e.actor for e in hall.history(number) if e.kind in ("accept", "set_date", "claim")] == [
        "agency:dppapp"
    ] * 3
    assert audit(hall, number) == [("acted", me, step) for step in ("accept", "set_date", "claim")]
    assert hall.to_citizen(number) == ["sealed_filed"]
    assert tini.get(f"/console/cases/{number}/photo/2").data == PNG


def test_asking_only_where_the_phone_is_safe(hall: CityHall, number: str, tini: FlaskClient) -> None:
    assert "/ask#ask" not in tini.get(f"/console/cases/{number}").text
    told = act(tini, number, "ask", note="Di mana Ibu?")
    assert told.status_code == 409
    assert "nomornya aman" in said_on(told)
    assert ">Di mana Ibu?</textarea>" in told.text
    assert hall.find(number).status == "waiting"
    with hall.database.begin() as session:
        tickets.by_number(session, number).may_write = True
    assert "/ask#ask" in tini.get(f"/console/cases/{number}").text
    assert act(tini, number, "ask", note="Di mana Ibu?").status_code == 303
    assert hall.to_citizen(number)[-1] == "follow_question"


def test_sending_back_ends_the_agencys_part_and_twice_is_as_good_as_once(
    hall: CityHall, number: str, tini: FlaskClient
) -> None:
    sent = form(tini, number, note="Ini soal pidana")
    for _ in range(2):
        answer = tini.post(f"/console/cases/{number}/send_back", data=sent)
        assert (answer.status_code, answer.location) == (303, "/console/")
    home = said_on(tini.get("/console/"))
    assert "sudah tercatat sebelumnya" in home
    assert number not in home
    assert hall.kinds(number).count("send_back") == 1
    assert tini.get(f"/console/cases/{number}").status_code == 404
    assert tini.post(f"/console/cases/{number}/accept", data=sent).status_code == 404


@pytest.mark.parametrize(("action", "fields"), [("accept", {}), ("claim", {"note": "Sudah"})])
def test_a_form_sent_twice_has_one_effect(
    hall: CityHall, number: str, tini: FlaskClient, action: str, fields: dict[str, str]
) -> None:
    sent = form(tini, number, **fields)
    for _ in range(2):
        assert tini.post(f"/console/cases/{number}/{action}", data=sent).status_code == 303
    assert "sudah tercatat sebelumnya" in said_on(tini.get(f"/console/cases/{number}"))
    assert len(audit(hall, number)) == hall.kinds(number).count(action) == 1


def test_a_form_without_our_token_or_of_no_step_does_nothing(
    hall: CityHall, number: str, tini: FlaskClient
) -> None:
    token = csrf_of(tini.get("/console/"))
    before = hall.everything()
    assert tini.post(f"/console/cases/{number}/accept").status_code == 400
    assert tini.post(f"/console/cases/{number}/confirm", data={"csrf_token": token}).status_code == 404
    assert hall.everything() == before


def test_somebody_named_for_sealed_cases_does_the_agencys_part(hall: CityHall, number: str) -> None:
    dewi = log_in(hall, "sealed_officer")
    me = f"user:{hall.user_id('sealed_officer.city@jakarta.example')}"
    act(dewi, number, "accept")
    assert [e.actor for e in hall.history(number) if e.kind == "accept"] == [me]
    act(dewi, number, "send_back", note="Bukan untuk dinas ini")
    assert hall.find(number).status == "coordination"
    token = csrf_of(dewi.get(f"/console/cases/{number}"))
    late = dewi.post(f"/console/cases/{number}/claim", data={"csrf_token": token, "note": "Sudah didampingi"})
    assert late.status_code == 409
    assert "Sudah didampingi</textarea>" in late.text


def test_a_coordinator_is_led_away_and_changes_nothing(hall: CityHall, number: str) -> None:
    rina = log_in(hall, "coordinator")
    assert rina.get(f"/console/cases/{number}").location == f"/console/tickets/{number}"
    token = csrf_of(rina.get("/console/"))
    before = hall.everything()
    for action in ("accept", "send_back"):
        sent = rina.post(f"/console/cases/{number}/{action}", data={"csrf_token": token, "note": "x"})
        assert sent.status_code == 404
    assert hall.everything() == before


def test_an_urgent_sealed_case_goes_out_at_once_and_silently(hall: CityHall, tini: FlaskClient) -> None:
    number = sealed_ticket(hall, urgent=True)
    mail = hall.written(number)[-1]
    assert mail.lane == 0
    assert "DARURAT" not in f"{mail.body}".upper()
    assert "Darurat" in said_on(tini.get(f"/console/cases/{number}"))
