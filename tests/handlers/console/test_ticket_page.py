"""The page of one ticket: what stands on it, what can be done on it, and two people who work on it at once."""

import re
from collections.abc import Mapping
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.incidents import incidents
from bot.status import Move
from storage.models import (
    AuditEntry,
    CannedReply,
    Conversation,
    OutboundMessage,
    Presence,
    Ticket,
    User,
)
from tests.handlers.city_hall import PHONE, CityHall, csrf_of, said_on
from tests.handlers.console.ticket_desk import log_in_as, page_of, send, told, wrote
from tests.support.statements import statements_of


@pytest.fixture
def hall(any_hall: CityHall) -> CityHall:
    """Once on each database."""
    return any_hall


@pytest.fixture
def number(hall: CityHall) -> str:
    return hall.forwarded("Jalan berlubang di depan pasar", place="depan pasar Mawar", kelurahan="Rawajati")[0]


def test_how_far_each_message_came_is_said_in_words_and_marks(
    hall: CityHall, rina: FlaskClient, number: str
) -> None:
    marks = {"accepted": "one", "delivered": "two", "read": "seen", "failed": "fail", "waiting": "clock"}
    for state in marks:
        told(hall, number, f"pesan {state}", state, error="63016" if state == "failed" else None)
    page = page_of(rina, number)
    for state, mark in marks.items():
        bubble = page.text.partition(f"pesan {state}</p>")[2].partition("</li>")[0]
        assert f'class="tick {mark}"' in bubble
    words = said_on(page)
    for expected in ("dibaca", "gagal terkirim (63016)", "sampai", "menunggu dikirim"):
        assert expected in words


def test_choices_are_shown_as_they_were(hall: CityHall, rina: FlaskClient, number: str) -> None:
    choices = [{"key": "yes", "title": "Sudah beres"}, {"key": "no", "title": "Belum"}]
    told(hall, number, "Sudah?", body={"text": "Sudah?", "choices": choices}, form="buttons")
    told(hall, number, "Nomor?", body={"text": "Nomor?", "choices": choices}, form="text")
    text = page_of(rina, number).text
    assert '<ul class="choices"' in text.partition("Sudah?")[2].partition("</li>\n<li")[0]
    assert '<ol class="numbered"' in text.partition("Nomor?")[2]


def test_a_pin_is_told_in_words_and_drawn(hall: CityHall, rina: FlaskClient, number: str) -> None:
    content = {"text": "", "location": {"latitude": -6.2, "longitude": 106.8, "address": "<b>Halte</b>"}}
    wrote(hall, number, "pin", content=content, text="")
    page = page_of(rina, number)
    assert 'data-lat="-6.2" data-lon="106.8"' in page.text
    assert "<b>Halte</b> -6.20000, 106.80000" in said_on(page)
    assert "<b>Halte</b>" not in page.text


def test_what_a_citizen_wrote_is_masked_and_never_becomes_part_of_the_page(
    hall: CityHall, rina: FlaskClient, number: str
) -> None:
    wrote(hall, number, "nomor saya 081234567890 <script>alert(1)</script>")
    page = page_of(rina, number)
    assert "<script>alert" not in page.text
    assert "081234567890" not in page.text
    assert PHONE not in page.text


def test_what_the_model_made_of_it_with_what_it_was_not_sure_of(
    hall: CityHall, rina: FlaskClient, number: str
) -> None:
    words = "lubang di depan pasar Mawar"
    understanding = {
        "model": "m",
        "intents": [["lapor", 0.96]],
        "services": [["jalan_rusak", 0.42], ["pohon", 0.3]],
        "faqs": [],
        "also": [],
        "place": {"at": [10, 27], "kelurahan": "Rawajati", "city": None},
    }
    wrote(hall, number, words, understanding=understanding)
    told_words = said_on(page_of(rina, number))
    assert "melaporkan masalah hampir pasti, 96 %" in told_words
    assert "Jalan rusak ragu, 42 % mungkin juga" in told_words
    assert "Belum yakin: Layanan." in told_words
    assert "depan pasar Mawar Rawajati" in told_words


def test_two_who_have_it_open_know_of_each_other_for_half_a_minute(
    hall: CityHall, rina: FlaskClient, number: str
) -> None:
    budi = hall.coordinator("budi@jakarta.example")
    with hall.database.begin() as session:
        session.scalars(select(User).where(User.email == "rina@jakarta.example")).one().name = "Rina"
    assert "membuka" not in said_on(_here(rina, number))
    assert "Rina juga membuka laporan ini" in said_on(_here(budi, number))
    hall.wait(seconds=31)
    assert "membuka" not in said_on(_here(budi, number))
    with hall.database.read() as session:
        assert len(session.scalars(select(Presence)).all()) == 1
        assert not [row for row in session.scalars(select(AuditEntry)) if row.action == "here"]


def test_who_types_a_reply_is_said_to_be_writing_until_they_pause(
    hall: CityHall, rina: FlaskClient, number: str
) -> None:
    budi = hall.coordinator("budi@jakarta.example")
    assert "menulis" not in said_on(_here(rina, number, writing="yes"))
    told = said_on(_here(budi, number))
    assert "rina@jakarta.example sedang menulis balasan" in told
    assert "juga membuka" not in told
    hall.wait(seconds=12)
    _here(rina, number)
    assert "sedang menulis balasan" in said_on(_here(budi, number)), "a thought between two words"
    hall.wait(seconds=12)
    _here(rina, number, writing="no")
    told = said_on(_here(budi, number))
    assert "menulis" not in told
    assert "rina@jakarta.example juga membuka laporan ini" in told


def _here(browser: FlaskClient, number: str, seen: str = "", writing: str = "") -> TestResponse:
    token = csrf_of(page_of(browser, number))
    form = {"csrf_token": token, "seen": seen, "writing": writing}
    return browser.post(f"/console/tickets/{number}/here", data=form)


def test_a_message_that_came_further_calls_the_page_to_look_again(
    hall: CityHall, rina: FlaskClient, number: str
) -> None:
    row = told(hall, number, "halo")
    seen = _fingerprint(page_of(rina, number))
    assert "HX-Trigger" not in _here(rina, number, seen).headers
    with hall.database.begin() as session:
        session.get_one(OutboundMessage, row).state = "delivered"
    assert "stale" in _here(rina, number, seen).headers["HX-Trigger"]


def test_a_part_is_fetched_anew_only_where_something_changed_and_is_no_look(
    hall: CityHall, rina: FlaskClient, number: str
) -> None:
    seen = _fingerprint(page_of(rina, number))
    looks = _looks(hall, number)
    part: Mapping[str, str] = {"HX-Request": "true"}
    assert rina.get(f"/console/tickets/{number}?seen={seen}", headers=part).status_code == 204
    wrote(hall, number, "halo lagi")
    fresh = rina.get(f"/console/tickets/{number}?seen={seen}", headers=part)
    assert "halo lagi" in said_on(fresh)
    assert _looks(hall, number) == looks == 1
    budi = hall.coordinator("budi@jakarta.example")
    budi.get(f"/console/tickets/{number}?seen={seen}", headers=part)
    assert _looks(hall, number) == 2, "who never opened the page looks at it now"


def _fingerprint(page: TestResponse) -> str:
    found = re.search(r'id="seen" name="seen" value="([^"]+)"', page.text)
    assert found
    return unescape(found[1])


def _looks(hall: CityHall, number: str) -> int:
    with hall.database.read() as session:
        mine = select(AuditEntry).where(AuditEntry.subject == f"ticket:{number}", AuditEntry.action == "looked")
        return len(session.scalars(mine).all())


def test_a_reply_is_previewed_with_its_length_form_and_cost(
    hall: CityHall, rina: FlaskClient, number: str
) -> None:
    talk = hall.find(number).conversation_id
    with hall.database.begin() as session:
        session.get_one(Conversation, talk).last_inbound_at = hall.now
    path, form = f"/console/conversations/{talk}/preview", {"csrf_token": csrf_of(page_of(rina, number))}
    words = said_on(rina.post(path, data={**form, "note": "Halo Bu {nama}"}))
    assert "14 huruf" in words
    assert "pesan biasa" in words
    assert "kira-kira Rp" in words
    assert "belum terisi: nama" in words
    hall.wait(days=2)
    assert "jendela tertutup" in said_on(rina.post(path, data={**form, "note": "Halo"}))
    assert "terlalu panjang" in said_on(rina.post(path, data={**form, "note": "x" * 2_000}))


def test_a_ready_sentence_comes_filled_behind_what_is_typed(
    hall: CityHall, rina: FlaskClient, number: str
) -> None:
    talk = hall.find(number).conversation_id
    with hall.database.begin() as session:
        row = CannedReply(title="Dicek", text="Laporan {number} di {agency}.", created_by=hall.user_id(),
                          updated_at=hall.now)  # fmt: skip
        session.add(row)
        session.flush()
        ready = str(row.id)
    assert "Dicek" in said_on(rina.get(f"/console/conversations/{talk}/sentences"))
    form = {"csrf_token": csrf_of(page_of(rina, number)), "note": "Halo.", "canned": ready, "from": number}
    page = rina.post(f"/console/conversations/{talk}/preview", data=form)
    filled = page.text.partition('id="filled">')[2].partition("</template>")[0]
    assert filled == f"Halo.\nLaporan {number} di Dinas Bina Marga."


def test_a_refused_reply_comes_back_on_the_tickets_page(hall: CityHall, rina: FlaskClient, number: str) -> None:
    talk = hall.find(number).conversation_id
    form = {
        "csrf_token": csrf_of(page_of(rina, number)),
        "from": number,
        "once": "a-form-of-a-test",
        "note": "Halo",
    }
    page = rina.post(f"/console/conversations/{talk}/reply", data=form)
    assert page.status_code == 409
    assert "ambil alih dulu" in said_on(page)
    assert "Bukti" not in page.text
    assert "Halo</textarea>" in page.text
    assert number in said_on(page)


def test_the_leadership_reads_without_forms(hall: CityHall, number: str) -> None:
    leader = log_in_as(hall, "leadership")
    page = page_of(leader, number)
    assert page.status_code == 200
    for form in ("assign", "reroute", "deadline", "note", "join", "reject"):
        assert f"/{form}" not in page.text
        token = csrf_of(page)
        assert leader.post(f"/console/tickets/{number}/{form}", data={"csrf_token": token}).status_code == 403
    assert "Ambil alih" not in said_on(page)


def test_on_paper_there_is_all_of_it_and_no_form(hall: CityHall, rina: FlaskClient, number: str) -> None:
    wrote(hall, number, "tolong pak")
    send(rina, number, "note", note="Untuk arsip.")
    page = rina.get(f"/console/tickets/{number}/print")
    words = said_on(page)
    for expected in (
        number,
        "23 Nov 2026",
        "tolong pak",
        "Untuk arsip.",
        "Diteruskan ke instansi",
        "Dinas Bina Marga",
    ):
        assert expected in words
    assert "<form" not in page.text
    assert "<nav" not in page.text


def test_few_statements_however_much_was_said(hall: CityHall, rina: FlaskClient, number: str) -> None:
    few = _statements(hall, rina, number)
    for n in range(60):
        wrote(
            hall,
            number,
            f"pesan {n}",
            content={"text": "x", "media": [{"url": "u", "content_type": "image/jpeg"}]},
        )
        told(hall, number, f"jawaban {n}")
    for n in range(8):
        other = hall.ticket(f"Lubang {n} di depan pasar", place="depan pasar Mawar", kelurahan="Rawajati")
        with hall.database.begin() as session:
            found = session.scalars(select(Ticket).where(Ticket.number == other)).one()
            incidents.settle(session, hall.rulebook, found, hall.now)
    send(rina, number, "note", note="x")
    talk = hall.find(number).conversation_id
    rina.post(f"/console/conversations/{talk}/take", data={"csrf_token": csrf_of(page_of(rina, number))})
    many = _statements(hall, rina, number)
    assert len(few) <= 15, few
    assert len(many) <= 15, many


def _statements(hall: CityHall, browser: FlaskClient, number: str) -> list[str]:
    page_of(browser, number)
    with statements_of(hall.database) as statements:
        assert page_of(browser, number).status_code == 200
    return list(statements)


def test_it_says_that_it_is_late_reopened_and_scolded_about(
    hall: CityHall, rina: FlaskClient, number: str
) -> None:
    understanding = {
        "intents": [["marah", 0.9]],
        "services": [],
        "faqs": [],
        "also": [],
        "place": None,
        "model": "m",
    }
    wrote(hall, number, "dasar pemalas", understanding=understanding)
    hall.moved(number, Move.CLAIM, "agency:bina_marga", "Sudah.")
    hall.moved(number, Move.DENY)
    hall.times.append(hall.now + timedelta(days=20))
    words = said_on(page_of(rina, number))
    for flag in ("Lewat tenggat", "Dibuka kembali 1 kali", "Warga marah"):
        assert flag in words
