"""The desk's pages for who left no number, for posts from social media, and for who may do what there."""

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from handlers.auth import create_user
from handlers.edge import KEY
from tests.handlers.city_hall import PASSWORD, CityHall, csrf_of, said_on
from tests.handlers.intake.window import (
    PATH,
    WORDS,
    save,
    talk_of,
    tickets,
    with_model,
)


def test_nobody_can_be_written_to_who_left_no_number(hall: CityHall, rina: FlaskClient) -> None:
    save(rina, came_by="telephone")
    [ticket] = tickets(hall)
    page = rina.get(f"/console/tickets/{ticket.number}")
    assert "tidak meninggalkan nomor" in said_on(page)
    assert "/take" not in page.text
    talk = talk_of(hall, ticket)
    refused = rina.post(f"/console/conversations/{talk.id}/take", data={"csrf_token": csrf_of(page)})
    assert refused.status_code == 409
    assert hall.to_citizen(ticket.number) == []


@pytest.mark.parametrize(("channel", "shown"), [("telephone", True), ("whatsapp", False), ("desk", False)])
def test_lists_are_narrowed_by_how_it_came(hall: CityHall, rina: FlaskClient, channel: str, shown: bool) -> None:
    save(rina, came_by="telephone", phone="081290000001", consent="yes")
    [ticket] = tickets(hall)
    page = rina.get(f"/console/queue/all?channel={channel}")
    assert (ticket.number in page.text) is shown
    table = rina.get("/console/queue/all.csv").text if shown else "Telepon"
    assert "Telepon" in table


def social(browser: FlaskClient, **fields: str) -> str:
    answer = save(browser, came_by="social", link="https://social.example/warga/1?a=1&b=2", **fields)
    return answer.location.split("/")[3]


def test_a_post_is_checked_and_passed_on_with_one_button(hall: CityHall, rina: FlaskClient) -> None:
    number = social(rina)
    page = rina.get(f"/console/tickets/{number}")
    link = '<a href="https://social.example/warga/1?a=1&amp;b=2" rel="noopener noreferrer" target="_blank">'
    assert link in page.text
    assert "Benar, teruskan ke Dinas Bina Marga" in said_on(page)
    assert number in rina.get("/console/queue/sent_back").text
    sent = {"csrf_token": csrf_of(page), "agency": "bina_marga", "from": "ticket"}
    assert rina.post(f"/console/tickets/{number}/pass-on", data=sent).status_code == 303
    ticket = hall.find(number)
    assert (ticket.status, ticket.agency) == ("waiting", "bina_marga")
    assert "Benar, teruskan" not in rina.get(f"/console/tickets/{number}").text


def test_a_post_that_is_not_so_is_closed_with_a_reason(hall: CityHall, rina: FlaskClient) -> None:
    number = social(rina)
    page = rina.get(f"/console/tickets/{number}")
    form = {"csrf_token": csrf_of(page), "note": ""}
    assert rina.post(f"/console/intake/{number}/not-so", data=form).status_code == 409
    form["note"] = "Foto tahun lalu"
    for _ in range(2):  # sent twice
        assert rina.post(f"/console/intake/{number}/not-so", data=form).status_code == 303
    assert hall.find(number).status == "rejected"
    assert hall.kinds(number).count("reject") == 1


def test_where_a_form_was_sent_to_the_ticket_is(hall: CityHall, rina: FlaskClient) -> None:
    number = social(rina)
    assert rina.get(f"/console/intake/{number}/not-so").location == f"/console/tickets/{number}"


@pytest.mark.parametrize(
    ("live", "ways"), [({}, ["whatsapp", "sms"]), ({"gateway_url": "https://g.example/"}, ["sms"])]
)
def test_only_ways_that_there_are_are_offered(
    hall: CityHall, rina: FlaskClient, live: dict[str, str], ways: list[str]
) -> None:
    here = hall.app.extensions[KEY]
    hall.app.extensions[KEY] = replace(here, settings=here.settings.model_copy(update=live))
    assert re.findall(r'name="way" value="(\w+)"', rina.get(PATH).text) == ways


def test_two_officers_decide_about_one_post_and_the_second_is_told(hall: CityHall, rina: FlaskClient) -> None:
    number = social(rina)
    joko = hall.coordinator("joko@jakarta.example")
    page = joko.get(f"/console/tickets/{number}")
    token = csrf_of(rina.get(f"/console/tickets/{number}"))
    sent = {"csrf_token": token, "agency": "bina_marga", "from": "ticket"}
    rina.post(f"/console/tickets/{number}/pass-on", data=sent)
    decided = {"csrf_token": csrf_of(page), "note": "Tidak benar"}
    late = joko.post(f"/console/intake/{number}/not-so", data=decided)
    assert late.status_code == 409
    assert "sudah diputuskan" in said_on(late)
    assert "Tidak benar" in late.text
    assert hall.find(number).status == "waiting"


def test_leadership_and_agencies_take_nothing_down(hall: CityHall, rina: FlaskClient) -> None:
    assert rina.get(PATH).status_code == 200
    others = (("sekda@x.example", "leadership", None), ("bm@x.example", "agency_officer", "bina_marga"))
    for email, role, agency in others:
        with hall.database.begin() as session:
            create_user(session, email, PASSWORD, role, hall.now, agency)
        browser = hall.browser()
        log_in = {"email": email, "password": PASSWORD, "csrf_token": csrf_of(browser.get("/login"))}
        assert browser.post("/login", data=log_in).status_code == 302
        assert browser.get(PATH).status_code == 403


def test_words_with_a_number_are_masked_for_the_model_and_the_list(hall: CityHall, rina: FlaskClient) -> None:
    with_model(hall)
    save(rina, words=f"{WORDS}, telepon saya 0812-3456-7890")
    [ticket] = tickets(hall)
    assert ticket.masked_story == f"{WORDS}, telepon saya [telepon]"
