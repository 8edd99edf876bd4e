"""Sending through an SMS gateway over real HTTP, and all that goes wrong."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx
import pytest

from bot.delivery.delivery import Courier
from bot.messages import GATEWAY, Choice, Outgoing, SendError
from handlers.channels.http_gateway import GatewayChannel, Line, reference
from handlers.channels.registry import channels
from storage.database import Database
from tests.standins.gateway import Gateway, gateway_running
from tests.support.clock import MoveableClock
from tests.support.gateway import OUR_GATEWAY, SECRET, gateway_settings
from tests.support.outbox import Post
from tests.support.ports import free_port
from tests.support.settings import PUBLIC_URL

SARI = "+628000000001"
CALLBACK = f"{PUBLIC_URL}/webhooks/gateway/status"


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with gateway_running(SECRET) as running:
        yield running
        assert running.violations == []


def line(gateway: Gateway, **changes: Any) -> Line:
    usual: dict[str, Any] = {"secret": gateway.secret, "token": gateway.token}
    return Line(f"{gateway.url}/messages", OUR_GATEWAY, CALLBACK, **(usual | changes))


def channel(gateway: Gateway, **changes: Any) -> GatewayChannel:
    return GatewayChannel(line(gateway, **changes), httpx.Timeout(0.3))


def asking(gateway: Gateway, **changes: Any) -> GatewayChannel:
    """One that can look messages up."""
    return channel(gateway, lookup_url=f"{gateway.url}/messages/{{id}}", **changes)


def message(text: str = "Halo", **fields: Any) -> Outgoing:
    return Outgoing(**({"id": 7, "channel": GATEWAY, "recipient": SARI, "sender": None, "text": text} | fields))


def error_of(action: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(SendError) as caught:
        action()
    return caught.value.kind, caught.value.code


def test_a_message_is_asked_for_as_documented(gateway: Gateway) -> None:
    sent = channel(gateway).send(message("Jalan Anda sudah dicatat."))
    assert (sent.provider_id, sent.delivered) == ("gw-1", False)
    assert gateway.taken == [
        {
            "id": reference(message("Jalan Anda sudah dicatat.")),
            "to": SARI,
            "from": OUR_GATEWAY,
            "text": "Jalan Anda sudah dicatat.",
            "callback": CALLBACK,
        }
    ]
    assert gateway.taken[0]["id"].startswith("7-")


def test_a_token_goes_instead_of_a_signature() -> None:
    with gateway_running(token="a token") as gateway:
        assert asking(gateway).send(message()).provider_id == "gw-1"
        assert asking(gateway).find_sent(message(), frozenset()) == "gw-1"
        headers = gateway.asked[0]["headers"]
        assert headers["Authorization"] == "Bearer a token"
        assert "X-Signature" not in headers
        assert error_of(lambda: channel(gateway, token="another").send(message())) == ("later", "unauthorised")


def test_the_reference_is_the_same_at_every_attempt_and_never_another_messages() -> None:
    """After a database was made anew its rows are numbered from 1 again; the gateway must not drop those."""
    assert reference(message()) == reference(message())
    others = (message("Hai"), message(id=8), message(recipient="+628000000002"))
    assert len({reference(message()), *map(reference, others)}) == 4


def test_choices_are_a_numbered_list_without_emoji(gateway: Gateway) -> None:
    choices = (Choice("yes", "Sudah"), Choice("no", "Belum"))
    channel(gateway).send(message("Sudah beres? 👍", choices=choices, hint="Balas angkanya."))
    assert gateway.taken[0]["text"] == "Sudah beres?\n1. Sudah\n2. Belum\nBalas angkanya."


MODES = [
    ("429", "later", "later", 0),
    ("401", "later", "later", 0),
    ("302", "later", "later", 0),
    ("404", "later", "later", 0),
    ("400", "final", "final", 0),
    ("422", "final", "final", 0),
    ("500", "in_doubt", "later", 0),
    ("503", "in_doubt", "later", 0),
    ("409", "in_doubt", "later", 0),
    ("no_id", "in_doubt", "later", 0),
    ("reset", "in_doubt", "later", 0),
    ("timeout", "in_doubt", "later", 0),
    ("accept_then_reset", "in_doubt", "later", 1),
    ("accept_then_timeout", "in_doubt", "later", 1),
    ("accept_then_500", "in_doubt", "later", 1),
    ("accept_then_no_id", "in_doubt", "later", 1),
]


@pytest.mark.parametrize(("mode", "kind", "repeatable_kind", "taken"), MODES)
def test_what_goes_wrong_is_told_apart(
    gateway: Gateway, mode: str, kind: str, repeatable_kind: str, taken: int
) -> None:
    gateway.mode = mode
    assert error_of(lambda: channel(gateway).send(message()))[0] == kind
    assert error_of(lambda: channel(gateway, repeatable=True).send(message()))[0] == repeatable_kind
    assert len(gateway.taken) == taken


def test_the_gateways_code_is_kept_where_it_is_one(gateway: Gateway) -> None:
    gateway.mode, gateway.code = "422", "blocked_number"
    assert error_of(lambda: channel(gateway).send(message())) == ("final", "blocked_number")
    gateway.code = "Nomor 0812 milik Sari diblokir"  # words may name people, and codes are logged
    assert error_of(lambda: channel(gateway).send(message())) == ("final", "http_422")


def test_nobody_listening_means_that_nothing_was_sent() -> None:
    nobody = Line(f"http://127.0.0.1:{free_port()}", OUR_GATEWAY, CALLBACK, SECRET)
    assert error_of(lambda: GatewayChannel(nobody).send(message())) == ("later", "connect")


@pytest.mark.parametrize("url", ["", "gateway.example", "ftp://gateway.example", "https://", "http://[::1"])
def test_an_address_that_is_none_sends_nothing(url: str) -> None:
    broken = GatewayChannel(Line(url, OUR_GATEWAY, CALLBACK, SECRET))
    assert error_of(lambda: broken.send(message()))[0] in ("later", "in_doubt")


def test_without_a_sender_it_waits(gateway: Gateway) -> None:
    silent = GatewayChannel(replace(line(gateway), sender=""))
    assert error_of(lambda: silent.send(message())) == ("later", "no_sender")


def test_a_redirect_is_not_followed_with_our_token(gateway: Gateway) -> None:
    gateway.mode = "307"
    assert error_of(lambda: channel(gateway).send(message())) == ("later", "http_307")
    assert len(gateway.asked) == 1


# -- looking up -------------------------------------------------------------------------------------------------


def test_a_message_in_doubt_is_found_by_our_id(gateway: Gateway) -> None:
    gateway.mode = "accept_then_reset"
    error_of(lambda: channel(gateway).send(message()))
    gateway.mode = "ok"
    assert asking(gateway).find_sent(message(), frozenset()) == "gw-1"
    assert asking(gateway).find_sent(message("Never sent"), frozenset()) is None
    assert error_of(lambda: asking(gateway).find_sent(message(), frozenset({"gw-1"}))) == (
        "in_doubt",
        "lookup_200",
    )


def test_a_gateway_that_cannot_be_asked_leaves_it_in_doubt(gateway: Gateway) -> None:
    assert error_of(lambda: channel(gateway).find_sent(message(), frozenset())) == ("in_doubt", "no_lookup")
    assert channel(gateway, repeatable=True).find_sent(message(), frozenset()) is None, "it is simply asked again"


@pytest.mark.parametrize("mode", ["500", "401", "429", "reset", "timeout", "no_id"])
def test_when_it_does_not_answer_that_is_said(gateway: Gateway, mode: str) -> None:
    gateway.mode = mode
    error_of(lambda: asking(gateway).find_sent(message(), frozenset()))


# -- through the courier ------------------------------------------------------------------------------------------


def write(office: Post, count: int) -> None:
    for n in range(count):
        office.write(f"Pesan {n // 2}", channel=GATEWAY, recipient=f"+62800001{n % 4:04d}", sender=OUR_GATEWAY)


@pytest.mark.parametrize("kind", ["repeatable", "lookup"])
def test_messages_through_faults_all_arrive_and_none_twice(
    gateway: Gateway, sqlite_database: Database, clock: MoveableClock, kind: str
) -> None:
    office = Post(sqlite_database, clock)
    write(office, 8)
    way = channel(gateway, repeatable=True) if kind == "repeatable" else asking(gateway)
    with ThreadPoolExecutor(4) as pool:
        courier = Courier(sqlite_database, {GATEWAY: way}, clock, "one", pool)
        for mode in ("accept_then_reset", "reset", "accept_then_500", "429", "500", "ok"):
            gateway.mode = mode
            for _ in range(2):
                courier.round()
                clock.move(minutes=20)
                courier.settle()
    assert set(office.states()) == {"accepted"}
    assert sorted(taken["text"] for taken in gateway.taken) == sorted(f"Pesan {n // 2}" for n in range(8))


def test_without_either_a_message_in_doubt_stays_so_and_is_never_sent_again(
    gateway: Gateway, sqlite_database: Database, clock: MoveableClock
) -> None:
    office = Post(sqlite_database, clock)
    write(office, 1)
    gateway.mode = "accept_then_reset"
    with ThreadPoolExecutor(1) as pool:
        courier = Courier(sqlite_database, {GATEWAY: channel(gateway)}, clock, "one", pool)
        for _ in range(5):
            courier.round()
            clock.move(minutes=20)
            courier.settle()
    assert office.states() == ["in_doubt"]
    assert len(gateway.asked) == 1


# -- putting together -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "there"),
    [
        ({}, False),
        ({"gateway_url": "https://gw.example"}, True),
        ({"gateway_url": "https://gw.example", "gateway_secret": ""}, False),
        ({"gateway_url": "https://gw.example", "gateway_secret": "", "gateway_token": "t"}, True),
    ],
)
def test_an_installation_has_the_channel_when_it_can_prove_who_it_is(values: dict[str, str], there: bool) -> None:
    assert (GATEWAY in channels(gateway_settings(**values))) == there


def test_a_gateway_makes_an_installation_a_live_one() -> None:
    """Real citizens: nobody may pose as one, move their clock, or be given answers that nobody checked."""
    live = gateway_settings()
    assert [live.simulator_enabled, live.clock_can_move, live.gives_unverified] == [False] * 3
    none = gateway_settings(gateway_secret="")
    assert none.simulator_enabled
    assert none.clock_can_move
    assert none.gives_unverified
