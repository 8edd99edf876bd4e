"""What comes in from an SMS gateway, over real HTTP: only what it signed and what is whole, each message once."""

import json

import httpx
import pytest

from bot.messages import GATEWAY
from bot.rulebook import Rulebook
from handlers.channels import signing
from storage.database import Database
from tests.support.clock import MoveableClock
from tests.support.gateway import (
    MESSAGES,
    OUR_GATEWAY,
    SECRET,
    STATUS,
    GatewayWeb,
    gateway_settings,
    gateway_web,
    sms,
)

SARI = "+628000001234"


def raw_post(gateway: GatewayWeb, body: bytes, headers: dict[str, str], path: str = MESSAGES) -> httpx.Response:
    return httpx.post(gateway.url + path, content=body, headers=headers, trust_env=False, verify=False)


# -- signatures -------------------------------------------------------------------------------------------------


def test_a_signed_message_is_stored_and_acknowledged(gateway: GatewayWeb, clock: MoveableClock) -> None:
    order = sms("Jalan rusak di Tebet", received_at="2026-11-24T10:00:00+07:00")
    answer = gateway.post(order)
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    [message] = gateway.stored()
    assert (message.channel, message.external_id) == (GATEWAY, order["id"])
    assert (message.address, message.our_address) == (SARI, OUR_GATEWAY)
    assert (message.text, message.state, message.received_at) == ("Jalan rusak di Tebet", "new", clock.at)
    assert message.raw == order


def test_the_signature_is_the_one_that_is_documented() -> None:
    """Made with: printf '1795489200.{"id":"1"}' | openssl dgst -sha256 -hmac 'a secret'."""
    assert signing.signature("a secret", "1795489200", b'{"id":"1"}') == (
        "3755853f3ef50c36ac1cb32630758da3bb5750d1e44e917b598405df5f52d512"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"X-Signature": ""},
        {"X-Signature": "x"},
        {"X-Signature": "0" * 64},
        {"X-Signature": "\u00e9"},
        {"X-Signature": "A" * 10_000},
        {"X-Timestamp": ""},
        {"X-Timestamp": "soon"},
        {"X-Timestamp": "\u00b2"},
        {"X-Timestamp": "-1"},
        {"X-Timestamp": "9" * 4_500},
    ],
)
@pytest.mark.parametrize("path", [MESSAGES, STATUS])
def test_a_missing_or_forged_signature_is_turned_away(
    local_gateway: GatewayWeb, changes: dict[str, str], path: str
) -> None:
    body = json.dumps(sms()).encode()
    headers = signing.signed_headers(SECRET, local_gateway.clock.now().timestamp(), body) | changes
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    assert (
        httpx.post(local_gateway.url + path, content=body, headers=raw, trust_env=False, verify=False).status_code
        == 403
    )
    without = {name: value for name, value in raw.items() if name not in changes}
    assert (
        httpx.post(
            local_gateway.url + path, content=body, headers=without, trust_env=False, verify=False
        ).status_code
        == 403
    )
    assert local_gateway.stored() == []


def test_every_change_to_what_was_signed_is_noticed(local_gateway: GatewayWeb) -> None:
    body = json.dumps(sms()).encode()
    headers = signing.signed_headers(SECRET, local_gateway.clock.now().timestamp(), body)
    later = headers | {"X-Timestamp": str(int(headers["X-Timestamp"]) + 1)}
    assert raw_post(local_gateway, body + b" ", headers).status_code == 403
    assert raw_post(local_gateway, body, later).status_code == 403
    assert (
        raw_post(local_gateway, body, headers | {"X-Signature": headers["X-Signature"].upper()}).status_code == 403
    )
    assert local_gateway.stored() == []
    assert raw_post(local_gateway, body, headers).status_code == 200


@pytest.mark.parametrize(("late_s", "status"), [(0, 200), (299, 200), (301, 403), (-299, 200), (-301, 403)])
def test_what_was_signed_too_long_ago_is_turned_away(
    local_gateway: GatewayWeb, late_s: float, status: int
) -> None:
    assert local_gateway.post(sms(), late_s=late_s).status_code == status
    assert len(local_gateway.stored()) == (1 if status == 200 else 0)


def test_while_a_secret_is_rotated_both_sign(
    sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    with gateway_web(sqlite_database, rulebook, clock, gateway_settings(gateway_secret="new, old")) as gateway:
        assert [gateway.post(sms(), secret=secret).status_code for secret in ("new", "old", "older")] == [
            200,
            200,
            403,
        ]


@pytest.mark.parametrize("secret", ["", " , "])
def test_without_a_secret_the_webhook_is_closed(
    sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock, secret: str
) -> None:
    with gateway_web(sqlite_database, rulebook, clock, gateway_settings(gateway_secret=secret)) as gateway:
        for signed_with in ("", " ", SECRET):
            assert gateway.post(sms(), secret=signed_with).status_code == 403
            assert gateway.post(sms(), STATUS, secret=signed_with).status_code == 403
        assert gateway.stored() == []


# -- shape ------------------------------------------------------------------------------------------------------

MISSHAPEN: dict[str, object] = {
    "no object": [1],
    "nothing": None,
    "no JSON": b"{",
    "empty": b"",
    "no UTF-8": b'{"id": "\xff"}',
    "UTF-16": json.dumps(sms()).encode("utf-16"),
    "a name twice": b'{"id": "1", "id": "2", "from": "+628000001234", "to": "+628001110002", "text": "x"}',
    "too deep": b"[" * 100_000,
    "a number without end": b'{"id": ' + b"9" * 5_000 + b"}",
    "no id": {k: v for k, v in sms().items() if k != "id"},
    "no text": {k: v for k, v in sms().items() if k != "text"},
    "a number as id": sms(id=7),
    "an empty id": sms(id=""),
    "an id with a space": sms(id="a b"),
    "an id with a line break": sms(id="a\n"),
    "an id too long": sms(id="x" * 129),
    "text that is none": sms(text=None),
    "text in a list": sms(text=["halo"]),
    "from nobody": sms(**{"from": ""}),
    "from a space": sms(**{"from": " "}),
    "from a NUL": sms(**{"from": "+62\x008"}),
    "from too long": sms(**{"from": "+" + "6" * 64}),
    "to nobody": sms(to=""),
    "another field": sms(media=["https://evil.example/x"]),
    "a time without a zone": sms(received_at="2026-11-24T10:00:00"),
    "a time that is none": sms(received_at="yesterday"),
    "a time as a number": sms(received_at=1795489200),
}


@pytest.mark.parametrize("what", MISSHAPEN)
def test_what_is_no_message_is_refused_and_not_stored(local_gateway: GatewayWeb, what: str) -> None:
    answer = local_gateway.post(MISSHAPEN[what])
    assert answer.status_code == 400
    assert len(answer.text.splitlines()) == 1, answer.text
    assert answer.text.strip().endswith(".")
    assert (local_gateway.stored(), local_gateway.quarantined()) == ([], 0)


def test_what_was_wrong_is_named(local_gateway: GatewayWeb) -> None:
    assert local_gateway.post(sms(id=7)).text == "'id': Input should be a valid string.\n"
    assert local_gateway.post([1]).text == "The body is no JSON object in UTF-8.\n"


def test_a_body_beyond_all_measure_is_refused(local_gateway: GatewayWeb) -> None:
    assert local_gateway.post(sms("x" * (2 * 1024 * 1024))).status_code == 413


def test_an_unknown_number_of_ours_goes_to_quarantine(gateway: GatewayWeb) -> None:
    stranger = sms(to="+628009990000")
    assert [gateway.post(stranger).status_code for _ in range(2)] == [200, 200]
    assert (gateway.stored(), gateway.quarantined()) == ([], 1)


def test_without_a_number_of_ours_everything_is_put_aside(
    sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    with gateway_web(sqlite_database, rulebook, clock, gateway_settings(gateway_from="")) as gateway:
        assert gateway.post(sms()).status_code == 200
        assert (gateway.stored(), gateway.quarantined()) == ([], 1)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_other_methods_are_not_for_webhooks(local_gateway: GatewayWeb, method: str) -> None:
    assert httpx.request(method, local_gateway.url + MESSAGES, trust_env=False, verify=False).status_code == 405


def test_a_repeated_message_is_acknowledged_and_kept_once(gateway: GatewayWeb, clock: MoveableClock) -> None:
    order = sms()
    for pause in (0, 1, 86_400):
        clock.move(seconds=pause)
        assert gateway.post(order).status_code == 200
    assert len(gateway.stored()) == 1


@pytest.mark.parametrize(
    "text", ["", " ", "ban\x00jir", "x" * 20_000, "🚨🔥" * 300, "\u202eterbalik", "&" * 20_000, "'; DROP TABLE x",
             "{number} %(x)s", "\r\n\r\n"],
)  # fmt: skip
def test_any_text_is_kept_as_it_came(gateway: GatewayWeb, text: str) -> None:
    assert gateway.post(sms(text)).status_code == 200
    assert gateway.last().text == text


def test_half_an_emoji_at_the_end_of_a_segment_loses_no_message(gateway: GatewayWeb) -> None:
    body = json.dumps(sms("banjir X")).replace("X", "\\ud83d").encode()
    assert gateway.post(body).status_code == 200
    assert gateway.last().text == "banjir ?"
