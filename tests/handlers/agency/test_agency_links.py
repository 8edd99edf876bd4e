"""Links that lead nowhere, no more, or to something that cannot be done; and forms over https."""

import io

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.outgoing import agency_mail
from bot.status import Move
from bot.tickets import tickets
from tests.handlers.city_hall import CityHall, act, agency_form, csrf_of, field_of, said_on
from tests.support.pictures import jpeg

MAILBOX = "bina.marga@jakarta.example"


def ask_anew(browser: FlaskClient, token: str, **fields: str) -> TestResponse:
    """Press the button on the page of a link that has ended."""
    page = browser.get(f"/agency/{token}")
    return browser.post(f"/agency/{token}/new-link", data={"csrf_token": csrf_of(page), **fields})


def test_an_unknown_link(hall: CityHall) -> None:
    page = hall.browser().get("/agency/AAAAAAAAAAAAAAAAAAAAAA")
    assert page.status_code == 404
    assert "tidak dikenal" in said_on(page)
    assert "new-link" not in page.text


@pytest.mark.parametrize("token", ["%00", "a" * 3000, "%F0%9F%98%80", "..%2F..", "<script>alert(1)</script>"])
def test_a_forged_link_is_told_nothing(hall: CityHall, token: str) -> None:
    number, _ = hall.forwarded()
    before = hall.everything()
    page = hall.browser().get(f"/agency/{token}", follow_redirects=True)
    assert page.status_code == 404
    assert number not in page.text
    assert "<script>alert" not in page.text
    for action in ("new-link", "accept"):
        browser = hall.browser()
        form = {"csrf_token": csrf_of(browser.get("/agency/A"))}
        assert browser.post(f"/agency/{token}/{action}", data=form).status_code == 404
    assert hall.everything() == before


def test_an_expired_link(hall: CityHall) -> None:
    number, token = hall.forwarded()
    browser = hall.browser()
    form = {**agency_form(browser, token), "note": "Sudah ditambal <b>kemarin</b>"}
    hall.wait(days=91)
    gone = browser.get(f"/agency/{token}")
    assert gone.status_code == 410
    assert number not in gone.text
    assert "Jalan" not in said_on(gone)
    late = browser.post(f"/agency/{token}/claim", data=form)
    assert late.status_code == 410
    assert "Sudah ditambal &lt;b&gt;kemarin" in late.text
    assert hall.find(number).status == "waiting"


def test_a_fresh_link_goes_to_the_address_of_record_and_nowhere_else(any_hall: CityHall) -> None:
    hall = any_hall
    number, token = hall.forwarded()
    hall.wait(days=91)
    browser = hall.browser()
    assert browser.get(f"/agency/{token}/sent").location == f"/agency/{token}"
    answer = ask_anew(browser, token, email="maling@contoh.example", to="maling@contoh.example")
    assert answer.status_code == 303
    sent = browser.get(answer.location)
    assert "sudah kami kirim" in said_on(sent)
    assert "new-link" not in sent.text
    letter = hall.written(number)[-1]
    assert (letter.recipient, letter.body["subject"]) == (MAILBOX, f"[{number}] Tautan baru: Jalan rusak")
    fresh = hall.token_of(number)
    assert fresh != token
    assert hall.browser().get(f"/agency/{fresh}").status_code == 200
    assert browser.get(f"/agency/{token}").status_code == 410
    assert hall.history(number)[-1].actor == "agency:bina_marga"


def test_fresh_links_are_not_sent_without_end(hall: CityHall) -> None:
    number, token = hall.forwarded()
    hall.wait(days=91)
    browser = hall.browser()
    for asked in range(1, 8):
        first, again = ask_anew(browser, token), ask_anew(browser, token)
        assert again.status_code == 429
        assert first.status_code == (303 if asked <= 5 else 429)
        hall.wait(minutes=16)
    assert len([m for m in hall.written(number) if "Tautan baru" in m.body["subject"]]) == 5
    assert "lima kali" in said_on(ask_anew(browser, token))
    hall.wait(days=1)
    assert ask_anew(browser, token).status_code == 303


def test_what_was_typed_survives_asking_for_a_fresh_link(hall: CityHall) -> None:
    _, token = hall.forwarded()
    browser = hall.browser()
    form = {**agency_form(browser, token), "note": "Sudah ditambal"}
    hall.wait(days=91)
    late = browser.post(f"/agency/{token}/claim", data=form)
    sent = browser.post(
        f"/agency/{token}/new-link", data={"csrf_token": csrf_of(late), "note": field_of(late, "note")}
    )
    assert sent.status_code == 200
    assert "Tautan baru sudah dikirim" in said_on(sent)
    assert ">Sudah ditambal</textarea>" in sent.text


def test_a_fresh_link_asked_for_from_another_site(hall: CityHall) -> None:
    number, token = hall.forwarded()
    hall.wait(days=91)
    before = hall.everything()
    page = hall.browser().post(f"/agency/{token}/new-link", data={"note": "Sudah ditambal"})
    assert page.status_code == 400
    assert ">Sudah ditambal</textarea>" in page.text
    assert number not in page.text
    assert hall.everything() == before


def test_no_fresh_link_for_whoever_has_the_case_no_more(hall: CityHall) -> None:
    number, token = hall.forwarded()
    browser = hall.browser()
    page = browser.get(f"/agency/{token}")
    act(browser, token, "send_back", note="Bukan kami")
    gone = browser.get(f"/agency/{token}")
    assert gone.status_code == 410
    assert "new-link" not in gone.text
    before = hall.everything()
    assert browser.post(f"/agency/{token}/new-link", data={"csrf_token": csrf_of(page)}).status_code == 303
    assert hall.everything() == before
    with hall.database.begin() as session:  # and then another agency has it
        ticket = tickets.by_number(session, number)
        ticket.agency = "dishub"
    assert browser.get(f"/agency/{token}").status_code == 410


def test_a_link_of_an_agency_that_has_the_case_no_more_opens_nothing(hall: CityHall) -> None:
    number, token = hall.forwarded()
    with hall.database.begin() as session:
        tickets.by_number(session, number).agency = "dishub"
    page = hall.browser().get(f"/agency/{token}")
    assert page.status_code == 410
    assert "tidak lagi di instansi Anda" in said_on(page)
    assert number not in page.text


def test_no_fresh_link_for_a_case_that_is_closed(hall: CityHall) -> None:
    number, token = hall.forwarded()
    hall.moved(number, Move.WITHDRAW)
    hall.wait(days=91)
    page = hall.browser().get(f"/agency/{token}")
    assert (page.status_code, "new-link" in page.text) == (410, False)
    assert "laporannya sudah ditutup" in said_on(page)


def test_a_revoked_link(hall: CityHall) -> None:
    number, token = hall.forwarded()
    with hall.database.begin() as session:
        agency_mail.revoke_links(session, tickets.by_number(session, number), hall.now)
    page = hall.browser().get(f"/agency/{token}")
    assert page.status_code == 410
    assert "tidak berlaku" in said_on(page)
    assert hall.browser().get(f"/agency/{token}/returned").status_code == 303


def test_photos_behind_a_link_that_has_ended(hall: CityHall) -> None:
    _, token = hall.forwarded()
    act(hall.browser(), token, "claim", note="Sudah", photo=(io.BytesIO(jpeg()), "hasil.jpg"))
    assert hall.browser().get(f"/agency/{token}/photo/1").status_code == 200
    hall.wait(days=91)
    assert hall.browser().get(f"/agency/{token}/photo/1").status_code == 410


def test_an_unknown_step(hall: CityHall) -> None:
    _, token = hall.forwarded()
    assert act(hall.browser(), token, "withdraw").status_code == 404


def test_the_language_of_a_page_by_link(hall: CityHall) -> None:
    _, token = hall.forwarded()
    browser = hall.browser()
    page = browser.get(f"/agency/{token}")
    assert '<html lang="id"' in page.text
    form = {"csrf_token": csrf_of(page), "language": "en", "next": field_of(page, "next")}
    answer = browser.post("/language", data=form)
    assert answer.location == f"/agency/{token}"
    assert '<html lang="en"' in browser.get(answer.location).text


def test_forms_work_over_https(hall: CityHall) -> None:
    """A browser tells the address that a form stands on only as far as our headers let it."""
    number, token = hall.forwarded()
    browser = hall.browser()
    page = browser.get(f"/agency/{token}", base_url="https://localhost")
    assert page.headers["Referrer-Policy"] == "same-origin"
    form = {"csrf_token": csrf_of(page), "moves": field_of(page, "moves")}
    browser.post(
        f"/agency/{token}/accept",
        data=form,
        base_url="https://localhost",
        headers={"Referer": f"https://localhost/agency/{token}"},
    )
    assert hall.find(number).status == "in_progress"
