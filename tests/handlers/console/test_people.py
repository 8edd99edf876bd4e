"""The console's desk: taking a conversation over, writing, giving back, blocking; each form once, nothing lost."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.tickets import tickets
from storage.models import Citizen, Conversation, Handover, InboundMessage, OutboundMessage
from tests.handlers.city_hall import CityHall, csrf_of, field_of, said_on


@pytest.fixture
def hall(any_hall: CityHall) -> CityHall:
    """Once on each database."""
    return any_hall


@pytest.fixture
def talk(hall: CityHall) -> int:
    """Somebody wrote, and their conversation was answered."""
    found = hall.conversation()
    with hall.database.begin() as session:
        session.get_one(Conversation, found).last_inbound_at = hall.now
    return found


def page_of(browser: FlaskClient, talk: int) -> TestResponse:
    return browser.get(f"/console/conversations/{talk}")


def send(browser: FlaskClient, talk: int, action: str, **fields: str) -> TestResponse:
    """Fill in one of the forms on the page of a conversation."""
    form = {"csrf_token": csrf_of(page_of(browser, talk)), **fields}
    return browser.post(f"/console/conversations/{talk}/{action}", data=form)


def came_while_held(hall: CityHall, talk: int, words: str) -> int:
    with hall.database.begin() as session:
        message = InboundMessage(channel="whatsapp", external_id=f"SM{words}", address_hash="a", address="a",
                                 received_at=hall.now, state="done", outcome="with_person", text=words,
                                 content={"text": words}, raw={}, conversation_id=talk)  # fmt: skip
        session.add(message)
        session.flush()
        return message.id


def replies(hall: CityHall) -> list[str]:
    with hall.database.read() as session:
        return [row.body["text"] for row in session.scalars(select(OutboundMessage).order_by(OutboundMessage.id))]


def test_taking_over_writing_and_giving_back(hall: CityHall, rina: FlaskClient, talk: int) -> None:
    assert "Bot yang menjawab." in said_on(page_of(rina, talk))
    assert send(rina, talk, "take").location == f"/console/conversations/{talk}"
    page = page_of(rina, talk)
    assert "Anda memegang percakapan ini sejak 23 Nov 2026, 09.00" in said_on(page)
    assert "berakhir sendiri 23 Nov 2026, 21.00" in said_on(page)
    once = field_of(page, "once")
    for _ in range(2):
        assert send(rina, talk, "reply", note="Kami cek dulu.", once=once).status_code == 303
    assert replies(hall) == ["Kami cek dulu."]
    page = page_of(rina, talk)
    assert "sudah tercatat sebelumnya" in said_on(page)
    assert field_of(page, "once") != once
    for _ in range(2):
        assert send(rina, talk, "give-back", seen="0").status_code == 303
    assert "Bot yang menjawab." in said_on(page_of(rina, talk))


def test_what_came_meanwhile_is_marked_counted_and_read_again(
    hall: CityHall, rina: FlaskClient, talk: int
) -> None:
    send(rina, talk, "take")
    hall.wait(minutes=1)
    seen = came_while_held(hall, talk, "halo bu")
    page = page_of(rina, talk)
    assert "saat dipegang petugas" in said_on(page)
    assert "Bot menjawab 1 pesan yang belum dibalas" in said_on(page)
    assert field_of(page, "seen") == str(seen)
    assert "1 pesan belum dibalas" in said_on(rina.get("/console/"))
    send(rina, talk, "give-back", seen=str(seen), rest="yes")
    message: InboundMessage = hall.get(InboundMessage, seen)
    assert (message.state, message.outcome) == ("new", None)
    conversation: Conversation = hall.get(Conversation, talk)
    assert (conversation.held_by, conversation.wake_at) == (None, hall.now)


def test_settled_messages_stay_settled(hall: CityHall, rina: FlaskClient, talk: int) -> None:
    send(rina, talk, "take")
    seen = came_while_held(hall, talk, "sudah beres bu")
    send(rina, talk, "give-back", seen=str(seen))
    message: InboundMessage = hall.get(InboundMessage, seen)
    assert (message.state, message.outcome) == ("done", "with_person")


def test_a_colleague_takes_over_knowingly(hall: CityHall, rina: FlaskClient, talk: int) -> None:
    budi = hall.coordinator("budi@jakarta.example")
    send(rina, talk, "take")
    refused = send(budi, talk, "take")
    assert refused.status_code == 409
    assert "sedang dipegang oleh rina@jakarta.example" in said_on(refused)
    holder = field_of(page_of(budi, talk), "instead_of")
    assert send(budi, talk, "take", instead_of=holder).status_code == 303
    assert "Anda memegang percakapan ini" in said_on(page_of(budi, talk))
    late = send(rina, talk, "reply", note="Sebentar ya Bu.", once="the-form-of-rina")
    assert late.status_code == 409
    assert "sedang dipegang oleh budi@jakarta.example" in said_on(late)
    assert ">Sebentar ya Bu.</textarea>" in late.text
    assert replies(hall) == []


def test_the_list_of_what_people_hold(hall: CityHall, rina: FlaskClient, talk: int) -> None:
    assert "Percakapan yang dipegang" not in said_on(rina.get("/console/"))
    other = hall.conversation()
    budi = hall.coordinator("budi@jakarta.example")
    send(rina, talk, "take")
    send(budi, other, "take")
    words = said_on(rina.get("/console/"))
    assert "Anda, sejak" in words
    assert "budi@jakarta.example, sejak" in words
    assert "0 Baru dan belum jelas 0 Pertanyaan ringan" in words, "a hold is no question"


@pytest.mark.parametrize("text", ["", "x" * 10_000])
def test_a_refused_reply_stays_in_its_form(hall: CityHall, rina: FlaskClient, talk: int, text: str) -> None:
    send(rina, talk, "take")
    page = send(rina, talk, "reply", note=text, once="a-form-of-a-test")
    assert page.status_code == 409
    assert "paling panjang 1600 huruf" in said_on(page)
    assert f">{text}</textarea>" in page.text
    assert field_of(page, "once") == "a-form-of-a-test"
    assert replies(hall) == []


def test_whatsapps_window(hall: CityHall, rina: FlaskClient, talk: int) -> None:
    send(rina, talk, "take")
    assert "Jendela WhatsApp terbuka sampai 24 Nov 2026, 09.00" in said_on(page_of(rina, talk))
    hall.wait(hours=24)
    assert "belum disetujui" in said_on(page_of(rina, talk))
    hall.rulebook.city.templates["person_answer"] = "HX1"
    try:
        assert "dikirim sebagai template person_answer" in said_on(page_of(rina, talk))
    finally:
        hall.rulebook.city.templates.clear()


@pytest.mark.parametrize("seen", ["", "-1", "9" * 40, "x", "\x00"])
def test_odd_hidden_fields(hall: CityHall, rina: FlaskClient, talk: int, seen: str) -> None:
    assert send(rina, talk, "take", instead_of=seen).status_code == 303
    assert send(rina, talk, "give-back", seen=seen).status_code == 303


def test_unknown_conversations_and_addresses_of_forms(hall: CityHall, rina: FlaskClient, talk: int) -> None:
    token = csrf_of(page_of(rina, talk))
    for action in ("take", "reply", "give-back", "block"):
        gone = rina.post(f"/console/conversations/999/{action}", data={"csrf_token": token, "sure": "yes"})
        assert gone.status_code == 404
        back = rina.get(f"/console/conversations/{talk}/{action}")
        assert back.location == f"/console/conversations/{talk}"


def test_from_the_page_of_a_ticket_one_comes_back_to_it(hall: CityHall, rina: FlaskClient) -> None:
    number = hall.ticket()
    talk = hall.find(number).conversation_id
    page = rina.get(f"/console/tickets/{number}")
    assert "Ambil alih" in said_on(page)
    sent = send(rina, talk, "take", **{"from": number})
    assert sent.location == f"/console/tickets/{number}"
    assert "Anda memegang percakapan ini" in said_on(rina.get(sent.location))


def test_a_hold_cannot_be_answered_like_a_question(hall: CityHall, rina: FlaskClient, talk: int) -> None:
    send(rina, talk, "take")
    with hall.database.read() as session:
        hold = session.scalars(select(Handover.id)).one()
    form = {"csrf_token": csrf_of(page_of(rina, talk)), "note": "Halo"}
    assert rina.post(f"/console/handovers/{hold}/answer", data=form).status_code == 404
    assert hall.get(Handover, hold).answered_at is None


def test_sealed_conversations_are_for_others(hall: CityHall, rina: FlaskClient) -> None:
    number = hall.ticket("Saya dipukul", service="lainnya", sealed=True)
    talk = hall.find(number).conversation_id
    assert "Percakapan ini tersegel" in said_on(page_of(rina, talk))
    token = csrf_of(rina.get("/console/"))
    for action in ("take", "reply", "give-back", "block"):
        form = {"csrf_token": token, "note": "Halo", "sure": "yes", "once": "a-form-of-a-test"}
        assert rina.post(f"/console/conversations/{talk}/{action}", data=form).status_code == 404


def test_blocking_and_unblocking(hall: CityHall, rina: FlaskClient, talk: int) -> None:
    unsure = send(rina, talk, "block", note="Iklan")
    assert unsure.status_code == 409
    assert "Centang dulu" in said_on(unsure)
    assert ">Iklan</textarea>" in unsure.text
    without = send(rina, talk, "block", note=" ", sure="yes")
    assert (without.status_code, "Tulis alasannya" in said_on(without)) == (409, True)
    for _ in range(2):
        assert send(rina, talk, "block", note="Iklan <b>", sure="yes").status_code == 303
    page = rina.get("/console/blocked")
    for expected in ("Sari Contoh", "Iklan <b>", "rina@jakarta.example", "23 Nov 2026, 09.00", "0 pesan"):
        assert expected in said_on(page)
    assert "bot diam kecuali darurat" in said_on(page_of(rina, talk))
    path = re.search(r"/console/blocked/\d+/unblock", page.text)
    assert path
    for _ in range(2):
        assert rina.post(path[0], data={"csrf_token": csrf_of(page)}).status_code == 303
    assert "Tidak ada pengirim" in said_on(rina.get("/console/blocked"))
    assert rina.get(path[0]).location == "/console/blocked"
    unknown = rina.post("/console/blocked/999/unblock", data={"csrf_token": csrf_of(page)})
    assert unknown.status_code == 404


def test_the_first_page_says_what_kind_of_message_waits(hall: CityHall, rina: FlaskClient) -> None:
    hall.handover("Where do I get an ID card?", "english")
    hall.handover("", "voice")
    hall.handover("minta salinan data", "data")
    words = said_on(rina.get("/console/"))
    for expected in ("Bahasa Inggris", "Pesan suara", "Permintaan tentang data pribadi"):
        assert expected in words


def test_the_earliest_deadline_comes_first(hall: CityHall, rina: FlaskClient) -> None:
    late, early = hall.handover("yang nanti"), hall.handover("yang dulu")
    with hall.database.begin() as session:
        session.get_one(Handover, early).due_at = hall.now - timedelta(hours=1)
    page = rina.get("/console/").text
    assert page.index(f'id="message-{early}"') < page.index(f'id="message-{late}"')
    assert page.count('<span class="small late">') == 1


def test_rating_links_and_the_officers_mark(hall: CityHall, rina: FlaskClient) -> None:
    first, second, sealed = hall.ticket(), hall.ticket("Lampu mati", service="lampu_jalan"), hall.ticket("x")
    with hall.database.begin() as session:
        one, two, three = (tickets.by_number(session, number) for number in (first, second, sealed))
        two.linked_to = three.linked_to = one.id
        three.sealed, one.rating, two.rating, two.on_behalf = True, 4, 0, True
    words = said_on(rina.get(f"/console/tickets/{first}"))
    assert "Nilai dari warga 4 dari 5" in words
    assert f"Dari pesan yang sama {second} Penerangan jalan umum" in words
    assert sealed not in words
    assert "Dilaporkan petugas" not in words
    words = said_on(rina.get(f"/console/tickets/{second}"))
    assert "Sudah ditanyakan, belum dijawab" in words
    assert f"Dari pesan yang sama {first}" in words
    assert "Dilaporkan petugas" in words
    assert said_on(rina.get("/console/queue/all")).count("Dilaporkan petugas") == 1


def test_what_happened_is_told_in_words(hall: CityHall, rina: FlaskClient) -> None:
    number, token = hall.forwarded()
    by = tickets.By("citizen", hall.now)
    with hall.database.begin() as session:
        ticket = tickets.by_number(session, number)
        tickets.record(session, ticket, "corrected", by, {"from": "jalan_rusak", "to": "lampu_jalan"})
        tickets.record(session, ticket, "rated", by, {"stars": 2})
        tickets.record(session, ticket, "safe_contact", tickets.By("citizen", hall.now, "lewat kakak saya"))
        tickets.record(session, ticket, "called", tickets.By(f"user:{hall.user_id()}", hall.now))
    words = said_on(rina.get(f"/console/tickets/{number}"))
    for expected in ("Jalan rusak → Penerangan jalan umum", "Warga memberi nilai 2 dari 5", "lewat kakak saya",
                     "Unitnya sudah ditelepon"):  # fmt: skip
        assert expected in words
    page = said_on(hall.browser().get(f"/agency/{token}"))
    assert "kakak saya" not in page, "how somebody is safely reached is not for an agency"


def test_an_erased_citizen_cannot_be_written_to(hall: CityHall, rina: FlaskClient, talk: int) -> None:
    with hall.database.begin() as session:
        session.scalars(select(Citizen)).one().erased_at = hall.now
    words = said_on(page_of(rina, talk))
    assert "sudah dihapus" in words
    assert "Blokir pengirim" not in words
