"""What Meta posts: only what it signed, whole batches, each message once, and no bad one takes others with it."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from bot.rulebook import Rulebook
from handlers.channels.meta_cloud_in import LARGEST
from storage.database import Database
from tests.standins import meta_posts as posts
from tests.standins.meta_posts import MetaLine
from tests.support.clock import MoveableClock
from tests.support.gateway import GatewayWeb, gateway_web
from tests.support.meta import meta_settings, reasons

pytestmark = pytest.mark.processes


# -- verification -----------------------------------------------------------------------------------------------


def verify(web: GatewayWeb, **changes: str) -> httpx.Response:
    usual = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": posts.VERIFY_TOKEN}
    asked = usual | {f"hub.{name}": value for name, value in changes.items()}
    return httpx.get(web.url + posts.PATH, params=asked, trust_env=False)


def test_meta_gets_its_challenge_back(meta_web: GatewayWeb) -> None:
    answer = verify(meta_web)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    "changes",
    [{"verify_token": ""}, {"verify_token": "other"}, {"mode": "unsubscribe"}, {"challenge": "<script>"},
     {"challenge": ""}, {"verify_token": "😀"}],
)  # fmt: skip
def test_nobody_else_does(meta_web: GatewayWeb, changes: dict[str, str]) -> None:
    answer = verify(meta_web, **changes)
    assert answer.status_code == 403
    assert "<" not in answer.text


def test_without_a_token_nothing_is_verified(
    sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    with gateway_web(sqlite_database, rulebook, clock, meta_settings(meta_verify_token="")) as web:
        assert verify(web, verify_token="").status_code == 403


# -- signatures and shape ---------------------------------------------------------------------------------------

HELLO = json.dumps(posts.post_of(posts.value([posts.text("halo")]))).encode()


def test_the_signature_is_the_one_that_others_make(line: MetaLine) -> None:
    """``printf '{}' | openssl dgst -sha256 -hmac 'the secret of an app'``."""
    signed = "sha256=e38f39ec43e25691b7cc0db367a774ac5c66f2a3863957a35ac0600600253915"
    assert line.forged(b"{}", signed).status_code == 200


@pytest.mark.parametrize(
    "signed",
    [None, "", "sha256=", "x", posts.signature(HELLO, "another secret"), posts.signature(HELLO + b" "),
     posts.signature(HELLO).removeprefix("sha256="), posts.signature(HELLO).replace("256", "1"),
     posts.signature(HELLO)[:-1], posts.signature(HELLO) + "0", "é", "A" * 10_000],
)  # fmt: skip
def test_what_meta_did_not_sign_is_turned_away(line: MetaLine, meta_web: GatewayWeb, signed: str | None) -> None:
    answer = line.forged(HELLO, signed)
    assert (answer.status_code, meta_web.stored(), meta_web.quarantined()) == (403, [], 0)


def test_every_changed_byte_is_noticed(line: MetaLine, meta_web: GatewayWeb) -> None:
    signed = posts.signature(HELLO)
    for at in range(0, len(HELLO), 17):
        changed = HELLO[:at] + bytes([HELLO[at] ^ 1]) + HELLO[at + 1 :]
        assert line.forged(changed, signed).status_code == 403
    assert meta_web.stored() == []


def test_while_a_secret_is_changed_both_sign(
    sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    with gateway_web(sqlite_database, rulebook, clock, meta_settings(meta_app_secret="new, old")) as web:
        for secret, status in (("new", 200), ("old", 200), ("older", 403), ("new, old", 403), ("", 403)):
            assert MetaLine(web.url, secret).says(posts.text("halo")).status_code == status


@pytest.mark.parametrize("secret", ["", " , "])
def test_without_a_secret_the_webhook_is_closed(
    sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock, secret: str
) -> None:
    with gateway_web(sqlite_database, rulebook, clock, meta_settings(meta_app_secret=secret)) as web:
        for signed_with in ("", " ", posts.APP_SECRET):
            assert MetaLine(web.url, signed_with).says(posts.text("halo")).status_code == 403
        assert web.stored() == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"1", b"null", b'"x"', b"{", b"\xff\xfe", b"[" * 100_000, b"9" * 5_000]
)
def test_what_is_no_object_is_refused_with_a_sentence(line: MetaLine, body: bytes) -> None:
    answer = line.post(body)
    assert (answer.status_code, answer.text) == (400, "The body is no JSON object in UTF-8.\n")


@pytest.mark.parametrize(
    "post",
    [{}, {"entry": {}}, {"entry": [1, None, {"changes": 3}, {"changes": [None, {"value": []}]}]},
     posts.post_of({"messages": "x", "metadata": 5, "statuses": {"a": 1}, "contacts": [7]}),
     posts.post_of({"event": "REJECTED", "reason": "<b>"}, field="message_template_status_update"),
     posts.post_of(posts.value(errors=[{"code": 130429}]))],
)  # fmt: skip
def test_an_unknown_shape_is_acknowledged_and_changes_nothing(
    line: MetaLine, meta_web: GatewayWeb, post: dict[str, Any]
) -> None:
    assert line.post(post).status_code == 200
    assert (meta_web.stored(), meta_web.quarantined()) == ([], 0)


def test_too_much_is_refused_before_it_is_read(line: MetaLine) -> None:
    assert line.post(b" " * (LARGEST + 1)).status_code == 413


# -- many -------------------------------------------------------------------------------------------------------


def test_a_repeated_post_is_stored_once_also_within_itself(
    database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    first, second, third = (posts.text(word) for word in ("satu", "dua", "tiga"))
    with gateway_web(database, rulebook, clock, meta_settings()) as web:
        for batch in ([first, second, first], [second, third, "x"], [first, second, third, "x"]):
            assert MetaLine(web.url).says(*batch).status_code == 200
        assert [row.text for row in web.stored()] == ["satu", "dua", "tiga"]
        assert reasons(web) == ["malformed"]


def test_a_repetition_at_the_same_moment_is_stored_once(
    database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    """Meta posts again what was not answered in time, while we may still be at it."""
    said = [posts.text(f"nomor {n}") for n in range(50)]
    with gateway_web(database, rulebook, clock, meta_settings()) as web, ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: MetaLine(web.url).says(*said).status_code, range(8)))
        assert answers == [200] * 8
        assert len(web.stored()) == 50


def test_a_thousand_messages_in_one_post_are_stored_within_a_second(line: MetaLine, meta_web: GatewayWeb) -> None:
    said = [posts.text(f"Lampu mati di gang {n}", **{"from": f"62800001{n:04}"}) for n in range(1_000)]
    contacts = [posts.contact(message["from"], f"Warga {n}") for n, message in enumerate(said)]
    line.says(posts.text("pertama"))
    begun = time.process_time()  # other processes on this machine are no concern of ours
    assert line.says(*said, contacts=contacts).status_code == 200
    assert time.process_time() - begun < 1
    assert line.says(*said, contacts=contacts).status_code == 200
    assert len(meta_web.stored()) == 1_001
