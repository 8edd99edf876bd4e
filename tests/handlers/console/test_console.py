"""The coordinators' console: what waits, what is late, and that each answer goes out once."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.status import Move
from storage.models import Handover, OutboundMessage, Quarantine, Ticket
from tests.handlers.city_hall import CityHall, csrf_of, said_on
from tests.handlers.sealed_cases import log_in
from tests.support.statements import statements_of


@pytest.fixture
def rina(hall: CityHall) -> FlaskClient:
    """A coordinator's browser, logged in."""
    return hall.coordinator()


def send(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Fill in one of the console's forms and send it."""
    form = {"csrf_token": csrf_of(browser.get("/console/")), **fields}
    return browser.post(path, data=form)


def answers(hall: CityHall, handover: int) -> list[str]:
    with hall.database.read() as session:
        mine = select(OutboundMessage).where(OutboundMessage.key == f"handover:{handover}")
        return [message.body["text"] for message in session.scalars(mine)]


def sent_back(hall: CityHall, note: str = "Bukan kami") -> str:
    """A ticket that an agency has sent back to the coordinators."""
    number, token = hall.forwarded("Lampu jalan mati")
    browser = hall.browser()
    form = {"csrf_token": csrf_of(browser.get(f"/agency/{token}")), "note": note}
    browser.post(f"/agency/{token}/send_back", data=form)
    return number


def test_what_waits_is_listed_with_its_reason(hall: CityHall, rina: FlaskClient) -> None:
    hall.handover("Apakah <b>bisa</b>?", "question")
    hall.handover("Saya mau bicara", "person")
    page = rina.get("/console/")
    words = said_on(page)
    for expected in ("Minta bicara dengan petugas", "2 Pertanyaan ringan", "Saya mau bicara"):
        assert expected in words
    assert "&lt;b&gt;bisa&lt;/b&gt;" in page.text
    assert '<span class="small late">' not in page.text
    hall.wait(days=2)
    assert rina.get("/console/").text.count('<span class="small late">2 hari</span>') == 2


def test_an_answer_goes_to_the_outbox_once(hall: CityHall, rina: FlaskClient) -> None:
    handover = hall.handover()
    for _ in range(2):
        sent = send(rina, f"/console/handovers/{handover}/answer", note="Bisa, di kelurahan.")
        assert sent.status_code == 303
    assert "sudah tercatat sebelumnya" in said_on(rina.get("/console/"))
    assert answers(hall, handover) == ["Bisa, di kelurahan."]
    done: Handover = hall.get(Handover, handover)
    assert (done.answer, done.answered_by) == ("Bisa, di kelurahan.", hall.user_id())
    assert f"pesan-{handover}" not in rina.get("/console/").text


def test_the_second_coordinator_is_told_and_keeps_the_text(hall: CityHall, rina: FlaskClient) -> None:
    handover = hall.handover()
    budi = hall.coordinator("budi@jakarta.example")
    send(rina, f"/console/handovers/{handover}/answer", note="Bisa.")
    told = send(budi, f"/console/handovers/{handover}/answer", note="Bisa, bawa KK.")
    assert told.status_code == 409
    assert "sudah dijawab rekan Anda" in said_on(told)
    assert ">Bisa, bawa KK.</textarea>" in told.text
    assert answers(hall, handover) == ["Bisa."]


@pytest.mark.parametrize("text", ["", "x" * 10_000])
def test_a_refused_answer_stays_in_its_form(hall: CityHall, rina: FlaskClient, text: str) -> None:
    handover = hall.handover()
    page = send(rina, f"/console/handovers/{handover}/answer", note=text)
    assert page.status_code == 409
    assert "paling panjang 1600 huruf" in said_on(page)
    assert f">{text}</textarea>" in page.text
    assert answers(hall, handover) == []


def test_a_message_becomes_a_report(hall: CityHall, rina: FlaskClient) -> None:
    handover = hall.handover("Lampu mati di gang kami", "unsure")
    for _ in range(2):
        send(rina, f"/console/handovers/{handover}/ticket", service="lampu_jalan")
    with hall.database.read() as session:
        ticket = session.scalars(select(Ticket)).one()
    assert (ticket.service, ticket.agency, ticket.story) == (
        "lampu_jalan",
        "bina_marga",
        "Lampu mati di gang kami",
    )
    assert len(answers(hall, handover)) == 1
    assert ticket.number in answers(hall, handover)[0]


def test_an_unknown_service_is_refused_in_place(hall: CityHall, rina: FlaskClient) -> None:
    handover = hall.handover()
    page = send(rina, f"/console/handovers/{handover}/ticket", service="khayalan")
    assert page.status_code == 409
    assert "Pilih salah satu layanan" in said_on(page)


def test_a_handover_that_does_not_exist(hall: CityHall, rina: FlaskClient) -> None:
    assert send(rina, "/console/handovers/77/answer", note="Halo").status_code == 404


def test_the_numbers_at_the_top(hall: CityHall, rina: FlaskClient) -> None:
    hall.handover()
    hall.forwarded("Kebakaran", service="kebakaran", urgent=True)
    hall.forwarded()
    sent_back(hall)
    words = said_on(rina.get("/console/"))
    for expected in ("1 Pertanyaan ringan", "1 Darurat terbuka", "0 Lewat tenggat", "1 Dikembalikan instansi"):
        assert expected in words
    assert "karantina" not in words
    hall.wait(days=30)
    assert "3 Lewat tenggat" in said_on(rina.get("/console/"))


def test_quarantined_messages_are_counted(hall: CityHall, rina: FlaskClient) -> None:
    with hall.database.begin() as session:
        session.add(
            Quarantine(channel="sms", external_id="SM1", reason="unknown_to", raw={}, received_at=hall.now)
        )
    assert "1 pesan di karantina" in said_on(rina.get("/console/"))


def test_filters_stand_in_the_address_bar(hall: CityHall, rina: FlaskClient) -> None:
    waiting, _ = hall.forwarded("Jalan berlubang")
    accepted, _ = hall.forwarded("Sampah menumpuk", service="sampah")
    hall.moved(accepted, Move.ACCEPT, "agency:dlh")

    def shown(query: str) -> set[str]:
        page = rina.get(f"/console/queue/{query}", follow_redirects=True).text
        return {number for number in (waiting, accepted) if number in page}

    assert shown("all") == {waiting, accepted}
    assert shown("all?status=in_progress") == {accepted}
    assert shown("all?agency=bina_marga") == {waiting}
    assert shown("overdue") == set()
    assert shown("all?status=open&agency=dlh") == {accepted}
    assert shown("all?status=done") == set()
    assert shown("all?status=nonsense&agency=%00&only=x") == {waiting, accepted}


def test_a_form_leads_back_to_the_list_it_was_sent_from_and_nowhere_else(
    hall: CityHall, rina: FlaskClient
) -> None:
    back = "/console/queue/sent_back?agency=bina_marga"
    for wanted, there in (
        (back, back),
        ("https://evil.example/", "/console/"),
        ("//evil", "/console/"),
        ("", "/console/"),
    ):
        number = sent_back(hall)
        sent = send(rina, f"/console/tickets/{number}/pass-on", agency="dishub", next=wanted)
        assert sent.location == there


def test_passing_on(hall: CityHall, rina: FlaskClient) -> None:
    number = sent_back(hall, "Ini urusan perhubungan")
    assert "Ini urusan perhubungan" in said_on(rina.get("/console/queue/sent_back"))
    for _ in range(2):
        assert send(rina, f"/console/tickets/{number}/pass-on", agency="dishub").status_code == 303
    ticket = hall.find(number)
    assert (ticket.status, ticket.agency) == ("waiting", "dishub")
    assert hall.kinds(number).count("forward") == 2
    letter, news = hall.written(number)[-2:]
    assert (letter.recipient, news.wording) == ("dishub@jakarta.example", "follow_passed_on")
    page = hall.browser().get(f"/agency/{hall.token_of(number)}")
    assert page.status_code == 200


def test_passing_on_to_nobody_or_too_late(hall: CityHall, rina: FlaskClient) -> None:
    number = sent_back(hall)
    nobody = send(rina, f"/console/tickets/{number}/pass-on", agency="")
    assert nobody.status_code == 409
    assert "Pilih salah satu instansi" in said_on(nobody)
    send(rina, f"/console/tickets/{number}/pass-on", agency="dishub")
    late = send(rina, f"/console/tickets/{number}/pass-on", agency="dlh")
    assert late.status_code == 409
    assert "sudah ada di instansi" in said_on(late)
    assert hall.find(number).agency == "dishub"


def test_a_ticket_with_all_that_was_said(hall: CityHall, rina: FlaskClient) -> None:
    handover = hall.handover("Lampu mati <script>alert(1)</script>", "unsure")
    send(rina, f"/console/handovers/{handover}/ticket", service="lampu_jalan")
    with hall.database.read() as session:
        number = session.scalars(select(Ticket.number)).one()
    page = rina.get(f"/console/tickets/{number}")
    words = said_on(page)
    for expected in ("Penerangan jalan umum", "Laporan masuk", "menunggu dikirim", "Diteruskan ke instansi"):
        assert expected in words
    assert "<script>alert" not in page.text


def test_the_agencys_link_is_not_shown_to_coordinators(hall: CityHall, rina: FlaskClient) -> None:
    number, token = hall.forwarded()
    page = rina.get(f"/console/tickets/{number}")
    assert f"[{number}]" in said_on(page)
    assert token not in page.text


def test_a_ticket_that_does_not_exist(hall: CityHall, rina: FlaskClient) -> None:
    page = rina.get("/console/tickets/JK-000000-0")
    assert page.status_code == 404
    assert "Ke konsol" in said_on(page)


def test_finding_a_ticket_by_its_number(hall: CityHall, rina: FlaskClient) -> None:
    number = hall.ticket()
    found = rina.get("/console/tickets", query_string={"number": number.lower().replace("-", " ")})
    assert found.location == f"/console/tickets/{number}"
    unknown = rina.get("/console/tickets?number=<b>halo", follow_redirects=True)
    assert "bukan nomor laporan" in said_on(unknown)
    assert "<b>halo" not in unknown.text


def test_the_conversation_of_a_message(hall: CityHall, rina: FlaskClient) -> None:
    talk = hall.get(Handover, hall.handover("Halo, ada orang?")).conversation_id
    assert "Halo, ada orang?" in said_on(rina.get(f"/console/conversations/{talk}"))
    assert rina.get("/console/conversations/999").status_code == 404


def test_looking_changes_nothing_but_the_audit(hall: CityHall, rina: FlaskClient) -> None:
    number, handover = sent_back(hall), hall.handover()
    before = hall.everything()
    for path in ("", f"tickets/{number}", f"tickets/{number}/pass-on", f"handovers/{handover}/answer"):
        rina.get(f"/console/{path}")
    after = hall.everything()
    assert {name for name in after if after[name] != before[name]} <= {"audit_entries"}
    rina.get("/console/")
    assert hall.everything() == after


def test_few_queries_however_much_there_is(hall: CityHall, rina: FlaskClient) -> None:
    for _ in range(5):
        hall.handover()
        sent_back(hall)
    number, _ = hall.forwarded()
    for path in ("/console/", f"/console/tickets/{number}"):
        with statements_of(hall.database) as statements:
            assert rina.get(path).status_code == 200
        assert len(statements) <= 15, statements


def test_the_first_page_shows_what_waits_longest_and_leads_to_the_rest(hall: CityHall, rina: FlaskClient) -> None:
    numbers = [sent_back(hall) for _ in range(5)]
    hall.wait(days=60)
    page = rina.get("/console/")
    listed = page.text.partition('id="longest-sent_back"')[2].partition("</section>")[0]
    assert [number for number in numbers if number in listed] == numbers[:3]
    assert 'href="/console/queue/sent_back">Semua 5' in listed
    assert 'href="/console/queue/overdue"><b>5</b>' in page.text


def test_a_day_without_anything_is_said_to_be_one(hall: CityHall, rina: FlaskClient) -> None:
    words = said_on(rina.get("/console/"))
    for nothing in ("Tidak ada darurat terbuka.", "Tidak ada yang dikembalikan.", "Tidak ada yang lewat tenggat.",
                    "Tidak ada pertanyaan yang menunggu.", "Tidak ada pesan yang belum jelas."):  # fmt: skip
        assert nothing in words


def test_leadership_reads_the_first_page_without_any_form(hall: CityHall) -> None:
    sent_back(hall)
    page = log_in(hall, "leadership").get("/console/")
    assert "1 Dikembalikan instansi" in said_on(page)
    assert 'method="post"' not in page.text.partition("<main")[2].partition("</main>")[0]
