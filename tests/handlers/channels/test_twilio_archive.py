"""What Twilio keeps, read and deleted with the official client at a Twilio that is a process of its own."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.delivery.archive import ArchiveError, Kept
from bot.messages import SMS, WHATSAPP, Incoming, Outgoing
from handlers.channels.media import TwilioMedia
from handlers.channels.twilio import TwilioGate
from handlers.channels.twilio_archive import PAGE, TwilioArchive, archive_of, lines_of
from tests.support.ports import free_port
from tests.support.settings import ACCOUNT, OUR_SMS, OUR_WHATSAPP, TOKEN, isolated_settings
from tests.support.twilio import SENDERS, Twilio

SARI, BUDI = "+628000000001", "+628000000002"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PHOTO = {"content": base64.b64encode(b"a photo").decode(), "content_type": "image/jpeg"}

needs_twilio = pytest.mark.processes


def whatsapp(text: str = "halo", at: datetime = NOON, **more: Any) -> dict[str, Any]:
    return {"from": f"whatsapp:{SARI}", "to": OUR_WHATSAPP, "body": text, "at": at.isoformat(), **more}


def sms(text: str = "halo", at: datetime = NOON, **more: Any) -> dict[str, Any]:
    return {"from": SARI, "to": OUR_SMS, "body": text, "at": at.isoformat(), **more}


def listed(
    archive: TwilioArchive, to: str = OUR_WHATSAPP, since: datetime = NOON - timedelta(hours=1)
) -> list[Kept]:
    return [kept for page in archive.received(to, since) for kept in page]


def by_webhook(form: dict[str, str]) -> Incoming:
    return TwilioGate(ACCOUNT, (), "", frozenset()).receive(form)


def without_what_rest_hides(incoming: Incoming) -> Incoming:
    return replace(incoming, raw={}, content=replace(incoming.content, profile_name=None))


# -- listing ----------------------------------------------------------------------------------------------------


@needs_twilio
@pytest.mark.parametrize(
    "written",
    [
        whatsapp("banjir 🚨 di Tebet\nRT 05"),
        whatsapp(""),
        whatsapp("halo", **{"from": "whatsapp:US.1234"}),
        whatsapp("lihat", media=[PHOTO, {**PHOTO, "content_type": "audio/ogg"}]),
        sms("a&b=c+d%20"),
        sms("aGFsbw=="),
        sms("halo", **{"from": "TELKOMSEL"}),
    ],
    ids=["text", "empty", "no phone", "files", "sms", "looks like base64", "no number"],
)
def test_a_message_is_what_the_webhook_would_have_made_of_it(twilio: Twilio, written: dict[str, Any]) -> None:
    [came] = twilio.comes(written)
    [kept] = listed(twilio.archive(), written["to"])
    whole = twilio.archive().with_files(kept)
    assert without_what_rest_hides(whole) == without_what_rest_hides(by_webhook(came["form"]))
    assert (whole.channel, kept.came_at) == (WHATSAPP if ":" in written["to"] else SMS, NOON)
    assert whole.raw["DateSent"] == "2026-11-24T12:00:00+00:00"
    assert twilio.get("violations") == []


@needs_twilio
def test_of_a_button_only_its_words_are_told(twilio: Twilio) -> None:
    twilio.comes(whatsapp("Sudah", fields={"ButtonPayload": "yes", "ButtonText": "Sudah"}))
    [kept] = listed(twilio.archive())
    assert (kept.message.content.text, kept.message.content.choice) == ("Sudah", None)


@needs_twilio
def test_a_file_is_found_where_a_webhook_would_have_said(twilio: Twilio) -> None:
    twilio.comes(whatsapp("lihat", media=[PHOTO]))
    [kept] = listed(twilio.archive())
    [file] = twilio.archive().with_files(kept).content.media
    assert TwilioMedia(ACCOUNT, TOKEN, twilio.url, ()).fetch(file.url, 100) == b"a photo"


@needs_twilio
def test_what_is_not_from_a_citizen_to_this_number_is_left_out(twilio: Twilio) -> None:
    twilio.channel().send(_outgoing(OUR_WHATSAPP))  # a number of ours, written to by ourselves
    twilio.comes(sms(), whatsapp(**{"from": OUR_WHATSAPP}), whatsapp("yang ini"))
    since = datetime(2026, 11, 1, tzinfo=UTC)
    assert [kept.message.content.text for kept in listed(twilio.archive(), since=since)] == ["yang ini"]


@needs_twilio
def test_all_pages_are_read_newest_first_from_the_given_time_on(twilio: Twilio) -> None:
    count = 2 * PAGE + 10
    twilio.comes(*(whatsapp(f"{n}", NOON + timedelta(seconds=n)) for n in range(count)))
    since = NOON + timedelta(seconds=5)
    pages = list(twilio.archive().received(OUR_WHATSAPP, since))
    texts = [kept.message.content.text for page in pages for kept in page]
    assert texts == [f"{n}" for n in range(count - 1, 4, -1)]
    assert len(pages) == 3
    assert twilio.get("violations") == []


@needs_twilio
def test_a_message_that_is_gone_by_now_has_no_files(twilio: Twilio) -> None:
    archive = twilio.archive()
    [came] = twilio.comes(whatsapp("lihat", media=[PHOTO]))
    [kept] = listed(archive)
    archive.forget(came["sid"], has_files=True)
    assert archive.with_files(kept).content.media == ()


@needs_twilio
@pytest.mark.parametrize(
    ("mode", "code"),
    [("429", "20429"), ("500", "20500"), ("reset", "ConnectionError"), ("timeout", "ConnectionError")],
)
@pytest.mark.parametrize("where", ["list", "media", "delete"])
def test_when_twilio_is_not_well_the_round_is_over(twilio: Twilio, mode: str, code: str, where: str) -> None:
    [came] = twilio.comes(whatsapp(media=[PHOTO]))
    archive = twilio.archive(timeout_s=2)
    [kept] = listed(archive)
    twilio.fails(mode, on=where, seconds=0.1)
    ask = {
        "list": lambda: listed(archive),
        "media": lambda: archive.with_files(kept),
        "delete": lambda: archive.forget(came["sid"], has_files=True),
    }
    with pytest.raises(ArchiveError) as caught:
        ask[where]()
    assert (caught.value.only_this, caught.value.code) == (False, code)
    assert str(caught.value).endswith("try again later.")


@needs_twilio
def test_a_silent_twilio_is_not_waited_for(twilio: Twilio) -> None:
    twilio.fails("timeout", on="list", seconds=2)
    with pytest.raises(ArchiveError) as caught:
        listed(twilio.archive(timeout_s=0.2))
    assert caught.value.code == "ReadTimeout"


@needs_twilio
def test_a_wrong_token_is_said(twilio: Twilio) -> None:
    with pytest.raises(ArchiveError, match=r"20003.*TWILIO_AUTH_TOKEN"):
        listed(twilio.archive("wrong"))


def test_nobody_listening() -> None:
    archive = TwilioArchive(ACCOUNT, TOKEN, frozenset(), f"http://127.0.0.1:{free_port()}", 1)
    with pytest.raises(ArchiveError, match="try again later"):
        listed(archive)


# -- deleting ---------------------------------------------------------------------------------------------------


@needs_twilio
def test_a_message_and_its_files_are_deleted_and_once_more_is_no_error(twilio: Twilio) -> None:
    twilio.comes(whatsapp("lihat", media=[PHOTO, PHOTO]), whatsapp("lain"))
    archive = twilio.archive()
    [one] = [kept for kept in twilio.get("kept") if kept["media"]]
    archive.forget(one["sid"], has_files=True)
    assert [kept["body"] for kept in twilio.get("kept")] == ["lain"]
    archive.forget(one["sid"], has_files=True)
    assert twilio.get("violations") == []


@needs_twilio
def test_what_is_still_under_way_is_left_for_later(twilio: Twilio) -> None:
    queued = twilio.client().messages.create(to=f"whatsapp:{BUDI}", from_=OUR_WHATSAPP, body="Halo")
    with pytest.raises(ArchiveError) as caught:
        twilio.archive().forget(str(queued.sid), has_files=False)
    assert (caught.value.only_this, caught.value.code) == (True, "20009")


@needs_twilio
def test_a_refusal_is_not_taken_for_gone(twilio: Twilio) -> None:
    [came] = twilio.comes(sms())
    twilio.fails("refuse", on="delete", code=20404)
    with pytest.raises(ArchiveError) as caught:
        twilio.archive().forget(came["sid"], has_files=False)
    assert (caught.value.only_this, caught.value.code) == (True, "20404")


def test_what_is_no_id_of_twilios_is_not_asked_for() -> None:
    archive = TwilioArchive(ACCOUNT, TOKEN, frozenset(), f"http://127.0.0.1:{free_port()}", 1)
    for no_sid in ("", "sim-1", "../Messages", "SM1"):
        archive.forget(no_sid, has_files=True)


# -- what an installation has -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "lines"),
    [
        ({}, {WHATSAPP: OUR_WHATSAPP, SMS: OUR_SMS}),
        ({"twilio_sms_from": ""}, {WHATSAPP: OUR_WHATSAPP}),
        ({"twilio_sms_from": "", "twilio_whatsapp_from": ""}, {}),
        ({"twilio_auth_token": ""}, {}),
        ({"twilio_account_sid": ""}, {}),
    ],
    ids=["both", "no sms", "no number", "no token", "no account"],
)
def test_the_lines_of_an_installation(settings: dict[str, str], lines: dict[str, str]) -> None:
    found = isolated_settings(**settings)
    assert lines_of(found) == lines
    assert (archive_of(found) is None) is (not lines)


def _outgoing(recipient: str) -> Outgoing:
    return Outgoing(id=7, channel=WHATSAPP, recipient=recipient, sender=SENDERS[WHATSAPP], text="Halo")
