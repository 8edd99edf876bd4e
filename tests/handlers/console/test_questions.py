"""Light questions: what is offered, what the citizen will get; an answer is given once and can be kept."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.standing import standing
from bot.standing.checks import Kept
from storage.models import (
    CannedReply,
    Conversation,
    Example,
    Handover,
    InboundMessage,
    OutboundMessage,
    StandingAnswer,
    Ticket,
)
from tests.handlers.city_hall import CityHall, csrf_of, said_on
from tests.handlers.console.test_triage import open_one
from tests.handlers.sealed_cases import log_in
from tests.support.statements import statements_of

ASKED = "Kalau kartu keluarga hilang urusnya di mana ya?"
ANSWER = "Di kelurahan, bawa surat kehilangan."


def question(hall: CityHall, words: str = ASKED, *, topic: str = "", channel: str = "whatsapp") -> int:
    """A question that waits, as the model read it."""
    handover = hall.handover(words)
    with hall.database.begin() as session:
        row = session.get_one(Handover, handover)
        talk = session.get_one(Conversation, row.conversation_id)
        talk.channel, talk.last_inbound_at = channel, hall.now
        if topic:
            record = {"intents": [["tanya", 0.9]], "services": [], "faqs": [[topic, 0.62]], "place": None}
            session.get_one(InboundMessage, row.inbound_id).understanding = record
    return handover


def send(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    return browser.post(path, data={"csrf_token": csrf_of(browser.get("/console/questions")), **fields})


def answer(browser: FlaskClient, handover: int, text: str = ANSWER) -> TestResponse:
    """As the page's form sends it."""
    back = f"/console/questions?answered={handover}&after={handover}"
    return send(browser, f"/console/handovers/{handover}/answer", note=text, next=back)


def sent(hall: CityHall) -> list[str]:
    with hall.database.read() as session:
        return [row.body["text"] for row in session.scalars(select(OutboundMessage).order_by(OutboundMessage.id))]


def test_the_oldest_deadline_comes_first(hall: CityHall, rina: FlaskClient) -> None:
    question(hall, "yang pertama")
    hall.wait(minutes=1)
    question(hall, "yang kedua")
    hall.handover("entahlah apa ini", "unsure")
    page = rina.get("/console/questions")
    assert open_one(page) == "yang pertama"
    assert "entahlah apa ini" not in page.text
    hall.wait(days=2)
    assert "Terlambat, dijanjikan" in said_on(rina.get("/console/questions"))


def test_an_answer_is_sent_once_and_the_next_is_there(hall: CityHall, rina: FlaskClient) -> None:
    first = question(hall)
    hall.wait(minutes=1)
    question(hall, "yang kedua")
    for _ in range(2):
        page = rina.get(answer(rina, first).location)
    assert sent(hall) == [ANSWER]
    assert "sudah tercatat sebelumnya" in said_on(page)
    assert open_one(page) == "yang kedua"
    assert f"Terjawab: {ASKED}" in said_on(page)


def test_what_a_colleague_answered_meanwhile_is_not_answered_again(hall: CityHall, rina: FlaskClient) -> None:
    handover = question(hall)
    budi = hall.coordinator("budi@jakarta.example")
    question(hall, "yang kedua")
    answer(rina, handover)
    page = answer(budi, handover, "Di kecamatan.")
    assert page.status_code == 409
    assert "sudah dijawab rekan Anda" in said_on(page)
    assert ">Di kecamatan.</textarea>" in page.text
    assert sent(hall) == [ANSWER]


@pytest.mark.parametrize("text", ["", "x" * 10_000, "\x00 \u202e"])
def test_what_cannot_be_sent_stays_in_the_box(hall: CityHall, rina: FlaskClient, text: str) -> None:
    page = answer(rina, question(hall), text)
    assert page.status_code == 409
    assert "paling panjang 1600 huruf" in said_on(page)
    assert sent(hall) == []
    if len(text) > 10:
        assert text in page.text


# -- what is offered -------------------------------------------------------------------------------


def kept(hall: CityHall, **more: object) -> None:
    values = {
        "text_id": ANSWER,
        "owner": "dukcapil",
        "source": "Perda 2/2011",
        "valid_until": date(2027, 5, 1),
        **more,
    }
    with hall.database.begin() as session:
        standing.keep(session, hall.rulebook, Kept(**values), hall.user_id(), hall.now)  # type: ignore[arg-type]


def test_the_standing_answer_of_the_topic_that_was_read_is_offered(hall: CityHall, rina: FlaskClient) -> None:
    question(hall, topic="ktp_hilang")
    said = said_on(rina.get("/console/questions"))
    assert "Jawaban baku ktp hilang, 62 % belum diverifikasi" in said
    kept(hall, topic="ktp_hilang", text_id="Jawaban yang disimpan petugas.", verified=True)
    said = said_on(rina.get("/console/questions"))
    assert "Jawaban baku ktp hilang, 62 % Jawaban yang disimpan petugas." in said


def test_what_was_answered_to_a_similar_question_is_offered(hall: CityHall, rina: FlaskClient) -> None:
    kept(hall, question="kartu keluarga hilang, urus di mana?")
    kept(hall, question="jam buka perpustakaan kota?", text_id="Jam delapan pagi.")
    question(hall)
    said = said_on(rina.get("/console/questions"))
    assert f"Pertanyaan serupa kartu keluarga hilang, urus di mana? belum diverifikasi {ANSWER}" in said
    assert "Jam delapan" not in said
    hall.wait(days=400)
    assert "masa berlakunya sudah lewat" in said_on(rina.get("/console/questions"))


def test_ready_sentences_are_offered_unless_they_need_a_ticket(hall: CityHall, rina: FlaskClient) -> None:
    with hall.database.begin() as session:
        me = {"created_by": hall.user_id(), "updated_at": hall.now}
        session.add(CannedReply(title="Jam buka", text="Kami buka pukul 08.00.", **me))
        session.add(CannedReply(title="Status", text="Laporan {number} sedang ditangani.", **me))
    question(hall)
    page = rina.get("/console/questions").text
    assert "Kami buka pukul 08.00." in page
    assert "sedang ditangani" not in page


def test_one_page_asks_the_database_little(hall: CityHall, rina: FlaskClient) -> None:
    for n in range(30):
        question(hall, f"{ASKED} ({n})", topic="ktp_hilang")
    kept(hall, question="kartu keluarga hilang?")
    rina.get("/console/questions")
    with statements_of(hall.database) as seen:
        rina.get("/console/questions")
    assert len(seen) <= 15, "\n".join(seen)


# -- what the citizen will get ---------------------------------------------------------------------


def preview(hall: CityHall, browser: FlaskClient, text: str, channel: str) -> str:
    handover = question(hall, channel=channel)
    return said_on(send(browser, f"/console/questions/{handover}/preview", note=text))


def test_the_preview_counts_the_parts_of_an_sms(hall: CityHall, rina: FlaskClient) -> None:
    assert "1 SMS" in preview(hall, rina, "Bisa, Bu.", "sms")
    assert "3 SMS" in preview(hall, rina, "x" * 400, "sms")
    assert "huruf ж membuatnya lebih panjang" in preview(hall, rina, "Bisa ж", "sms")
    assert "SMS" not in preview(hall, rina, "Bisa, Bu.", "whatsapp")
    assert preview(hall, rina, "", "sms") == ""


def test_the_preview_says_whether_the_window_is_open(hall: CityHall, rina: FlaskClient) -> None:
    handover = question(hall)
    said = said_on(send(rina, f"/console/questions/{handover}/preview", note="Bisa."))
    assert "kemungkinan tidak sampai" not in said
    hall.wait(days=2)
    said = said_on(send(rina, f"/console/questions/{handover}/preview", note="Bisa."))
    assert "kemungkinan tidak sampai" in said


def test_the_preview_keeps_nothing_and_escapes(hall: CityHall, rina: FlaskClient) -> None:
    handover = question(hall)
    rina.get("/console/questions")
    before = hall.everything()
    page = send(rina, f"/console/questions/{handover}/preview", note="<script>alert(1)</script>")
    assert "<script>alert" not in page.text
    after = hall.everything()
    assert {name for name in after if after[name] != before[name]} <= {"audit_entries"}  # the page's own look
    assert send(rina, "/console/questions/77/preview", note="Halo").status_code == 404


# -- keeping it ------------------------------------------------------------------------------------


def keep_form(hall: CityHall, **more: str) -> dict[str, str]:
    until = (hall.now + timedelta(days=90)).date().isoformat()
    return {"about": "question", "question": ASKED, "text_id": ANSWER, "owner": "dukcapil", "source": "Perda",
            "valid_until": until, **more}  # fmt: skip


def answers(hall: CityHall) -> list[StandingAnswer]:
    with hall.database.read() as session:
        return list(session.scalars(select(StandingAnswer)))


def test_an_answer_is_kept_for_similar_questions(hall: CityHall, rina: FlaskClient) -> None:
    handover = question(hall, "KK hilang pak, nomor saya 0812-3456-7890")
    page = rina.get(answer(rina, handover).location)
    assert "KK hilang pak, nomor saya [telepon]</textarea>" in page.text
    form = keep_form(hall, question="KK hilang, 0812-3456-7890", verified="yes")
    done = send(rina, f"/console/questions/{handover}/keep", **form)
    assert "Jawaban disimpan." in said_on(rina.get(done.location))
    (row,) = answers(hall)
    assert (row.topic, row.question, row.text_id) == (None, "KK hilang, [telepon]", ANSWER)
    assert row.verified_by == hall.user_id()


def test_an_answer_is_kept_for_a_topic(hall: CityHall, rina: FlaskClient) -> None:
    handover = question(hall)
    answer(rina, handover)
    send(rina, f"/console/questions/{handover}/keep", **keep_form(hall, about="topic", topic="ktp_hilang"))
    (row,) = answers(hall)
    assert (row.topic, row.question, row.verified_at) == ("ktp_hilang", None, None)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"owner": "dinas_khayal"}, "Pilih instansi yang bertanggung jawab"),
        ({"valid_until": "besok"}, "Pilih tanggal"),
        ({"valid_until": "2020-01-01"}, "sudah lewat"),
        ({"source": ""}, "Tulis sumbernya"),
        ({"about": "topic"}, "satu topik"),
        ({"text_id": "y" * 10_000}, "ringkaslah"),
    ],
)
def test_what_cannot_be_kept_stays_in_its_form(
    hall: CityHall, rina: FlaskClient, fields: dict[str, str], says: str
) -> None:
    handover = question(hall)
    answer(rina, handover)
    page = send(rina, f"/console/questions/{handover}/keep", **keep_form(hall, **fields))
    assert page.status_code == 409
    assert says in said_on(page)
    assert fields.get("text_id", ANSWER) in page.text
    assert answers(hall) == []


def test_a_question_is_kept_for_the_model(hall: CityHall, rina: FlaskClient) -> None:
    handover = question(hall)
    answer(rina, handover)
    refused = send(rina, f"/console/questions/{handover}/example", topic="khayalan")
    assert refused.status_code == 409
    send(rina, f"/console/questions/{handover}/example", topic="kk_baru_ubah")
    with hall.database.read() as session:
        row = session.scalars(select(Example)).one()
    assert (row.text, row.intent, row.faq) == (ASKED, "tanya", "kk_baru_ubah")


def test_a_question_that_is_a_report_becomes_one(hall: CityHall, rina: FlaskClient) -> None:
    handover = question(hall, "Kapan lampu di gang kami diperbaiki?")
    back = f"/console/questions?after={handover}"
    done = send(rina, f"/console/handovers/{handover}/ticket", service="lampu_jalan", next=back)
    assert done.location == back
    assert "dibuat dan warga dikabari" in said_on(rina.get(back))


def test_what_somebody_must_not_read_is_not_offered_for_keeping(hall: CityHall, rina: FlaskClient) -> None:
    handover = question(hall, "aku harus ke mana")
    answer(rina, handover)
    sealed = hall.ticket("Suamiku memukuli aku", service="perempuan_anak", sealed=True)
    with hall.database.begin() as session:
        owner = session.get_one(Handover, handover).conversation.citizen_id
        session.scalars(select(Ticket).where(Ticket.number == sealed)).one().citizen_id = owner
    page = rina.get(f"/console/questions?answered={handover}")
    assert "aku harus ke mana" not in page.text
    for action in ("keep", "example", "preview"):
        form = {"csrf_token": csrf_of(page), "note": "x"}
        assert rina.post(f"/console/questions/{handover}/{action}", data=form).status_code == 404
    assert (
        "aku harus ke mana" in log_in(hall, "sealed_officer").get(f"/console/questions?answered={handover}").text
    )
