"""Sending through Meta over real HTTP: what goes out, what goes wrong, and how a message in doubt is found."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from bot.delivery import failures
from bot.delivery.delivery import Courier
from bot.messages import SMS, WHATSAPP, Choice, Outgoing, SendError
from handlers.channels import meta_cloud_errors
from handlers.channels.meta_cloud import MetaChannel, outbound_of, reference
from tests.standins import meta_posts as posts
from tests.standins.meta import Meta
from tests.standins.meta_orders import keys_of
from tests.standins.meta_posts import MetaLine
from tests.support.clock import MoveableClock
from tests.support.gateway import GatewayWeb
from tests.support.meta import meta_group
from tests.support.outbox import Post
from tests.support.ports import free_port

pytestmark = pytest.mark.processes
SARI = "whatsapp:+628000001234"


def channel(meta: Meta, **changes: Any) -> MetaChannel:
    return MetaChannel(meta_group(meta_api_base=meta.url, **changes), httpx.Timeout(1.5))


def note(text: str = "Halo", **fields: Any) -> Outgoing:
    return Outgoing(**({"id": 7, "channel": WHATSAPP, "recipient": SARI, "sender": None, "text": text} | fields))


def choices(*titles: str) -> tuple[Choice, ...]:
    return tuple(Choice(f"key{number}", title) for number, title in enumerate(titles, 1))


def failure(meta: Meta, message: Outgoing, **changes: Any) -> tuple[str, str]:
    with pytest.raises(SendError) as caught:
        channel(meta, **changes).send(message)
    return caught.value.kind, caught.value.code


@pytest.fixture(autouse=True)
def as_the_reference_says(meta: Meta) -> Iterator[None]:
    yield
    assert meta.violations == []


# -- what goes out ----------------------------------------------------------------------------------------------


def test_a_text_goes_out_with_our_reference(meta: Meta) -> None:
    sent = channel(meta).send(note("Terima kasih"))
    [order] = meta.taken
    assert (sent.provider_id, sent.delivered) == (order["wamid"], False)
    assert (order["to"], order["text"]) == ("628000001234", {"body": "Terima kasih"})
    assert outbound_of(order["biz_opaque_callback_data"]) == 7


def test_a_reference_is_of_one_message_of_one_database() -> None:
    assert reference(note("a")) == reference(note("a")) != reference(note("b"))
    for strange in ("7", "x-01234567", "7-0123456", "7-0123456g", "", None, 7, {}, "9" * 19 + "-01234567"):
        assert outbound_of(strange) is None


@pytest.mark.parametrize("user", ["ID.4566546130240823", "ID.ENT.4566"])
def test_a_person_without_a_number_is_reached(meta: Meta, user: str) -> None:
    channel(meta).send(note(recipient=f"whatsapp:{user}"))
    assert meta.taken[0]["recipient"] == user
    assert "to" not in meta.taken[0]


@pytest.mark.parametrize("nobody", ["", "whatsapp:", "+628000001234", "whatsapp:628", "whatsapp:ID.", "nobody"])
def test_who_is_no_address_is_not_even_asked_for(meta: Meta, nobody: str) -> None:
    assert failure(meta, note(recipient=nobody)) == (failures.ADDRESS, "no_number")
    assert meta.taken == []


def test_two_or_three_short_choices_are_buttons(meta: Meta) -> None:
    channel(meta).send(note("Sudah beres?", choices=choices("Sudah", "Belum"), hint="Balas angkanya."))
    [order] = meta.taken
    assert order["interactive"]["type"] == "button"
    assert (meta.texts(), keys_of(order)) == (["Sudah beres?\n1. Sudah\n2. Belum"], ["key1", "key2"])


def test_more_or_longer_ones_are_a_list_with_the_whole_name_below(meta: Meta) -> None:
    long = "Saluran air dan kali yang mampet"
    channel(meta).send(note("Yang mana?", choices=choices("Jalan", "Sampah", long, "Lainnya"), label="Choose"))
    action = meta.taken[0]["interactive"]["action"]
    assert action["button"] == "Choose"
    assert action["sections"][0]["rows"][2] == {"id": "key3", "title": "Saluran air dan kali", "description": long}
    assert meta.texts() == [f"Yang mana?\n1. Jalan\n2. Sampah\n3. {long}\n4. Lainnya"]


@pytest.mark.parametrize(
    "asked",
    [
        {"choices": choices("Sama", "Sama")},
        {"choices": choices(*map(str, range(11)))},
        {"choices": choices("Satu")},
        {"choices": choices("Sudah", " ")},
        {"choices": choices("Sudah", "Belum"), "text": "x" * 1_025},
        {"choices": (Choice("k" * 201, "Sudah"), Choice("b", "Belum"))},
    ],
)
def test_what_fits_neither_is_numbered(meta: Meta, asked: dict[str, Any]) -> None:
    channel(meta).send(note(**asked))
    assert meta.taken[0]["type"] == "text"


def test_buttons_that_meta_refuses_are_numbered(meta: Meta) -> None:
    meta.mode, meta.code = "refuse", 131009
    assert failure(meta, note("Sudah?", choices=choices("Sudah", "Belum"))) == (failures.CONTENT, "131009")
    assert meta.orders == ["interactive", "text"]


def test_a_template_is_named_with_its_language_and_filled_in_order(meta: Meta) -> None:
    meta.templates[("follow_confirm", "id")] = 10
    values = {str(number): f"nilai\n {number}" for number in range(10, 0, -1)}
    channel(meta).send(
        note("Sudah?", template="follow_confirm/id", variables=values, choices=choices("Ya", "Tidak"))
    )
    template = meta.taken[0]["template"]
    assert (template["name"], template["language"]) == ("follow_confirm", {"code": "id"})
    assert [one["text"] for one in template["components"][0]["parameters"]] == [f"nilai {n}" for n in range(1, 11)]


@pytest.mark.parametrize("name", ["HX" + "0" * 32, "follow_confirm", "Follow/id", "follow_confirm/"])
def test_a_template_of_another_provider_is_not_asked_for(meta: Meta, name: str) -> None:
    assert failure(meta, note(template=name)) == (failures.CONTENT, "template_name")


def test_an_interactive_template_of_twilio_is_shown_as_our_own(meta: Meta) -> None:
    asked = note(
        "Sudah?", template="HX1", variables={"1": "Sudah?"}, choices=choices("Ya", "Tidak"), interactive=True
    )
    channel(meta).send(asked)
    assert meta.texts() == ["Sudah?\n1. Ya\n2. Tidak"]


# -- what goes wrong --------------------------------------------------------------------------------------------

CODES = {
    130429: failures.LATER,
    131056: failures.LATER,
    80007: failures.LATER,
    131047: failures.OTHER_FORM,
    131050: failures.STOP,
    131026: failures.ADDRESS,
    100: failures.CONTENT,
    131051: failures.CONTENT,
    131053: failures.CONTENT,
    132001: failures.CONTENT,
    190: failures.ACCOUNT,
    368: failures.ACCOUNT,
    131031: failures.ACCOUNT,
    200: failures.ACCOUNT,
    131049: failures.FINAL,
    999999: failures.FINAL,
}


@pytest.mark.parametrize("code", CODES)
def test_codes_have_classes(meta: Meta, code: int) -> None:
    meta.mode, meta.code = "refuse", code
    assert failure(meta, note()) == (CODES[code], str(code))
    assert meta.taken == []


def test_no_code_is_in_two_classes() -> None:
    listed = [code for codes in meta_cloud_errors.KINDS.values() for code in codes]
    assert len(listed) == len(set(listed))
    assert meta_cloud_errors.KINDS.keys() <= failures.CLASSES


@pytest.mark.parametrize(
    ("mode", "kind", "code"),
    [
        ("busy", failures.LATER, "131016"),
        ("500", failures.IN_DOUBT, "131000"),
        ("bare", failures.IN_DOUBT, "http_502"),
        ("no_id", failures.IN_DOUBT, "no_id"),
        ("timeout", failures.IN_DOUBT, "ReadTimeout"),
    ],
)
def test_what_may_have_gone_out_is_in_doubt(meta: Meta, mode: str, kind: str, code: str) -> None:
    meta.mode = mode
    assert failure(meta, note()) == (kind, code)


def test_what_never_left_is_tried_again(meta: Meta) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(SendError) as caught:
        MetaChannel(meta_group(meta_api_base=away)).send(note())
    assert (caught.value.kind, caught.value.code) == (failures.LATER, "connect")


def test_a_wrong_token_is_the_accounts(meta: Meta) -> None:
    assert failure(meta, note(), meta_token="old") == (failures.ACCOUNT, "190")


# -- together with the outbox -----------------------------------------------------------------------------------


@pytest.fixture
def office(local_post: Post, meta: Meta, clock: MoveableClock) -> Iterator[Callable[..., Courier]]:
    with ThreadPoolExecutor(2) as pool:
        yield lambda: Courier(local_post.database, {WHATSAPP: channel(meta)}, clock, "one", pool)


def test_a_message_in_doubt_is_settled_by_its_status_and_sent_once(
    office: Callable[..., Courier], local_post: Post, meta: Meta, line: MetaLine, clock: MoveableClock
) -> None:
    row = local_post.write("Sudah beres?", recipient=SARI)
    meta.mode = "accept_then_timeout"
    courier = office()
    courier.round()
    meta.mode = "ok"
    for _ in range(5):
        clock.move(seconds=120)
        courier.settle()
        courier.round()
    assert (local_post.row(row).state, len(meta.taken)) == ("in_doubt", 1)
    assert meta.reports(line, 0, "delivered").status_code == 200
    assert (local_post.row(row).state, local_post.row(row).provider_id) == ("delivered", meta.taken[0]["wamid"])


def test_what_no_status_tells_is_for_a_person_after_a_day(
    office: Callable[..., Courier], local_post: Post, meta: Meta, clock: MoveableClock
) -> None:
    row = local_post.write("Sudah beres?", recipient=SARI)
    meta.mode = "reset"
    courier = office()
    courier.round()
    clock.move(days=1, seconds=60)
    courier.settle()
    assert (local_post.row(row).state, local_post.row(row).failure) == ("failed", failures.IN_DOUBT)
    assert meta.taken == []


def test_a_shut_window_that_only_the_status_tells_brings_the_template(
    office: Callable[..., Courier],
    local_post: Post,
    meta: Meta,
    line: MetaLine,
) -> None:
    meta.templates[("follow_confirm", "id")] = 1
    body = {"text": "Sudah beres?", "template": "follow_confirm/id", "variables": {"1": "JK-1"}}
    local_post.write(recipient=SARI, body=body)
    courier = office()
    courier.round()
    meta.reports(line, 0, "failed", 131047)
    courier.round()
    assert [order["type"] for order in meta.taken] == ["text", "template"]
    assert meta.reports(line, 1, "read").status_code == 200
    assert local_post.states() == ["read"]


def test_a_status_of_a_thousand_is_taken_in_one_post(
    local_post: Post, line: MetaLine, meta_web: GatewayWeb
) -> None:
    rows = [local_post.write(recipient=SARI, state="accepted", provider_id=f"wamid.{n}") for n in range(300)]
    states = ("delivered", "sent", "read")
    told = [posts.status(f"wamid.{n}", state) for state in states for n in range(300)]
    other = local_post.write(recipient="+628000001234", channel=SMS, state="accepted", provider_id="wamid.sms")
    foreign = [posts.status("wamid.sms", "failed"), posts.status("wamid.unknown", "read"), {"id": 5}, "x"]
    assert line.reports(*told, *foreign, posts.status("wamid.0", "dancing")).status_code == 200
    assert {local_post.row(row).state for row in rows} == {"read"}
    assert local_post.row(other).state == "accepted"
