"""What comes in from an SMS gateway, over real HTTP: only what it signed and what is whole, each message once."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import inbox
from bot.messages import GATEWAY
from bot.rulebook import Rulebook
from handlers.channels import signing
from handlers.channels.http_gateway_in import GatewayGate
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
from tests.support.messages import by_whatsapp
from tests.support.outbox import Post

SARI = "+628000001234"


@pytest.fixture
def web(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Iterator[GatewayWeb]:
    with gateway_web(database, rulebook, clock, gateway_settings()) as served:
        yield served


@pytest.fixture
def local(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock) -> Iterator[GatewayWeb]:
    """For what never reaches the database."""
    with gateway_web(sqlite_database, rulebook, clock, gateway_settings()) as served:
        yield served


def raw_post(web: GatewayWeb, body: bytes, headers: dict[str, str], path: str = MESSAGES) -> httpx.Response:
    return httpx.post(web.url + path, content=body, headers=headers, trust_env=False)


# -- signatures -------------------------------------------------------------------------------------------------


def test_a_signed_message_is_stored_and_acknowledged(web: GatewayWeb, clock: MoveableClock) -> None:
    order = sms("Jalan rusak di Tebet", received_at="2026-11-24T10:00:00+07:00")
    answer = web.post(order)
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    [message] = web.stored()
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
    local: GatewayWeb, changes: dict[str, str], path: str
) -> None:
    body = json.dumps(sms()).encode()
    headers = signing.signed_headers(SECRET, local.clock.now().timestamp(), body) | changes
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    assert httpx.post(local.url + path, content=body, headers=raw, trust_env=False).status_code == 403
    without = {name: value for name, value in raw.items() if name not in changes}
    assert httpx.post(local.url + path, content=body, headers=without, trust_env=False).status_code == 403
    assert local.stored() == []


def test_every_change_to_what_was_signed_is_noticed(local: GatewayWeb) -> None:
    body = json.dumps(sms()).encode()
    headers = signing.signed_headers(SECRET, local.clock.now().timestamp(), body)
    later = headers | {"X-Timestamp": str(int(headers["X-Timestamp"]) + 1)}
    assert raw_post(local, body + b" ", headers).status_code == 403
    assert raw_post(local, body, later).status_code == 403
    assert raw_post(local, body, headers | {"X-Signature": headers["X-Signature"].upper()}).status_code == 403
    assert local.stored() == []
    assert raw_post(local, body, headers).status_code == 200


@pytest.mark.parametrize(("late_s", "status"), [(0, 200), (299, 200), (301, 403), (-299, 200), (-301, 403)])
def test_what_was_signed_too_long_ago_is_turned_away(local: GatewayWeb, late_s: float, status: int) -> None:
    assert local.post(sms(), late_s=late_s).status_code == status
    assert len(local.stored()) == (1 if status == 200 else 0)


def test_while_a_secret_is_rotated_both_sign(
    sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    with gateway_web(sqlite_database, rulebook, clock, gateway_settings(gateway_secret="new, old")) as web:
        assert [web.post(sms(), secret=secret).status_code for secret in ("new", "old", "older")] == [
            200,
            200,
            403,
        ]


@pytest.mark.parametrize("secret", ["", " , "])
def test_without_a_secret_the_webhook_is_closed(
    sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock, secret: str
) -> None:
    with gateway_web(sqlite_database, rulebook, clock, gateway_settings(gateway_secret=secret)) as web:
        for signed_with in ("", " ", SECRET):
            assert web.post(sms(), secret=signed_with).status_code == 403
            assert web.post(sms(), STATUS, secret=signed_with).status_code == 403
        assert web.stored() == []


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
def test_what_is_no_message_is_refused_and_not_stored(local: GatewayWeb, what: str) -> None:
    answer = local.post(MISSHAPEN[what])
    assert answer.status_code == 400
    assert len(answer.text.splitlines()) == 1, answer.text
    assert answer.text.strip().endswith(".")
    assert (local.stored(), local.quarantined()) == ([], 0)


def test_what_was_wrong_is_named(local: GatewayWeb) -> None:
    assert local.post(sms(id=7)).text == "'id': Input should be a valid string.\n"
    assert local.post([1]).text == "The body is no JSON object in UTF-8.\n"


def test_a_body_beyond_all_measure_is_refused(local: GatewayWeb) -> None:
    assert local.post(sms("x" * (2 * 1024 * 1024))).status_code == 413


def test_an_unknown_number_of_ours_goes_to_quarantine(web: GatewayWeb) -> None:
    stranger = sms(to="+628009990000")
    assert [web.post(stranger).status_code for _ in range(2)] == [200, 200]
    assert (web.stored(), web.quarantined()) == ([], 1)


def test_without_a_number_of_ours_everything_is_put_aside(
    sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    with gateway_web(sqlite_database, rulebook, clock, gateway_settings(gateway_from="")) as web:
        assert web.post(sms()).status_code == 200
        assert (web.stored(), web.quarantined()) == ([], 1)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_other_methods_are_not_for_webhooks(local: GatewayWeb, method: str) -> None:
    assert httpx.request(method, local.url + MESSAGES, trust_env=False).status_code == 405


def test_a_repeated_message_is_acknowledged_and_kept_once(web: GatewayWeb, clock: MoveableClock) -> None:
    order = sms()
    for pause in (0, 1, 86_400):
        clock.move(seconds=pause)
        assert web.post(order).status_code == 200
    assert len(web.stored()) == 1


@pytest.mark.parametrize(
    "text", ["", " ", "ban\x00jir", "x" * 20_000, "🚨🔥" * 300, "\u202eterbalik", "&" * 20_000, "'; DROP TABLE x",
             "{number} %(x)s", "\r\n\r\n"],
)  # fmt: skip
def test_any_text_is_kept_as_it_came(web: GatewayWeb, text: str) -> None:
    assert web.post(sms(text)).status_code == 200
    assert web.last().text == text


def test_half_an_emoji_at_the_end_of_a_segment_loses_no_message(web: GatewayWeb) -> None:
    body = json.dumps(sms("banjir X")).replace("X", "\\ud83d").encode()
    assert web.post(body).status_code == 200
    assert web.last().text == "banjir ?"


# -- who it is --------------------------------------------------------------------------------------------------


def gate() -> GatewayGate:
    return GatewayGate((SECRET,), OUR_GATEWAY, "ID")


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("+6281234567890", "+6281234567890"),
        ("6281234567890", "+6281234567890"),
        ("081234567890", "+6281234567890"),
        ("0812-3456-7890", "+6281234567890"),
        ("+62 812 3456 7890", "+6281234567890"),
        ("+31612345678", "+31612345678"),
        ("TELKOMSEL", "TELKOMSEL"),
        ("1708", "1708"),
        ("12345678", "12345678"),
        ("+62", "+62"),
        ("+62800TAXI123", "+62800TAXI123"),
        ("+\u0666\u0662812345678", "+\u0666\u0662812345678"),
    ],
)
def test_a_number_is_the_same_however_the_gateway_writes_it(
    clock: MoveableClock, written: str, address: str
) -> None:
    body = json.dumps(sms(**{"from": written})).encode()
    headers = signing.signed_headers(SECRET, clock.now().timestamp(), body)
    found = gate().message(body, headers, clock.now())
    assert found.address == address
    assert found.phone == (address if address[1:].isascii() and address[1:].isdecimal() and len(address) > 8 and
                           address.startswith("+") else None)  # fmt: skip


def test_whatsapp_and_gateway_of_one_number_are_one_citizen(
    web: GatewayWeb, rulebook: Rulebook, clock: MoveableClock
) -> None:
    with web.database.begin() as session:
        inbox.store(session, by_whatsapp("halo", phone=SARI), rulebook.words, clock.now())
    web.post(sms("halo", **{"from": SARI.replace("+62", "0")}))
    with web.database.begin() as session:
        assert inbox.place_new(session, clock.now()) == 2
    first, second = web.stored()
    assert first.phone_hash == second.phone_hash is not None
    with web.database.read() as session:
        conversations = session.execute(inbox.select(inbox.Conversation)).scalars().all()
        assert len(conversations) == 2
        assert len({talk.citizen_id for talk in conversations}) == 1


def test_a_short_code_may_be_ours(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock) -> None:
    with gateway_web(sqlite_database, rulebook, clock, gateway_settings(gateway_from="1708")) as web:
        assert web.post(sms(to="1708")).status_code == 200
        assert [message.our_address for message in web.stored()] == ["1708"]


# -- reports ----------------------------------------------------------------------------------------------------


def report(row_id: int, status: str, **changes: Any) -> dict[str, Any]:
    return {"id": "gw-7", "reference": f"{row_id}-0123abcd", "status": status} | changes


def test_a_report_reaches_its_message(web: GatewayWeb, post: Post) -> None:
    row_id = post.write(channel=GATEWAY, recipient=SARI)
    for status, state in (("sent", "accepted"), ("delivered", "delivered"), ("sent", "delivered")):
        assert web.post(report(row_id, status), STATUS).status_code == 200
        assert (post.row(row_id).state, post.row(row_id).provider_id) == (state, "gw-7")


def test_a_failure_keeps_its_code(web: GatewayWeb, post: Post) -> None:
    row_id = post.write(channel=GATEWAY, recipient=SARI)
    web.post(report(row_id, "failed", error="absent_subscriber"), STATUS)
    assert (post.row(row_id).state, post.row(row_id).error) == ("failed", "absent_subscriber")


@pytest.mark.parametrize("reference", [None, "", "99-0123abcd", "x", "9" * 40, "-1", "1"])
@pytest.mark.parametrize("status", ["delivered", "dancing"])
def test_a_report_about_nothing_of_ours_is_acknowledged(
    local: GatewayWeb, reference: str | None, status: str
) -> None:
    assert local.post(report(1, status, reference=reference), STATUS).status_code == 200


@pytest.mark.parametrize("changes", [{"id": 7}, {"status": None}, {"status": "a b"}, {"error": 5}, {"more": 1}])
def test_a_misshapen_report_is_refused(local: GatewayWeb, changes: dict[str, Any]) -> None:
    assert local.post(report(1, "delivered") | changes, STATUS).status_code == 400


def test_a_message_is_no_report_and_a_report_no_message(local: GatewayWeb) -> None:
    assert local.post(sms(), STATUS).status_code == 400
    assert local.post(report(1, "delivered")).status_code == 400


def test_another_channels_message_is_none_of_the_gateways_business(web: GatewayWeb, post: Post) -> None:
    row_id = post.write()
    assert web.post(report(row_id, "delivered"), STATUS).status_code == 200
    assert post.row(row_id).state == "waiting"


# -- anything at all --------------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=()), max_size=40)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
)
nearly = st.fixed_dictionaries(
    {},
    optional={
        "id": st.one_of(texts, st.just("in-1"), values),
        "from": st.one_of(texts, st.just(SARI), values),
        "to": st.one_of(texts, st.just(OUR_GATEWAY), values),
        "text": st.one_of(texts, values),
        "received_at": st.one_of(texts, st.just("2026-11-24T10:00:00Z"), values),
        "status": st.one_of(texts, st.just("delivered"), values),
        "reference": st.one_of(texts, st.from_regex(r"[0-9]{1,19}-[0-9a-f]{8}", fullmatch=True), values),
        "error": values,
    },
)
whole = st.builds(lambda body, text, sender: {**sms(), **body, "text": text, "from": sender}, nearly, texts, texts)
bodies = st.one_of(
    nearly.map(json.dumps).map(str.encode),
    whole.map(json.dumps).map(str.encode),
    values.map(json.dumps).map(str.encode),
    st.binary(max_size=60),
)


def test_no_body_makes_it_fail(local: GatewayWeb) -> None:
    seen: set[int] = set()

    @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(bodies, st.sampled_from([MESSAGES, STATUS]))
    def answers(body: bytes, path: str) -> None:
        status = local.post(body, path).status_code
        seen.add(status)
        assert status in (200, 400), (status, body)

    answers()
    assert seen == {200, 400}, "the bodies are too wild, or not wild enough"
