"""What citizens sent along is seen by those who may, under a type of ours, and is nothing but what it is."""

from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import select

from bot.clock import Clock
from bot.intake.media import MediaQueue
from bot.messages import WHATSAPP
from bot.tickets import tickets
from handlers.edge import KEY
from storage.models import InboundMessage, MediaFile
from storage.queries.media import queue_files
from tests.handlers.city_hall import CityHall, said_on
from tests.support.media import Shelf
from tests.support.pictures import HTML, PDF, VCARD, VOICE, exif, jpeg

TOKYO = ((35.0, 40.0, 34.0), "N", (139.0, 39.0, 1.0), "E")
CONTENT = {"image": jpeg(), "voice": VOICE, "document": PDF, "contact": VCARD}


def send(hall: CityHall, number: str, *files: bytes, fetch: bool = True) -> list[int]:
    """These files come with a message of the ticket; their ids."""
    shelf = Shelf()
    shelf.files = {f"u{n}": file for n, file in enumerate(files)}
    media = [{"url": url, "content_type": "image/jpeg"} for url in shelf.files]
    with hall.database.begin() as session:
        ticket = tickets.by_number(session, number)
        message = InboundMessage(
            channel=WHATSAPP,
            external_id=f"SM{number}",
            address_hash="x",
            address="whatsapp:+628000001234",
            received_at=hall.now,
            state="done",
            text="",
            content={"text": "", "media": media},
            raw={},
            conversation_id=ticket.conversation_id,
            ticket_id=ticket.id,
        )
        session.add(message)
        session.flush()
        queue_files(session, [message], hall.now)
        session.flush()
        queued = select(MediaFile.id).where(MediaFile.inbound_id == message.id).order_by(MediaFile.id)
        ids = list(session.scalars(queued))
    store, clock = hall.app.extensions[KEY].files, Clock(lambda: hall.now)
    queue = MediaQueue(hall.database, hall.rulebook, {WHATSAPP: shelf}, store, clock, "test")
    while fetch and queue.round():
        pass
    return ids


def conversation_of(hall: CityHall, number: str) -> int:
    return hall.find(number).conversation_id


def test_a_photo_is_seen_by_coordinators_and_by_its_agency(hall: CityHall, rina: FlaskClient) -> None:
    number, token = hall.forwarded()
    [photo] = send(hall, number, jpeg())
    talk = conversation_of(hall, number)
    for browser, page, address in (
        (rina, f"/console/tickets/{number}", f"/console/tickets/{number}/file/{photo}"),
        (rina, f"/console/conversations/{talk}", f"/console/conversations/{talk}/file/{photo}"),
        (hall.browser(), f"/agency/{token}", f"/agency/{token}/file/{photo}"),
    ):
        shown = browser.get(page).text
        assert f'href="{address}"' in shown
        assert f'src="{address}?size=small"' in shown
        for query in ("", "?size=small"):
            answer = browser.get(address + query)
            assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Content-Disposition"] == "inline"
            assert "sandbox" in answer.headers["Content-Security-Policy"]
            assert answer.headers["Cache-Control"].startswith("private")


def test_the_type_is_ours_and_what_may_act_is_saved_not_opened(hall: CityHall, rina: FlaskClient) -> None:
    number = hall.ticket()
    ids = send(hall, number, *CONTENT.values())
    answers = [rina.get(f"/console/tickets/{number}/file/{file}") for file in ids]
    assert [answer.mimetype for answer in answers] == ["image/jpeg", "audio/ogg", "application/pdf", "text/vcard"]
    ways = [answer.headers["Content-Disposition"].partition(";")[0] for answer in answers]
    assert ways == ["inline", "inline", "attachment", "attachment"]
    assert 'filename="berkas-' in answers[2].headers["Content-Disposition"]
    assert rina.get(f"/console/tickets/{number}/file/{ids[1]}?size=small").status_code == 404


def test_a_voice_note_can_be_heard_in_pieces(hall: CityHall, rina: FlaskClient) -> None:
    number = hall.ticket()
    [voice] = send(hall, number, VOICE)
    address = f"/console/tickets/{number}/file/{voice}"
    assert f'<audio controls preload="none" src="{address}"' in rina.get(f"/console/tickets/{number}").text
    piece = rina.get(address, headers={"Range": "bytes=0-3"})
    assert (piece.status_code, piece.data) == (206, b"OggS")
    assert piece.headers["X-Content-Type-Options"] == "nosniff"
    assert rina.get(address, headers={"Range": f"bytes={len(VOICE)}-"}).status_code == 416


def test_the_place_that_a_photo_told_is_shown_and_marked_when_abroad(hall: CityHall, rina: FlaskClient) -> None:
    number, token = hall.forwarded()
    send(hall, number, jpeg(exif=exif(TOKYO, "2026:11:23 07:30:00")))
    for browser, page in ((rina, f"/console/tickets/{number}"), (hall.browser(), f"/agency/{token}")):
        words = said_on(browser.get(page))
        assert "Tempat menurut foto: 35.67611, 139.65028 (di luar negeri)" in words
        assert "Diambil 23 Nov 2026, 07.30" in words


def test_agencies_see_no_contact_cards(hall: CityHall, rina: FlaskClient) -> None:
    number, token = hall.forwarded()
    [card] = send(hall, number, VCARD)
    assert "Kartu kontak" not in said_on(hall.browser().get(f"/agency/{token}"))
    assert hall.browser().get(f"/agency/{token}/file/{card}").status_code == 404
    assert "Kartu kontak" in said_on(rina.get(f"/console/tickets/{number}"))


def test_what_was_not_kept_says_why_and_cannot_be_opened(hall: CityHall, rina: FlaskClient) -> None:
    number, token = hall.forwarded()
    [page] = send(hall, number, HTML)
    assert "Tidak tersimpan: jenisnya tidak dikenal." in said_on(rina.get(f"/console/tickets/{number}"))
    assert rina.get(f"/console/tickets/{number}/file/{page}").status_code == 404
    assert "Tidak tersimpan" not in said_on(hall.browser().get(f"/agency/{token}"))


def test_what_is_still_to_be_fetched_says_so(hall: CityHall, rina: FlaskClient) -> None:
    number = hall.ticket()
    [photo] = send(hall, number, jpeg(), fetch=False)
    assert "Sedang diambil." in said_on(rina.get(f"/console/tickets/{number}"))
    assert rina.get(f"/console/tickets/{number}/file/{photo}").status_code == 404


def test_a_file_is_reached_through_its_own_ticket_and_conversation_only(hall: CityHall, rina: FlaskClient) -> None:
    mine, _ = hall.forwarded()
    other, token = hall.forwarded()
    [photo] = send(hall, mine, jpeg())
    stranger = hall.browser()
    for browser, address in (
        (rina, f"/console/tickets/{other}/file/{photo}"),
        (rina, f"/console/conversations/{conversation_of(hall, other)}/file/{photo}"),
        (rina, f"/console/tickets/{mine}/file/{photo + 1}"),
        (rina, f"/console/tickets/JK-000000-0/file/{photo}"),
        (stranger, f"/agency/{token}/file/{photo}"),
        (stranger, f"/agency/AAAAAAAAAAAAAAAAAAAAAA/file/{photo}"),
    ):
        assert browser.get(address).status_code == 404, address
    assert stranger.get(f"/console/tickets/{mine}/file/{photo}").status_code == 302


def test_files_of_a_sealed_ticket_are_not_reached_through_the_conversation(
    hall: CityHall, rina: FlaskClient
) -> None:
    number = hall.ticket()
    [photo] = send(hall, number, jpeg())
    address = f"/console/conversations/{conversation_of(hall, number)}/file/{photo}"
    assert rina.get(address).status_code == 200
    with hall.database.begin() as session:
        tickets.by_number(session, number).sealed = True
    assert rina.get(address).status_code == 404


def test_a_file_that_is_gone_from_the_store(hall: CityHall, rina: FlaskClient, tmp_path: Path) -> None:
    number = hall.ticket()
    [photo] = send(hall, number, jpeg())
    for file in (tmp_path / "media").rglob("*"):
        if file.is_file():
            file.unlink()
    answer = rina.get(f"/console/tickets/{number}/file/{photo}")
    assert (answer.status_code, "Berkas itu tidak ada" in answer.text) == (404, True)
