"""Standing answers in the console: what the list shows, changing and verifying, and what citizens then read."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.standing import standing
from bot.standing.standing import Kept
from handlers.console.answers.answers import ending_count
from storage.models import AuditEntry, StandingAnswer, User
from storage.queries import standing as queries
from tests.handlers.city_hall import CityHall, csrf_of, field_of, said_on
from tests.handlers.sealed_cases import log_in
from tests.support.clock import MoveableClock
from tests.support.desk import Number, meaning
from tests.support.statements import statements_of

TOPIC = "ktp_baru"
PAGE = f"/console/answers/{TOPIC}"
NEW_TEXT = "KTP pertama sekarang dibuat di mal pelayanan, gratis. Bawa KK."
QUESTION = "Perpustakaan buka hari Minggu?"


@pytest.fixture
def hall(any_hall: CityHall) -> CityHall:
    """Once on each database."""
    return any_hall


@pytest.fixture
def number(hall: CityHall) -> Iterator[Number]:
    """The worker's side of the same database."""
    with ThreadPoolExecutor(1) as pool:
        yield Number(hall.database, hall.rulebook, MoveableClock(hall.now), pool)


def filled(page: TestResponse, **fields: str) -> dict[str, str]:
    """The form of the page as somebody fills it in."""
    return {
        "csrf_token": csrf_of(page),
        "seen": field_of(page, "seen"),
        "text_id": NEW_TEXT,
        "text_en": "",
        "owner": "dukcapil",
        "source": "Pengumuman Dukcapil 12/2026",
        "valid_until": "2027-06-30",
        "verified": "yes",
        **fields,
    }


def save(browser: FlaskClient, page: TestResponse | None = None, **fields: str) -> TestResponse:
    return browser.post(PAGE, data=filled(page or browser.get(PAGE), **fields))


def kept(hall: CityHall) -> list[StandingAnswer]:
    with hall.database.read() as session:
        return list(session.scalars(select(StandingAnswer).order_by(StandingAnswer.id)))


def own_answer(hall: CityHall, **more: object) -> int:
    """An answer without a topic, kept by Rina."""
    values = {"question": QUESTION, "text_id": "Ya, pukul 9 sampai 15.", "owner": "coordinators",
              "source": "Dinas Perpustakaan", "valid_until": date(2027, 6, 30), **more}  # fmt: skip
    with hall.database.begin() as session:
        return standing.keep(session, hall.rulebook, Kept(**values), hall.user_id(), hall.now).id  # type: ignore[arg-type]


def test_the_next_citizen_gets_what_was_typed_into_the_console(
    hall: CityHall, rina: FlaskClient, number: Number
) -> None:
    """A worker that is running all the while."""
    worker, asks = number.worker(), meaning("tanya", "ktp", faq=TOPIC)
    number.hears("cara bikin KTP pertama", asks)
    worker.round()
    assert save(rina).location == PAGE
    number.hears("cara bikin KTP pertama", asks, who="sim:2")
    worker.round()
    assert "loket Dukcapil kelurahan" in number.replies()[0]
    assert NEW_TEXT in number.replies("sim:2")[0]


def test_every_topic_is_listed_with_what_counts_now(hall: CityHall, rina: FlaskClient) -> None:
    save(rina)
    own_answer(hall)
    page = rina.get("/console/answers")
    for topic in hall.rulebook.wording.answers:
        assert f"/console/answers/{topic}" in page.text
    words = said_on(page)
    assert NEW_TEXT in words
    assert f"{QUESTION} Pertanyaan" in words
    assert "30 Jun 2027 rina@jakarta.example 23 Nov 2026" in words


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("text=mal+PELAYANAN", TOPIC, "ktp_hilang"),
        ("text=ktp_hil", "ktp_hilang", TOPIC),
        ("owner=dukcapil", "ktp_hilang", "cara_lapor"),
        ("owner=coordinators", "cara_lapor", "ktp_hilang"),
        ("state=check", "ktp_hilang", TOPIC),
        ("state=soon", TOPIC, "ktp_hilang"),
        ("state=nonsense&owner=nobody", "ktp_hilang", 'value="nobody"'),
        ("text=%3Cscript%3Ealert(1)", "Tidak ada jawaban yang cocok", "<script>alert"),
    ],
)
def test_the_list_is_narrowed_by_the_address(
    hall: CityHall, rina: FlaskClient, query: str, shown: str, hidden: str
) -> None:
    save(rina, valid_until="2026-12-20")
    page = rina.get(f"/console/answers?{query}").text
    assert (f"/answers/{shown}" if shown.islower() else shown) in page
    assert (f"/answers/{hidden}" if hidden.isidentifier() else hidden) not in page


def test_what_is_over_is_marked_and_counted(hall: CityHall, rina: FlaskClient) -> None:
    save(rina, valid_until="2026-12-23")
    own_answer(hall, valid_until=date(2026, 12, 24))
    counted = []
    for days in (0, 1, 31):
        hall.wait(days=days)
        with hall.app.test_request_context(), hall.database.read() as session:
            counted.append(ending_count(session))
    assert counted == [1, 2, 2]
    words = said_on(rina.get("/console/answers?state=over"))
    assert "2 Sudah lewat" in words
    assert 'class="count warn" id="count-answers">2</span>' in rina.get("/console/").text
    assert "count-answers" not in rina.get("/console/pulse").text, "it changes by the day"
    assert "Masa berlakunya lewat: jawaban ini tidak diberikan" in said_on(rina.get(PAGE))


def test_i_have_checked_it_keeps_the_file_s_answer_under_my_name(
    hall: CityHall, rina: FlaskClient, number: Number
) -> None:
    page = rina.get(PAGE)
    assert "belum ada yang memeriksanya" in said_on(page) or hall.rulebook.gives_unverified
    form = {"csrf_token": csrf_of(page), "seen": ""}
    assert rina.post(f"{PAGE}/verify", data=form).location == PAGE
    assert "Dicatat: Anda sudah memeriksa" in said_on(rina.get(PAGE))
    rina.post(f"{PAGE}/verify", data=form)
    assert "sudah tercatat" in said_on(rina.get(PAGE))
    (row,) = kept(hall)
    filed = hall.rulebook.wording.answers[TOPIC]
    assert (row.text_id, row.valid_until) == (filed.text["id"].strip(), filed.valid_until)
    assert row.verified_by == hall.user_id()
    assert "rina@jakarta.example, 23 Nov 2026, 09.00" in said_on(rina.get(PAGE))
    assert "Saya sudah memeriksa isinya" in rina.get(PAGE).text
    assert f"{PAGE}/verify" not in rina.get(PAGE).text


def test_what_was_typed_without_a_tick_is_for_a_colleague_to_check(hall: CityHall, rina: FlaskClient) -> None:
    save(rina, verified="")
    assert kept(hall)[0].verified_at is None
    dewi = hall.coordinator("dewi@jakarta.example")
    page = dewi.get(PAGE)
    dewi.post(f"{PAGE}/verify", data={"csrf_token": csrf_of(page), "seen": field_of(page, "seen")})
    assert kept(hall)[0].verified_by == hall.user_id("dewi@jakarta.example")


def test_a_form_sent_twice_has_one_effect_and_says_so(hall: CityHall, rina: FlaskClient) -> None:
    page = rina.get(PAGE)
    for _ in range(2):
        assert save(rina, page).status_code == 303
    assert "sudah tercatat" in said_on(rina.get(PAGE))
    assert len(kept(hall)) == 1
    with hall.database.read() as session:
        assert len(queries.history(session, f"topic:{TOPIC}", standing.HISTORY, 9)) == 1


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"text_id": "x" * 400}, "menjadi 3 SMS"),
        ({"text_id": ""}, "Tulis jawabannya"),
        ({"text_id": "a\x00b", "source": " "}, "Tulis sumbernya"),
        ({"owner": "nobody"}, "Pilih instansi"),
        ({"valid_until": "besok"}, "Isi tanggal terakhir"),
        ({"valid_until": "2026-11-22"}, "sudah lewat"),
        ({"valid_until": "9999-12-31"}, "paling lama 5 tahun"),
    ],
)
def test_what_is_refused_says_why_and_loses_nothing(
    hall: CityHall, rina: FlaskClient, fields: dict[str, str], why: str
) -> None:
    answer = save(rina, **{"source": "<b>Sumber</b> baru", **fields})
    assert answer.status_code == 409
    assert why in said_on(answer)
    assert "<b>Sumber" not in answer.text
    assert ("&lt;b&gt;Sumber&lt;/b&gt; baru" in answer.text) is ("source" not in fields)
    assert fields.get("text_id", NEW_TEXT).replace("\x00", "") in answer.text.replace("\x00", "")
    assert not kept(hall)


def test_two_at_the_same_answer(hall: CityHall, rina: FlaskClient) -> None:
    dewi = hall.coordinator("dewi@jakarta.example")
    for before in ("", NEW_TEXT):  # once while the file's answer counts, once while a kept one does
        mine, hers = rina.get(PAGE), dewi.get(PAGE)
        hall.wait(minutes=1)
        save(rina, mine, text_id=f"Dari Rina. {before}")
        answer = save(dewi, hers, text_id=f"Dari Dewi. {before}")
        assert answer.status_code == 409
        assert "Rekan Anda baru saja mengubah" in said_on(answer)
        assert f"Dari Dewi. {before}".strip() in answer.text
        assert kept(hall)[0].text_id == f"Dari Rina. {before}".strip()


def test_back_to_the_file(hall: CityHall, rina: FlaskClient) -> None:
    save(rina)
    page = rina.get(PAGE)
    assert "Jawaban di berkas kota" in page.text
    for _ in range(2):
        assert rina.post(f"{PAGE}/retire", data={"csrf_token": csrf_of(page)}).location == PAGE
    words = said_on(rina.get(PAGE))
    assert "Dari berkas kota" in words
    assert "Tidak dipakai lagi rina@jakarta.example" in words


def test_an_answer_without_a_topic_is_changed_and_removed(hall: CityHall, rina: FlaskClient) -> None:
    path = f"/console/answers/{own_answer(hall)}"
    page = rina.get(path)
    assert QUESTION in said_on(page)
    rina.post(path, data=filled(page, text_id="Ya, pukul 10 sampai 14."))
    (row,) = kept(hall)
    assert (row.text_id, row.question) == ("Ya, pukul 10 sampai 14.", QUESTION)
    for _ in range(2):
        gone = rina.post(f"{path}/retire", data={"csrf_token": csrf_of(page)})
        assert gone.location == "/console/answers"
    assert "sudah tercatat" in said_on(rina.get("/console/answers"))
    assert rina.get(path).status_code == 404
    assert rina.post(path, data=filled(page)).status_code == 404


@pytest.mark.parametrize("key", ["tidak_ada", "999", "9" * 30, "²", "ktp_baru/x/y"])
def test_what_is_not_there(hall: CityHall, rina: FlaskClient, key: str) -> None:
    token = csrf_of(rina.get(PAGE))
    assert rina.get(f"/console/answers/{key}").status_code == 404
    for form in ("", "/verify", "/retire"):
        answer = rina.post(f"/console/answers/{key}{form}", data={"csrf_token": token})
        assert answer.status_code in (404, 405), form


def test_the_preview_counts_sms_and_keeps_nothing(hall: CityHall, rina: FlaskClient) -> None:
    page, before = rina.get(PAGE), len(kept(hall))
    form = filled(page, text_id="Halo „warga” <b>", text_en="x" * 400)
    shown = rina.post(f"{PAGE}/preview", data=form)
    words = said_on(shown)
    assert "1 SMS" in words
    assert "3 SMS" in words
    assert "&lt;b&gt;" in shown.text
    assert "jauh lebih pendek: „" in words
    assert len(kept(hall)) == before


def test_what_goes_with_a_topic_is_shown(rina: FlaskClient) -> None:
    assert "Ditanyakan lebih dulu: Data KTP Anda" in said_on(rina.get("/console/answers/ktp_status"))
    page = rina.get("/console/answers/ktp_hilang")
    assert "apakah jawabannya membantu" in said_on(page)
    assert "Terbantu?" in page.text


def test_the_history_tells_who_changed_what(hall: CityHall, rina: FlaskClient) -> None:
    save(rina)
    hall.wait(hours=1)
    save(rina, text_id="Yang baru.", valid_until="2027-01-31")
    words = said_on(rina.get(PAGE))
    latest = words[words.index("Riwayat") :]
    assert "Diubah sudah diperiksa sampai 31 Jan 2027 Teksnya waktu itu Yang baru. rina" in latest
    assert "Disimpan sudah diperiksa Dinas Kependudukan" in latest


def test_the_leadership_reads_and_changes_nothing(hall: CityHall, rina: FlaskClient) -> None:
    chief, token = log_in(hall, "leadership"), csrf_of(rina.get(PAGE))
    page = chief.get(PAGE)
    assert page.status_code == 200
    assert 'name="text_id"' not in page.text
    assert "/verify" not in page.text
    assert chief.get("/console/answers").status_code == 200
    own = csrf_of(chief.get("/console/answers"))
    for form in ("", "/verify", "/retire", "/preview"):
        assert chief.post(f"{PAGE}{form}", data={"csrf_token": own or token}).status_code == 403
    assert not kept(hall)


def test_a_form_without_its_token_is_refused(hall: CityHall, rina: FlaskClient) -> None:
    assert rina.post(PAGE, data={"text_id": NEW_TEXT}).status_code == 400
    assert not kept(hall)


def test_a_change_stands_in_the_audit_with_its_form(hall: CityHall, rina: FlaskClient) -> None:
    save(rina)
    with hall.database.read() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.subject == f"topic:{TOPIC}")).all()
        who = session.scalars(select(User.email).where(User.id == entries[0].user_id)).one()
    assert [entry.action for entry in entries] == ["answer_kept", "save_answer"]
    assert who == "rina@jakarta.example"


def test_the_pages_ask_little_of_the_database(hall: CityHall, rina: FlaskClient) -> None:
    for topic in ("ktp_baru", "ktp_hilang", "ktp_status"):
        rina.post(f"/console/answers/{topic}/verify", data={"csrf_token": csrf_of(rina.get(PAGE)), "seen": ""})
    for path in ("/console/answers", PAGE):
        with statements_of(hall.database) as statements:
            assert rina.get(path).status_code == 200
        assert len(statements) <= 8, statements
