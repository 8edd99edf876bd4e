"""Who writes through an SMS gateway, what it reports of ours, and bodies of any kind."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.intake import inbox
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
    gateway: GatewayWeb, rulebook: Rulebook, clock: MoveableClock
) -> None:
    with gateway.database.begin() as session:
        inbox.store(session, by_whatsapp("halo", phone=SARI), rulebook.words, clock.now())
    gateway.post(sms("halo", **{"from": SARI.replace("+62", "0")}))
    with gateway.database.begin() as session:
        assert inbox.place_new(session, clock.now()) == 2
    first, second = gateway.stored()
    assert first.phone_hash == second.phone_hash is not None
    with gateway.database.read() as session:
        conversations = session.execute(inbox.select(inbox.Conversation)).scalars().all()
        assert len(conversations) == 2
        assert len({talk.citizen_id for talk in conversations}) == 1


def test_a_short_code_may_be_ours(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock) -> None:
    with gateway_web(sqlite_database, rulebook, clock, gateway_settings(gateway_from="1708")) as gateway:
        assert gateway.post(sms(to="1708")).status_code == 200
        assert [message.our_address for message in gateway.stored()] == ["1708"]


# -- reports ----------------------------------------------------------------------------------------------------


def report(row_id: int, status: str, **changes: Any) -> dict[str, Any]:
    return {"id": "gw-7", "reference": f"{row_id}-0123abcd", "status": status} | changes


def test_a_report_reaches_its_message(gateway: GatewayWeb, post: Post) -> None:
    row_id = post.write(channel=GATEWAY, recipient=SARI, attempts=1)
    for status, state in (("sent", "accepted"), ("delivered", "delivered"), ("sent", "delivered")):
        assert gateway.post(report(row_id, status), STATUS).status_code == 200
        assert (post.row(row_id).state, post.row(row_id).provider_id) == (state, "gw-7")


def test_a_failure_keeps_its_code(gateway: GatewayWeb, post: Post) -> None:
    row_id = post.write(channel=GATEWAY, recipient=SARI, attempts=1)
    gateway.post(report(row_id, "failed", error="absent_subscriber"), STATUS)
    assert (post.row(row_id).state, post.row(row_id).error) == ("failed", "absent_subscriber")


@pytest.mark.parametrize("reference", [None, "", "99-0123abcd", "x", "9" * 40, "-1", "1"])
@pytest.mark.parametrize("status", ["delivered", "dancing"])
def test_a_report_about_nothing_of_ours_is_acknowledged(
    local_gateway: GatewayWeb, reference: str | None, status: str
) -> None:
    assert local_gateway.post(report(1, status, reference=reference), STATUS).status_code == 200


@pytest.mark.parametrize("changes", [{"id": 7}, {"status": None}, {"status": "a b"}, {"error": 5}, {"more": 1}])
def test_a_misshapen_report_is_refused(local_gateway: GatewayWeb, changes: dict[str, Any]) -> None:
    assert local_gateway.post(report(1, "delivered") | changes, STATUS).status_code == 400


def test_a_message_is_no_report_and_a_report_no_message(local_gateway: GatewayWeb) -> None:
    assert local_gateway.post(sms(), STATUS).status_code == 400
    assert local_gateway.post(report(1, "delivered")).status_code == 400


def test_another_channels_message_is_none_of_the_gateways_business(gateway: GatewayWeb, post: Post) -> None:
    row_id = post.write(attempts=1)
    assert gateway.post(report(row_id, "delivered"), STATUS).status_code == 200
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
good = st.builds(lambda text: sms(text=text), texts)
bodies = st.one_of(
    good.map(json.dumps).map(str.encode),
    nearly.map(json.dumps).map(str.encode),
    whole.map(json.dumps).map(str.encode),
    values.map(json.dumps).map(str.encode),
    st.binary(max_size=60),
)


def test_no_body_makes_it_fail(local_gateway: GatewayWeb) -> None:
    seen: set[int] = set()

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(bodies, st.sampled_from([MESSAGES, STATUS]))
    def answers(body: bytes, path: str) -> None:
        status = local_gateway.post(body, path).status_code
        seen.add(status)
        assert status in (200, 400), (status, body)

    answers()
    assert seen == {200, 400}, "the bodies are too wild, or not wild enough"
