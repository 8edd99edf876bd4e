"""The queue of files: each one fetched once, judged by content, kept or refused with a friendly word."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.intake import inbox
from bot.intake.file_types import UnusableFileError
from bot.intake.media import BACK_OFF, FetchError, small_key
from bot.tickets.tickets import Report, open_ticket
from storage.models import Citizen, Conversation, InboundMessage, Ticket, User
from storage.queries.media import files_of_ticket
from tests.support.clock import at
from tests.support.media import Darkroom
from tests.support.pictures import HTML, PDF, SECRET, VCARD, VOICE, bomb, exif, jpeg

JAKARTA_WEST = ((6.0, 10.0, 8.0), "S", (106.0, 45.0, 50.0), "E")
GONE = FetchError("http_404", again=True)


class Dictation:
    def transcribe(self, sound: bytes, content_type: str) -> str | None:
        return f"{content_type}: lampu mati"


def test_a_photo_is_kept_without_what_it_told(room: Darkroom) -> None:
    room.comes(jpeg(exif=exif(JAKARTA_WEST, "2026:11:24 09:50:00")))
    assert room.work() == 1
    [row] = room.rows()
    assert (row.state, row.reason, row.content_type) == ("kept", None, "image/jpeg")
    assert (row.width, row.height, len(row.perceptual_hash or "")) == (64, 48, 32)
    assert (row.latitude, row.longitude) == (pytest.approx(-6.1689, abs=1e-3), pytest.approx(106.7639, abs=1e-3))
    assert row.taken_at == at("2026-11-24T02:50+00:00")
    kept = room.store.get(row.store_key)
    assert (len(kept), SECRET.encode() in kept, b"Exif" in kept) == (row.size, False, False)
    assert room.store.get(small_key(row)).startswith(b"\xff\xd8\xff")
    assert room.work() == 0, "it is fetched once"
    assert room.told() == []


def test_files_are_queued_once_however_often_messages_are_placed(room: Darkroom) -> None:
    room.comes(jpeg(), PDF)
    with room.database.begin() as session:
        assert inbox.place_new(session, room.clock.now()) == 0
    assert [(row.position, row.state) for row in room.rows()] == [(0, "waiting"), (1, "waiting")]


@pytest.mark.parametrize(
    ("content", "claimed", "content_type"),
    [
        (VOICE, "audio/ogg; codecs=opus", "audio/ogg"),
        (PDF, "application/pdf", "application/pdf"),
        (VCARD, "text/vcard", "text/vcard"),
        (jpeg(form="PNG"), "image/jpeg", "image/png"),  # mislabelled, and what it is after all
        (PDF, "image/jpeg", "application/pdf"),
        (jpeg(), "application/x-msdownload", "image/jpeg"),
    ],
)
def test_a_file_is_what_its_content_is(quick: Darkroom, content: bytes, claimed: str, content_type: str) -> None:
    quick.comes(content, claimed=claimed)
    quick.work()
    [row] = quick.rows()
    assert (row.state, row.content_type, row.claimed_type) == ("kept", content_type, claimed)


@pytest.mark.parametrize(
    ("content", "reason", "wording"),
    [
        (HTML, "unknown", "file_unreadable"),
        (b"", "empty", "file_unreadable"),
        (jpeg((300, 300))[:900], "damaged", "file_unreadable"),
        (bomb(60_000, 60_000), "pixels", "file_too_large"),
        (UnusableFileError("too_large"), "too_large", "file_too_large"),
        (FetchError("redirect", again=False), "redirect", "file_lost"),
    ],
)
def test_what_cannot_be_kept_is_said_kindly_once(
    room: Darkroom, content: bytes | Exception, reason: str, wording: str
) -> None:
    room.comes(content, content)
    assert room.work() == 2
    state = "failed" if wording == "file_lost" else "refused"
    assert room.outcomes() == [(state, reason)] * 2
    assert room.told() == [wording], "one line, however many files"
    assert room.on_disk() == []


def test_it_is_said_again_after_an_hour_and_to_others_at_once(quick: Darkroom) -> None:
    for _ in range(2):
        quick.comes(HTML)
        quick.work()
    quick.comes(HTML, phone="+628000009999", address="whatsapp:+628000009999")
    quick.work()
    assert len(quick.told()) == 2
    quick.clock.move(minutes=61)
    quick.comes(HTML)
    quick.work()
    assert len(quick.told()) == 3


@pytest.mark.parametrize("silenced", ["held", "opted_out", "blocked", "sealed"])
def test_nothing_is_said_where_we_had_better_be_silent(quick: Darkroom, silenced: str) -> None:
    quick.comes(HTML)
    with quick.database.begin() as session:
        conversation = session.scalars(select(Conversation)).one()
        citizen = session.scalars(select(Citizen)).one()
        if silenced == "held":
            conversation.held_by = _somebody(session)
        if silenced == "opted_out":
            citizen.opted_out_at = quick.clock.now()
        if silenced == "blocked":
            citizen.blocked_at = quick.clock.now()
        if silenced == "sealed":
            _ticket(session, quick, conversation).sealed = True
    quick.work()
    assert quick.outcomes() == [("refused", "unknown")]
    assert [wording for wording in quick.told() if wording.startswith("file_")] == []


def test_what_is_not_there_is_asked_for_again_with_growing_pauses_and_given_up(room: Darkroom) -> None:
    room.comes(GONE)
    for pause in BACK_OFF:
        assert room.work() == 1
        assert room.outcomes() == [("waiting", "http_404")]
        room.clock.move(seconds=pause - 1)
        assert room.work() == 0
        room.clock.move(seconds=1)
    assert room.told() == []
    assert room.work() == 1
    assert room.outcomes() == [("failed", "http_404")]
    assert room.told() == ["file_lost"]
    room.clock.move(days=3)
    assert room.work() == 0


def test_what_is_there_a_moment_later_is_kept(quick: Darkroom) -> None:
    quick.comes(GONE)
    quick.work()
    quick.shelf.files = dict.fromkeys(quick.shelf.files, jpeg())
    quick.clock.move(seconds=BACK_OFF[0])
    quick.work()
    assert quick.outcomes() == [("kept", None)]


def test_photos_of_a_flood_are_not_fetched(quick: Darkroom) -> None:
    quick.comes(jpeg())
    with quick.database.begin() as session:
        inbox.mark_done(session.scalars(select(InboundMessage)), "capped", quick.clock.now())
    quick.work()
    assert quick.outcomes() == [("refused", "flood")]
    assert (quick.shelf.asked.total(), quick.told()) == (0, [])


def test_a_source_that_breaks_is_tried_again(quick: Darkroom) -> None:
    quick.comes(ValueError("no such thing"))
    quick.work()
    assert quick.outcomes() == [("waiting", "crash")]


def test_a_channel_without_a_source_waits_for_one(quick: Darkroom) -> None:
    quick.comes(jpeg())
    assert quick.work(sources={}) == 1
    assert quick.outcomes() == [("waiting", "no_source")]


def test_a_transcriber_is_asked_about_voice_notes_only(quick: Darkroom) -> None:
    quick.comes(VOICE, jpeg())
    quick.work(transcriber=Dictation())
    assert [row.transcript for row in quick.rows()] == ["audio/ogg: lampu mati", None]


def test_files_belong_to_the_ticket_of_their_message_whenever_that_is_known(room: Darkroom) -> None:
    room.comes(jpeg(), PDF)
    room.work()
    room.comes(jpeg())
    with room.database.begin() as session:
        ticket = _ticket(session, room, session.scalars(select(Conversation)).one())
        first = session.scalars(select(InboundMessage).order_by(InboundMessage.id).limit(1)).one()
        first.ticket_id = ticket.id
    with room.database.read() as session:
        assert [file.content_type for file in files_of_ticket(session, ticket.id)] == [
            "image/jpeg",
            "application/pdf",
        ]


def _ticket(session: Session, room: Darkroom, conversation: Conversation) -> Ticket:
    report = Report(kind="lapor", service="jalan_rusak", story="Jalan berlubang")
    return open_ticket(session, room.rulebook, conversation, report, room.clock.now())


def _somebody(session: Session) -> int:
    rina = User(
        email="rina@jakarta.example",
        password_hash="-",
        role="coordinator",
        created_at=at("2026-11-24T10:00"),
    )
    session.add(rina)
    session.flush()
    return rina.id
