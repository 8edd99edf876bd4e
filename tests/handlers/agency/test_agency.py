"""The page behind an agency's link: every action once, nothing lost, nothing shown that is not the agency's."""

import io
import re

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.status import Move
from bot.tickets import tickets
from storage.models import Attachment
from tests.handlers.city_hall import NAME, PHONE, CityHall, act, agency_form, said_on
from tests.support.pictures import jpeg

PNG = jpeg(form="PNG")
ALL_STEPS = {"accept", "send_back", "ask", "set_date", "claim", "to_unit"}


def forms_on(page: TestResponse) -> set[str]:
    return set(re.findall(r'action="/agency/[\w-]+/(\w+)', page.text))


def photos_of(hall: CityHall, number: str) -> list[Attachment]:
    with hall.database.read() as session:
        ticket = tickets.by_number(session, number)
        return list(session.scalars(select(Attachment).where(Attachment.ticket_id == ticket.id)))


def test_the_page_shows_the_ticket(hall: CityHall) -> None:
    number, token = hall.forwarded("Jalan berlubang, hubungi 081200000123", place="Jalan Melati 3")
    page = hall.browser().get(f"/agency/{token}")
    words = said_on(page)
    assert page.status_code == 200
    for expected in (number, "Jalan rusak", "Menunggu", "7 hari lagi", "Jalan Melati 3", "Laporan masuk"):
        assert expected in words
    assert "[telepon]" in words


def test_the_citizen_stays_unknown(hall: CityHall) -> None:
    number, token = hall.forwarded("Jalan berlubang")
    hall.moved(number, Move.CLAIM, "agency:bina_marga", "beres")
    hall.moved(number, Move.DENY, note="Belum, telepon saya di 0812 0000 0456")
    words = said_on(hall.browser().get(f"/agency/{token}"))
    assert "Belum, telepon saya di [telepon]" in words
    assert PHONE not in words
    assert "0456" not in words


def test_the_name_is_shown_unless_it_is_to_be_hidden(hall: CityHall) -> None:
    number, token = hall.forwarded("Jalan berlubang")
    browser = hall.browser()
    assert f"Pelapor {NAME}" in said_on(browser.get(f"/agency/{token}"))
    for values, shown in (
        ({"name": None}, "Pelapor Tanpa nama"),
        ({"name": "+44 7700 900123"}, "Pelapor Tanpa nama"),
        ({"name": "0812 0000 0456"}, "Pelapor [telepon]"),
        ({"name": NAME, "hide_name": True}, "Pelapor dirahasiakan"),
    ):
        with hall.database.begin() as session:
            citizen = tickets.by_number(session, number).citizen
            for field, value in values.items():
                setattr(citizen, field, value)
        words = said_on(browser.get(f"/agency/{token}"))
        assert shown in words
        assert "0456" not in words
        assert "900123" not in words
    assert NAME not in words


def test_what_the_citizen_added_stands_apart_from_the_story(hall: CityHall) -> None:
    number, token = hall.forwarded("Jalan berlubang")
    hall.moved(number, Move.ASK, "agency:bina_marga", "Sebelah mana?")
    hall.moved(number, Move.ANSWER, note="Dekat halte")
    words = said_on(hall.browser().get(f"/agency/{token}"))
    assert "Tambahan dari warga Dekat halte" in words


def test_script_in_the_story_is_text(hall: CityHall) -> None:
    _, token = hall.forwarded("<script>alert(1)</script>", place='"><img src=x onerror=alert(2)>')
    page = hall.browser().get(f"/agency/{token}")
    assert "<script>" not in page.text
    assert "<img src=x" not in page.text
    assert "&lt;script&gt;" in page.text


def test_opening_the_page_changes_nothing(hall: CityHall) -> None:
    _, token = hall.forwarded()
    before = hall.everything()
    browser = hall.browser()
    for path in ("", "/accept", "/claim", "/returned", "/photo/1"):
        browser.get(f"/agency/{token}{path}")
    assert hall.everything() == before


def test_only_possible_steps_are_offered(hall: CityHall) -> None:
    number, token = hall.forwarded()
    page = hall.browser().get(f"/agency/{token}")
    assert forms_on(page) == ALL_STEPS
    hall.moved(number, Move.CLAIM, "agency:bina_marga", "beres")
    page = hall.browser().get(f"/agency/{token}")
    assert forms_on(page) == set()
    assert "Tidak ada yang perlu dilakukan" in said_on(page)


def test_accepting(hall: CityHall) -> None:
    number, token = hall.forwarded()
    browser = hall.browser()
    answer = act(browser, token, "accept")
    assert (answer.status_code, answer.location) == (303, f"/agency/{token}")
    assert "sudah Anda terima" in said_on(browser.get(answer.location))
    assert hall.find(number).status == "in_progress"
    assert hall.history(number)[-1].actor == "agency:bina_marga"


def test_sending_back_ends_the_link_and_thanks(hall: CityHall) -> None:
    number, token = hall.forwarded()
    browser = hall.browser()
    answer = act(browser, token, "send_back", note="Ini jalan tol", agency="dishub")
    assert "Terima kasih" in said_on(browser.get(answer.location))
    ticket = hall.find(number)
    assert (ticket.status, ticket.agency) == ("coordination", "coordinators")
    note = hall.history(number)[-1].note or ""
    assert "Ini jalan tol" in note
    assert "Dinas Perhubungan" in note
    gone = browser.get(f"/agency/{token}")
    assert gone.status_code == 410
    assert "sudah Anda kembalikan" in said_on(gone)


def test_sending_back_twice_is_thanked_twice_and_done_once(hall: CityHall) -> None:
    number, token = hall.forwarded()
    browser = hall.browser()
    form = {**agency_form(browser, token), "note": "Bukan kami"}
    for _ in range(2):
        answer = browser.post(f"/agency/{token}/send_back", data=form)
        assert "Terima kasih" in said_on(browser.get(answer.location))
    assert hall.kinds(number).count("send_back") == 1


def test_asking_the_citizen(hall: CityHall) -> None:
    number, token = hall.forwarded()
    act(hall.browser(), token, "ask", note="Sebelah mana\r\npersisnya?")
    assert hall.find(number).status == "needs_info"
    assert hall.to_citizen(number) == ["follow_question"]
    assert "Sebelah mana\npersisnya?" in hall.written(number)[-1].body["text"]


def test_setting_a_date(hall: CityHall) -> None:
    number, token = hall.forwarded()
    act(hall.browser(), token, "set_date", date="2026-12-01")
    assert hall.find(number).status == "scheduled"
    assert hall.to_citizen(number) == ["follow_scheduled"]
    assert "1 Des 2026" in said_on(hall.browser().get(f"/agency/{token}"))


def test_claiming_with_a_photo(hall: CityHall) -> None:
    number, token = hall.forwarded()
    browser = hall.browser()
    act(browser, token, "claim", note="Sudah ditambal", photo=(io.BytesIO(PNG), "hasil.png"))
    assert hall.find(number).status == "claimed_done"
    photo = photos_of(hall, number)[0]
    shown = browser.get(f"/agency/{token}/photo/{photo.id}")
    assert shown.data.startswith(b"\x89PNG")
    assert shown.headers["Content-Type"] == "image/png"
    assert shown.headers["Content-Disposition"] == "inline"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert f"/photo/{photo.id}" in browser.get(f"/agency/{token}").text


def test_claiming_without_a_photo(hall: CityHall) -> None:
    number, token = hall.forwarded()
    act(hall.browser(), token, "claim", note="Sudah ditambal", photo=(io.BytesIO(b""), ""))
    assert hall.find(number).status == "claimed_done"
    assert photos_of(hall, number) == []


def test_a_photo_is_shown_with_its_own_ticket_only(hall: CityHall) -> None:
    number, token = hall.forwarded()
    _, other_token = hall.forwarded()
    browser = hall.browser()
    act(browser, token, "claim", note="Sudah", photo=(io.BytesIO(PNG), "hasil.png"))
    photo = photos_of(hall, number)[0].id
    assert browser.get(f"/agency/{other_token}/photo/{photo}").status_code == 404
    assert browser.get(f"/agency/{token}/photo/{10**30}").status_code == 404


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("accept", {}),
        ("ask", {"note": "Sebelah mana?"}),
        ("set_date", {"date": "2026-12-01"}),
        ("claim", {"note": "Sudah ditambal"}),
    ],
)
def test_a_form_sent_twice_has_one_effect(hall: CityHall, action: str, fields: dict[str, str]) -> None:
    number, token = hall.forwarded()
    browser = hall.browser()
    form = {**agency_form(browser, token), **fields}
    browser.post(f"/agency/{token}/{action}", data=form)
    once = (hall.kinds(number), hall.to_citizen(number))
    again = browser.post(f"/agency/{token}/{action}", data=form)
    assert again.status_code == 303
    assert "sudah tercatat sebelumnya" in said_on(browser.get(again.location))
    assert (hall.kinds(number), hall.to_citizen(number)) == once


def test_a_colleague_who_was_faster_is_noticed_and_nothing_is_overwritten(hall: CityHall) -> None:
    number, token = hall.forwarded()
    slow, quick = hall.browser(), hall.browser()
    form = {**agency_form(slow, token), "date": "2026-12-24"}
    act(quick, token, "set_date", date="2026-12-01")
    told = slow.post(f"/agency/{token}/set_date", data=form)
    assert told.status_code == 409
    assert "berubah sejak halaman Anda dibuka" in said_on(told)
    assert 'value="2026-12-24"' in told.text
    assert hall.history(number)[-2].note == "2026-12-01"


@pytest.mark.parametrize(
    ("action", "fields", "message"),
    [
        ("ask", {"note": "   "}, "Tuliskan pertanyaan"),
        ("send_back", {"note": ""}, "Tuliskan alasannya"),
        ("send_back", {"note": "Bukan kami", "agency": "dinas_khayal"}, "Pilih salah satu instansi"),
        ("set_date", {"date": "besok"}, "Pilih tanggalnya"),
        ("set_date", {"date": "2019-01-01"}, "mulai hari ini"),
        ("set_date", {"date": "2099-01-01"}, "dua tahun"),
        ("claim", {"note": "x" * 10_000}, "paling panjang 2000"),
    ],
)
def test_what_is_refused_is_kept_on_the_page(
    hall: CityHall, action: str, fields: dict[str, str], message: str
) -> None:
    number, token = hall.forwarded()
    before = hall.everything()
    page = act(hall.browser(), token, action, **fields)
    assert page.status_code == 409
    assert message in said_on(page)
    assert fields.get("note", "").strip() in page.text
    assert forms_on(page) == ALL_STEPS
    assert hall.everything() == before
    assert hall.find(number).status == "waiting"


def test_a_file_that_is_no_photo_is_refused_and_the_note_kept(hall: CityHall) -> None:
    number, token = hall.forwarded()
    svg = (io.BytesIO(b"<svg onload=alert(1)>"), "hasil.png")
    page = act(hall.browser(), token, "claim", note="Sudah ditambal", photo=svg)
    assert page.status_code == 409
    assert "bukan foto" in said_on(page)
    assert "Foto perlu dipilih lagi" in said_on(page)
    assert ">Sudah ditambal</textarea>" in page.text
    assert photos_of(hall, number) == []


def test_a_step_that_came_too_late_shows_what_was_typed(hall: CityHall) -> None:
    number, token = hall.forwarded()
    browser = hall.browser()
    form = {**agency_form(browser, token), "note": "Sebelah mana?"}
    hall.moved(number, Move.WITHDRAW)
    page = browser.post(f"/agency/{token}/ask", data=form)
    assert page.status_code == 409
    assert ">Sebelah mana?</textarea>" in page.text
    assert hall.to_citizen(number) == []


def test_a_form_without_our_token_does_nothing_and_loses_nothing(hall: CityHall) -> None:
    number, token = hall.forwarded()
    page = hall.browser().post(f"/agency/{token}/claim", data={"note": "Sudah ditambal"})
    assert page.status_code == 400
    assert ">Sudah ditambal</textarea>" in page.text
    assert hall.find(number).status == "waiting"
