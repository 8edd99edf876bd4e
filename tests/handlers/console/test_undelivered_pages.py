"""The list of what could not be delivered, as coordinators see it and act on it."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.tickets import tickets
from handlers.console.queues import undelivered
from storage.models import Citizen, Conversation, OutboundMessage
from tests.handlers.city_hall import PHONE, CityHall, csrf_of, said_on
from tests.handlers.sealed_cases import PLACE, SERVICE, STORY, log_in, sealed_ticket
from tests.support.dead import dead_letter

LIST = "/console/undelivered"
SAID = "Laporan Anda sudah dicatat."


@pytest.fixture
def rina(hall: CityHall) -> FlaskClient:
    return log_in(hall, "coordinator")


def dead(hall: CityHall, talk: int | None = None, **fields: object) -> int:
    with hall.database.begin() as session:
        return dead_letter(session, hall.now, talk, **fields)


def press(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    return browser.post(f"{LIST}{path}", data={"csrf_token": csrf_of(browser.get("/console/")), **fields})


def test_nothing_to_do(hall: CityHall, rina: FlaskClient) -> None:
    assert "Semua pesan terkirim" in said_on(rina.get(LIST))
    assert "pesan tidak terkirim" not in said_on(rina.get("/console/"))


def test_a_message_to_a_citizen(hall: CityHall, rina: FlaskClient) -> None:
    number = hall.ticket()
    ticket = hall.find(number)
    dead(hall, ticket.conversation_id, ticket_id=ticket.id, attempts=3)
    page = rina.get(LIST)
    words = said_on(page)
    for known in (SAID, number, "3 kali dicoba", "23 Nov 2026", "kode 63007", "flask doctor",
                  "Nomor pengirim WhatsApp tidak dikenal di akun ini."):  # fmt: skip
        assert known in words, known
    assert PHONE not in page.text
    assert "Warga, WhatsApp •••• " in words
    assert f'href="/console/tickets/{number}"' in page.text
    assert f'href="/console/conversations/{ticket.conversation_id}"' in page.text
    assert "1 Tidak terkirim" in said_on(rina.get("/console/"))


def test_a_letter_to_an_agency_shows_its_name_and_never_its_link(hall: CityHall, rina: FlaskClient) -> None:
    number, token = hall.forwarded()
    [letter] = [row for row in hall.written(number) if row.channel == "email"]
    with hall.database.begin() as session:
        row = session.get_one(OutboundMessage, letter.id)
        row.state, row.failure, row.error = "failed", "final", "smtp_550"
    page = rina.get(LIST)
    words = said_on(page)
    for known in ("Dinas Bina Marga (bina.marga@jakarta.example)", letter.body["subject"], "kode smtp_550",
                  "Server e-mail penerima menolak alamat ini"):  # fmt: skip
        assert known in words, known
    assert token not in page.text


def test_one_click_or_two_send_it_once(hall: CityHall, rina: FlaskClient) -> None:
    message = dead(hall, hall.conversation(), provider_id="SM1")
    first, second = press(rina, f"/{message}/retry"), press(rina, f"/{message}/retry")
    assert [first.location, second.location] == [LIST, LIST]
    assert "sudah" in said_on(rina.get(LIST)).lower()
    row = hall.get(OutboundMessage, message)
    assert (row.state, row.body["tried"]) == ("waiting", ["SM1"])


def test_dealt_with(hall: CityHall, rina: FlaskClient) -> None:
    message = dead(hall, hall.conversation())
    press(rina, f"/{message}/settle")
    row = hall.get(OutboundMessage, message)
    assert (row.state, row.settled_by) == ("failed", hall.user_id("coordinator.city@jakarta.example"))
    assert SAID not in said_on(rina.get(LIST))


def test_one_that_cannot_be_sent_again_says_why(hall: CityHall, rina: FlaskClient) -> None:
    talk = hall.conversation()
    message = dead(hall, talk)
    with hall.database.begin() as session:
        session.get_one(Citizen, session.get_one(Conversation, talk).citizen_id).erased_at = hall.now
    page = rina.get(LIST)
    assert "Tidak bisa dikirim lagi: Data warga ini sudah dihapus" in said_on(page)
    assert f"{LIST}/{message}/retry" not in page.text
    refused = press(rina, f"/{message}/retry")  # from a page that was opened before
    assert refused.status_code == 409
    assert "Data warga ini sudah dihapus" in said_on(refused)


def test_all_of_one_reason(hall: CityHall, rina: FlaskClient) -> None:
    account = [dead(hall, hall.conversation()) for _ in range(3)]
    other = dead(hall, hall.conversation(), failure="content", error="63013")
    answer = press(rina, "/retry-all", failure="account")
    assert "3 pesan dikirim lagi." in said_on(rina.get(answer.location))
    assert {hall.get(OutboundMessage, message).state for message in account} == {"waiting"}
    assert hall.get(OutboundMessage, other).state == "failed"
    refused = press(rina, "/retry-all", failure="weather")
    assert (refused.status_code, "Pilih salah satu alasan" in said_on(refused)) == (409, True)


def test_pages_and_reasons_in_the_address_bar(
    hall: CityHall, rina: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undelivered, "SHOWN", 2)
    texts = [f"Pesan ke-{n}" for n in range(5)]
    ids = [dead(hall, hall.conversation(), body={"text": text}) for text in texts]
    first = rina.get(LIST)
    assert [text in first.text for text in texts] == [False, False, False, True, True]
    assert f"before={ids[3]}" in first.text
    second = rina.get(f"{LIST}?before={ids[3]}")
    assert [text in second.text for text in texts] == [False, True, True, False, False]
    assert "before=" not in rina.get(f"{LIST}?before={ids[2]}").text.split("Yang terbaru")[1]
    assert texts[4] not in rina.get(f"{LIST}?failure=content").text
    for query in ("before=x", "before=-1", "before=99999999999999999999", "failure=weather", "before=²"):
        assert texts[4] in rina.get(f"{LIST}?{query}").text, query


def test_what_is_sealed_is_for_those_named_for_it(hall: CityHall, rina: FlaskClient) -> None:
    sealed = hall.find(sealed_ticket(hall))
    about = dead(hall, sealed.conversation_id, ticket_id=sealed.id, body={"text": f"{SERVICE} {PLACE}"})
    beside = dead(hall, sealed.conversation_id, body={"text": f"Soal {STORY}"})
    page = rina.get(LIST)
    words = said_on(page)
    assert words.count("[Pesan tersegel]") == 2
    assert not [secret for secret in (STORY, PLACE, SERVICE, "••••") if secret in words]
    for message in (about, beside):
        for step in ("retry", "settle"):
            assert press(rina, f"/{message}/{step}").status_code == 404
        assert hall.get(OutboundMessage, message).state == "failed"
    press(rina, "/retry-all", failure="account")
    assert hall.get(OutboundMessage, beside).state == "failed"
    dewi = log_in(hall, "sealed_officer")
    assert f"Soal {STORY}" in said_on(dewi.get(LIST))
    assert press(dewi, f"/{beside}/retry").status_code == 303
    assert hall.get(OutboundMessage, beside).state == "waiting"


def test_a_message_that_does_not_exist(hall: CityHall, rina: FlaskClient) -> None:
    assert press(rina, "/4711/retry").status_code == 404
    assert press(rina, "/99999999999999999999/retry").status_code == 404


def test_nobody_comes_in_without_an_account(hall: CityHall) -> None:
    message = dead(hall, hall.conversation())
    hall.app.config["WTF_CSRF_ENABLED"] = False
    assert (hall.browser().get(LIST).location or "").startswith("/login")
    # What was sent comes back with the log-in page, to be sent once somebody has logged in.
    assert hall.browser().post(f"{LIST}/{message}/retry").status_code == 401
    assert hall.get(OutboundMessage, message).state == "failed"


def test_a_ticket_says_that_its_agency_does_not_know_of_it(hall: CityHall, rina: FlaskClient) -> None:
    number, _ = hall.forwarded()
    with hall.database.begin() as session:
        ticket = tickets.by_number(session, number)
        dead_letter(session, hall.now, ticket_id=ticket.id, failure="final", error="smtp_550")
    words = said_on(rina.get(f"/console/tickets/{number}"))
    assert "tidak sampai ke Dinas Bina Marga (bina.marga@jakarta.example)" in words
    assert "smtp_550" in words
    other, _ = hall.forwarded("Lampu mati")
    assert "tidak sampai" not in said_on(rina.get(f"/console/tickets/{other}"))
