"""What Meta posts, read: every kind of message, who wrote it, when, and what is put aside for a person."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.messages import WHATSAPP, Content, Location, Media
from tests.standins import meta_posts as posts
from tests.standins.meta_posts import MetaLine
from tests.support.clock import MoveableClock
from tests.support.gateway import GatewayWeb
from tests.support.meta import reasons

pytestmark = pytest.mark.processes

# -- what comes in ----------------------------------------------------------------------------------------------


def test_a_message_is_stored_as_it_came(line: MetaLine, meta_web: GatewayWeb, clock: MoveableClock) -> None:
    said = posts.text("Jalan rusak di Tebet", context={"from": "628001110003", "id": "wamid.before"})
    assert line.says(said | {"referral": {"source_url": "https://fb.me/x"}, "new_field": [1]}).status_code == 200
    [stored] = meta_web.stored()
    assert (stored.channel, stored.external_id, stored.state) == (WHATSAPP, said["id"], "new")
    assert (stored.address, stored.our_address) == ("whatsapp:+628000001234", f"whatsapp:{posts.OUR_NUMBER}")
    assert stored.received_at == clock.at
    assert stored.raw["referral"] == {"source_url": "https://fb.me/x"}
    assert meta_web.last() == Content("Jalan rusak di Tebet", quoted="wamid.before", profile_name="Warga Contoh")


FILE = {"id": "1003383421387256", "mime_type": "image/jpeg", "sha256": "x"}
SAID: dict[str, tuple[dict[str, Any], Content]] = {
    "button of a template": (
        posts.message("button", button={"payload": "yes", "text": "Sudah"}), Content("Sudah", "yes")),
    "button": (
        posts.message("interactive", interactive={"type": "button_reply",
                                                  "button_reply": {"id": "no", "title": "Belum"}}),
        Content("Belum", "no")),
    "row": (
        posts.message("interactive", interactive={"type": "list_reply", "list_reply": {
            "id": "jalan", "title": "Jalan rusak", "description": "dan trotoar"}}),
        Content("Jalan rusak", "jalan")),
    "form": (
        posts.message("interactive", interactive={"type": "nfm_reply", "nfm_reply": {"body": "Sent"}}),
        Content("Sent")),
    "pin": (
        posts.message("location", location={"latitude": -6.2, "longitude": "106.8", "name": "Monas"}),
        Content(location=Location(-6.2, 106.8, "Monas"))),
    "pin of a phone that does not know": (
        posts.message("location", location={"latitude": 0, "longitude": 0}), Content()),
    "pin nowhere": (
        posts.message("location", location={"latitude": float("nan"), "longitude": 500}), Content()),
    "photo": (
        posts.message("image", image=FILE | {"caption": "lubang"}),
        Content("lubang", media=(Media("meta-media:1003383421387256", "image/jpeg"),))),
    "voice": (
        posts.message("audio", audio=FILE | {"voice": True, "mime_type": "audio/ogg; codecs=opus"}),
        Content(media=(Media("meta-media:1003383421387256", "audio/ogg; codecs=opus"),))),
    "document": (
        posts.message("document", document=FILE | {"filename": "surat.pdf"}),
        Content(media=(Media("meta-media:1003383421387256", "image/jpeg"),))),
    "sticker": (
        posts.message("sticker", sticker=FILE),
        Content(media=(Media("meta-media:1003383421387256", "image/jpeg"),))),
    "contacts": (
        posts.message("contacts", contacts=[{"name": {"formatted_name": "Pak RT"}, "phones": [
            {"phone": "+62 812", "wa_id": "62812"}, 3]}, "x", {}]),
        Content("Pak RT +62 812")),
    "reaction": (
        posts.message("reaction", reaction={"message_id": "wamid.ours", "emoji": "👍"}),
        Content("👍", quoted="wamid.ours")),
    "order": (posts.message("order", order={"text": "minta ini", "product_items": []}), Content("minta ini")),
    "unsupported": (
        posts.message("unsupported", errors=[{"code": 131051, "title": "Message type unknown"}]), Content()),
    "kind of next year": (posts.message("hologram", hologram={"id": 1}), Content()),
    "half an emoji": (posts.text("banjir \ud83d"), Content("banjir ?")),
    "NUL": (posts.text("ban\x00jir"), Content("ban\x00jir")),
}  # fmt: skip


@pytest.mark.parametrize("kind", SAID)
def test_every_kind_is_read(line: MetaLine, meta_web: GatewayWeb, kind: str) -> None:
    said, content = SAID[kind]
    assert line.says(said | {"id": posts.new_wamid()}, contacts=[]).status_code == 200
    assert (meta_web.last(), meta_web.quarantined()) == (content, 0)


def test_a_reaction_that_is_taken_back_says_nothing(line: MetaLine, meta_web: GatewayWeb) -> None:
    assert line.says(posts.message("reaction", reaction={"message_id": "wamid.ours"})).status_code == 200
    assert (meta_web.stored(), meta_web.quarantined()) == ([], 0)


@pytest.mark.parametrize(
    ("parts", "contact", "address"),
    [
        ({"from": "ID.4566546130240823"}, {}, "whatsapp:ID.4566546130240823"),
        ({"from": None, "from_user_id": "ID.4566"}, {"user_id": "ID.4566"}, "whatsapp:ID.4566"),
        ({"from": None}, {"user_id": "ID.ENT.4566"}, "whatsapp:ID.ENT.4566"),
        ({"from_user_id": "ID.4566"}, {"wa_id": "628000001234"}, "whatsapp:+628000001234"),
    ],
)
def test_a_person_may_show_no_number(
    line: MetaLine, meta_web: GatewayWeb, parts: dict[str, Any], contact: dict[str, Any], address: str
) -> None:
    contacts = [contact | {"profile": {"name": "Sari", "username": "sari"}}] if contact else []
    line.says(posts.text("halo", **parts), contacts=contacts)
    [stored] = meta_web.stored()
    assert stored.address == address
    assert (stored.phone_hash is None) == ("ID." in address)
    assert meta_web.last().profile_name == ("Sari" if contact else None)


def test_each_of_a_batch_keeps_its_own_name(line: MetaLine, meta_web: GatewayWeb) -> None:
    people = [("628000000001", "Sari"), ("628000000002", "Budi")]
    said = [posts.text(name, **{"from": number}) for number, name in people]
    line.says(*said, contacts=[posts.contact(*one) for one in reversed(people)])
    contents = [Content.from_json(row.content) for row in meta_web.stored()]
    assert [content.profile_name for content in contents] == [content.text for content in contents]


def test_what_comes_late_came_when_it_was_written(
    line: MetaLine, meta_web: GatewayWeb, clock: MoveableClock
) -> None:
    """Meta tries again for days; the window for free text is open since the message, not since the post."""
    for hours in (10, 24 * 8, -1):
        written = clock.at - timedelta(hours=hours)
        line.says(posts.text("halo", timestamp=str(int(written.timestamp()))))
    for stamp in ("x", "", None, "9" * 30, -5, 1.5):
        line.says(posts.text("halo", timestamp=stamp))
    first, *others = [row.received_at for row in meta_web.stored()]
    assert first == clock.at - timedelta(hours=10)
    assert set(others) == {clock.at}


# -- aside ------------------------------------------------------------------------------------------------------

BAD: dict[str, Callable[[], object]] = {
    "no object": lambda: "halo",
    "no id": lambda: posts.text("halo", id=None),
    "an id of nothing": lambda: posts.text("halo", id=""),
    "an id that is too long": lambda: posts.text("halo", id="w" * 300),
    "an id with a NUL": lambda: posts.text("halo", id="wamid.\x00"),
    "no sender": lambda: posts.text("halo", **{"from": None}),
    "a sender that is none": lambda: posts.text("halo", **{"from": "62 800"}),
    "a sender in other digits": lambda: posts.text("halo", **{"from": "٦٢٨٠٠٠٠٠٠١٢٣٤"}),
    "a text without words": lambda: posts.message("text", text={"body": 3}),
    "a text that is none": lambda: posts.message("text"),
    "a photo without a file": lambda: posts.message("image", image={"id": "../../me"}),
    "a pin without a place": lambda: posts.message("location", location={"latitude": []}),
    "a kind that is none": lambda: posts.text("halo", type=["text"]),
    "a kind that is a thing": lambda: posts.text("halo", type={"text": 1}),
    "a sender that is a list": lambda: posts.text("halo", **{"from": ["628000001234"]}),
}


@pytest.mark.parametrize("kind", BAD)
def test_one_bad_message_is_put_aside_and_takes_no_other_with_it(
    line: MetaLine, meta_web: GatewayWeb, kind: str
) -> None:
    bad = BAD[kind]()
    for _ in range(2):
        answer = line.says(posts.text("satu"), bad, posts.text("dua"), contacts=[])
        assert answer.status_code == 200
    assert [row.text for row in meta_web.stored()] == ["satu", "dua"] * 2
    assert reasons(meta_web) == ["malformed"]


def test_what_is_no_message_to_us_is_for_a_person(line: MetaLine, meta_web: GatewayWeb) -> None:
    changed = {"type": "user_changed_number", "wa_id": "628000009999", "body": "User A changed"}
    line.says(
        posts.message("system", system=changed),
        posts.message("system", system={"type": "customer_identity_changed"}),
        posts.text("halo semua", group_id="Y2FwaV9ncm91cDo"),
        posts.message("revoke", revoke={"original_message_id": "wamid.x"}),
        posts.text("halo"),
    )
    line.says(posts.text("nyasar"), number_id="999")
    assert reasons(meta_web) == ["number_changed", "system", "group", "revoke", "unknown_to"]
    assert [row.text for row in meta_web.stored()] == ["halo"]
