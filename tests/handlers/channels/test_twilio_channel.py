"""Sending through the official client to a Twilio that is a process of its own, and all that goes wrong."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.delivery.delivery import Courier
from bot.messages import SMS, WHATSAPP, Choice, Outgoing, SendError
from bot.rulebook import Rulebook
from handlers.channels.twilio import TwilioChannel
from handlers.edge import Edge
from handlers.web import create_web
from storage.database import Database
from tests.support.clock import MoveableClock
from tests.support.outbox import Post
from tests.support.ports import free_port
from tests.support.serving import serving
from tests.support.settings import ACCOUNT, OUR_SMS, OUR_WHATSAPP, PUBLIC_URL, TOKEN, isolated_settings
from tests.support.twilio import SENDERS, Twilio

pytestmark = pytest.mark.processes
SARI, BUDI = "whatsapp:+628000000001", "whatsapp:+628000000002"


def message(text: str = "Halo", **fields: Any) -> Outgoing:
    return Outgoing(**({"id": 7, "channel": WHATSAPP, "recipient": SARI, "sender": None, "text": text} | fields))


def error_of(action: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(SendError) as caught:
        action()
    return caught.value.kind, caught.value.code


def test_a_message_is_asked_for_as_twilio_describes_it(twilio: Twilio) -> None:
    sent = twilio.channel(base_url=PUBLIC_URL).send(message("Jalan Anda sudah dicatat."))
    [taken] = twilio.get("messages")
    assert (taken["sid"], sent.delivered) == (sent.provider_id, False)
    assert taken["form"] == {
        "To": [SARI],
        "From": [OUR_WHATSAPP],
        "Body": ["Jalan Anda sudah dicatat."],
        "StatusCallback": [f"{PUBLIC_URL}/webhooks/twilio/status?outbound=7"],
    }
    assert twilio.get("violations") == []


def test_the_sender_is_the_number_that_was_written_to(twilio: Twilio) -> None:
    twilio.channel().send(message(sender="whatsapp:+628001119999"))
    twilio.channel().send(message(channel=SMS, recipient="+628000000001"))
    assert [m["from"] for m in twilio.get("messages")] == ["whatsapp:+628001119999", OUR_SMS]


def test_choices_are_a_numbered_list(twilio: Twilio) -> None:
    twilio.channel().send(message("Sudah beres?", choices=(Choice("yes", "Sudah"), Choice("no", "Belum"))))
    assert twilio.get("messages")[0]["body"] == "Sudah beres?\n1. Sudah\n2. Belum"


def test_a_template_goes_with_its_variables(twilio: Twilio) -> None:
    twilio.channel().send(message(template="HX" + "a" * 32, variables={"1": "JK-7Q2M9X-4", "2": "é\"'"}))
    form = twilio.get("messages")[0]["form"]
    assert form["ContentSid"] == ["HX" + "a" * 32]
    assert form["ContentVariables"] == ['{"1": "JK-7Q2M9X-4", "2": "\\u00e9\\"\'"}']
    assert "Body" not in form
    assert twilio.get("violations") == []


def test_a_text_longer_than_twilio_takes_is_cut(twilio: Twilio) -> None:
    twilio.channel().send(message("x" * 2_000))
    assert len(twilio.get("messages")[0]["body"]) == 1_600


@pytest.mark.parametrize("text", ["banjir 🚨", "a&b=c+d%20", "baris\nbaru", "‮"])
def test_texts_arrive_as_they_are(twilio: Twilio, text: str) -> None:
    twilio.channel().send(message(text))
    assert twilio.get("messages")[0]["body"] == text


@pytest.mark.parametrize(
    ("mode", "kind", "taken"),
    [
        ("429", "later", 0),
        ("500", "in_doubt", 0),
        ("reset", "in_doubt", 0),
        ("timeout", "in_doubt", 0),
        ("accept_then_reset", "in_doubt", 1),
        ("accept_then_500", "in_doubt", 1),
    ],
)
def test_what_goes_wrong_is_told_apart(twilio: Twilio, mode: str, kind: str, taken: int) -> None:
    twilio.fails(mode, seconds=0.6)
    assert error_of(lambda: twilio.channel(timeout_s=0.3).send(message()))[0] == kind
    assert len(twilio.get("messages")) == taken


@pytest.mark.parametrize(
    ("code", "kind"),
    [(20429, "later"), (63018, "later"), (30001, "later"), (14107, "later"), (30003, "few"), (63016, "other_form"),
     (21610, "stop"), (21211, "address"), (63024, "address"), (21617, "content"), (20003, "account"),
     (63049, "final"), (63032, "final"), (99999, "final")],
)  # fmt: skip
def test_refusals_are_told_apart_by_their_code(twilio: Twilio, code: int, kind: str) -> None:
    twilio.fails("refuse", code=code)
    assert error_of(lambda: twilio.channel().send(message())) == (kind, str(code))


def test_what_twilio_itself_would_refuse(twilio: Twilio) -> None:
    channel = twilio.channel()
    assert error_of(lambda: channel.send(message(recipient="whatsapp:nobody"))) == ("address", "21211")
    assert error_of(lambda: channel.send(message(""))) == ("final", "21619")
    assert error_of(lambda: twilio.channel("wrong token").send(message())) == ("account", "20003")
    assert twilio.get("messages") == []


def test_nobody_listening_means_that_nothing_was_sent() -> None:
    channel = TwilioChannel(ACCOUNT, TOKEN, SENDERS, PUBLIC_URL, f"http://127.0.0.1:{free_port()}", 1)
    assert error_of(lambda: channel.send(message())) == ("later", "connect")


def test_without_a_sender_it_waits() -> None:
    channel = TwilioChannel(ACCOUNT, TOKEN, {WHATSAPP: ""}, PUBLIC_URL, "http://127.0.0.1:9")
    assert error_of(lambda: channel.send(message())) == ("later", "no_sender")


# -- looking up -------------------------------------------------------------------------------------------------


def test_a_message_in_doubt_is_found_by_recipient_and_text(twilio: Twilio) -> None:
    channel = twilio.channel()
    sid = channel.send(message("Sudah beres?", choices=(Choice("yes", "Sudah"),))).provider_id
    channel.send(message("Halo"))
    channel.send(message("Sudah beres?", recipient=BUDI))
    same = message("Sudah beres?", choices=(Choice("yes", "Sudah"),))
    assert channel.find_sent(same, frozenset()) == sid
    assert channel.find_sent(same, frozenset({sid})) is None
    assert channel.find_sent(message("Never sent"), frozenset()) is None
    assert twilio.get("violations") == []


def test_identical_texts_are_told_apart_by_what_is_known(twilio: Twilio) -> None:
    channel = twilio.channel()
    sids = [channel.send(message("Sama-sama.")).provider_id for _ in range(3)]
    assert channel.find_sent(message("Sama-sama."), frozenset(sids[1:])) == sids[0]


def test_a_template_is_found_by_its_values(twilio: Twilio) -> None:
    """What Twilio lists is its own rendering of the template, not the text that we would have sent."""
    channel = twilio.channel()
    rendered = channel.send(message("Laporan JK-7Q2M9X-4 soal Sampah sudah selesai?")).provider_id
    asked = message("Sudah beres?", template="HX" + "a" * 32, variables={"1": "JK-7Q2M9X-4", "2": "Sampah"})
    assert channel.find_sent(asked, frozenset()) == rendered
    other = message("Sudah beres?", template="HX" + "a" * 32, variables={"1": "JK-000000-0", "2": "Sampah"})
    assert channel.find_sent(other, frozenset()) is None


@pytest.mark.parametrize("mode", ["500", "429", "reset", "timeout"])
def test_when_it_cannot_be_asked_that_is_said(twilio: Twilio, mode: str) -> None:
    twilio.fails(mode, on="list", seconds=0.6)
    error_of(lambda: twilio.channel(timeout_s=0.3).find_sent(message(), frozenset()))


def test_many_messages_through_faults_all_arrive_and_none_twice(
    twilio: Twilio, sqlite_database: Database, clock: MoveableClock
) -> None:
    """A third of the requests loses its answer, be it before or after Twilio took the message."""
    office = Post(sqlite_database, clock)
    for n in range(24):
        office.write(f"Pesan {n // 2}", recipient=f"whatsapp:+62800001{n % 6:04d}")
    with ThreadPoolExecutor(8) as pool:
        courier = Courier(sqlite_database, {WHATSAPP: twilio.channel(timeout_s=2)}, clock, "one", pool)
        for mode in ("accept_then_reset", "reset", "accept_then_500", "429", "500", "ok"):
            twilio.fails(mode, share=0.34)
            for _ in range(3):
                courier.round()
                clock.move(minutes=2)
                courier.settle()
    assert set(office.states()) == {"accepted"}
    assert len(twilio.get("messages")) == 24


# -- callbacks and the stand-in itself ------------------------------------------------------------------------


@pytest.fixture
def served(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock) -> Iterator[str]:
    """The web application on a port of its own; its URL."""
    port = free_port()
    settings = isolated_settings(public_url=f"http://127.0.0.1:{port}")
    with serving(create_web(Edge(settings, rulebook, sqlite_database, clock, None)), port) as url:
        yield url


def test_signed_callbacks_report_the_delivery(twilio: Twilio, served: str, local_post: Post) -> None:
    row_id = local_post.write(attempts=1)
    sid = twilio.channel(base_url=served).send(message(id=row_id)).provider_id
    until, reports = time.monotonic() + 10, []
    while len(reports) < 2 and time.monotonic() < until:
        time.sleep(0.02)
        reports = [(c["status"], c["outcome"]) for c in twilio.get("callbacks") if c["sid"] == sid]
    assert reports == [("sent", 200), ("delivered", 200)]
    assert local_post.row(row_id).state == "delivered"
    assert twilio.get("messages")[0]["status"] == "delivered"
