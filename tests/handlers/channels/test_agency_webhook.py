"""Posting cases to an agency's own system over real HTTP: signed, repeated under one key, and what goes wrong."""

import json
import socket
import struct
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from flask import Flask, Response, redirect, request

from bot.delivery.delivery import Courier
from bot.delivery.failing import BACK_OFF
from bot.messages import WEBHOOK, Outgoing, SendError
from handlers.channels import signing
from handlers.channels.agency_webhook import AgencyWebhook, reference
from handlers.channels.gate import ForgedRequestError
from storage.database import Database
from tests.support.clock import MoveableClock
from tests.support.outbox import Post
from tests.support.ports import free_port
from tests.support.serving import serving

SECRET = "a secret that only we and the agency know"
CASE = json.dumps(
    {
        "event": "forwarded",
        "ticket": "JK-7Q2M9X-4",
        "service": "Jalan rusak",
        "place": "Jl. Melati é",
        "link": "https://lapor.example/agency/x",
        "due": "2026-12-01T09:00:00+00:00",
    },
    ensure_ascii=False,
)


class System:
    """An agency's system: what it was posted, and how it answers next."""

    def __init__(self) -> None:
        self.posts: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int | str] = []
        self.url = ""

    def app(self) -> Flask:
        app = Flask(__name__)
        app.config["PROPAGATE_EXCEPTIONS"] = True
        app.add_url_rule("/cases", view_func=self._take, methods=["POST"])
        return app

    def _take(self) -> Any:
        self.posts.append((dict(request.headers), request.get_data()))
        answer = self.answers.pop(0) if self.answers else 200
        if answer == "slow":
            time.sleep(0.6)
        if answer == "reset":
            connection: socket.socket = request.environ["werkzeug.socket"]
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise ConnectionAbortedError
        if answer == 302:
            return redirect("http://127.0.0.1:9/elsewhere")
        return Response(status=answer if isinstance(answer, int) else 200)


@pytest.fixture
def system() -> Iterator[System]:
    running = System()
    with serving(running.app()) as url:
        running.url = f"{url}/cases"
        yield running


@pytest.fixture
def channel() -> AgencyWebhook:
    return AgencyWebhook((SECRET, "an older one"), httpx.Timeout(0.3))


def message(system: System, **fields: Any) -> Outgoing:
    usual = {"id": 7, "channel": WEBHOOK, "recipient": system.url, "sender": None, "text": CASE}
    return Outgoing(**(usual | fields))


def error_of(channel: AgencyWebhook, outgoing: Outgoing) -> tuple[str, str]:
    with pytest.raises(SendError) as caught:
        channel.send(outgoing)
    return caught.value.kind, caught.value.code


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_case_is_posted_and_signed(system: System, channel: AgencyWebhook, status: int) -> None:
    system.answers = [status]
    sent = channel.send(message(system))
    [(headers, body)] = system.posts
    assert json.loads(body) == json.loads(CASE)
    assert headers["Content-Type"] == "application/json"
    assert (headers["Idempotency-Key"], sent.delivered) == (sent.provider_id, True)
    signing.check([SECRET], headers, body, datetime.now(UTC))
    with pytest.raises(ForgedRequestError):
        signing.check([SECRET], headers, body + b" ", datetime.now(UTC))
    with pytest.raises(ForgedRequestError):
        signing.check(["an older one"], headers, body, datetime.now(UTC))


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (400, "final", "http_400"),
        (401, "final", "http_401"),
        (404, "final", "http_404"),
        (410, "final", "http_410"),
        (302, "final", "http_302"),
        (408, "later", "http_408"),
        (429, "later", "http_429"),
        (500, "later", "http_500"),
        (503, "later", "http_503"),
        ("slow", "later", "ReadTimeout"),
    ],
)
def test_what_it_answers(system: System, channel: AgencyWebhook, answer: int | str, kind: str, code: str) -> None:
    system.answers = [answer]
    assert error_of(channel, message(system)) == (kind, code)
    assert len(system.posts) == 1  # nobody is sent on elsewhere


def test_a_connection_that_breaks_off(system: System, channel: AgencyWebhook) -> None:
    system.answers = ["reset"]
    assert error_of(channel, message(system))[0] == "later"


def test_nobody_listens(system: System, channel: AgencyWebhook) -> None:
    url = f"http://127.0.0.1:{free_port()}/cases"
    assert error_of(channel, message(system, recipient=url)) == ("later", "ConnectError")


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://127.0.0.1/x", "http://[::1"])
def test_an_address_that_is_none(system: System, channel: AgencyWebhook, url: str) -> None:
    assert error_of(channel, message(system, recipient=url)) == ("final", "address")


def test_without_a_secret_nothing_is_posted(system: System) -> None:
    assert error_of(AgencyWebhook(()), message(system)) == ("final", "no_secret")
    assert system.posts == []


def test_the_key_is_the_messages_own(system: System) -> None:
    same = reference(message(system))
    assert same == reference(message(system))
    others = [message(system, id=8), message(system, text="{}"), message(system, recipient="https://x.example")]
    assert len({same, *map(reference, others)}) == 4


def test_it_is_posted_until_it_is_taken_under_one_key(
    system: System, channel: AgencyWebhook, sqlite_database: Database, clock: MoveableClock
) -> None:
    """At least once: an answer that was lost brings the case a second time, with the key it had before."""
    system.answers = [503, "slow", 500, 200]
    office = Post(sqlite_database, clock)
    row = office.write(channel=WEBHOOK, recipient=system.url, sender=None, conversation_id=None,
                       body={"text": CASE}, at_least_once=True)  # fmt: skip
    with ThreadPoolExecutor(2) as pool:
        courier = Courier(sqlite_database, {WEBHOOK: channel}, clock, "one", pool)
        for pause in BACK_OFF:
            courier.round()
            clock.move(seconds=pause)
    office.close()
    assert office.row(row).state == "delivered"
    assert len(system.posts) == 4
    assert len({headers["Idempotency-Key"] for headers, _ in system.posts}) == 1
    assert len({body for _, body in system.posts}) == 1
