"""What other systems get: every event of a ticket's life over real HTTP, signed, though they fail in between."""

import base64
import hashlib
import hmac
import json
import random
import socket
import struct
import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jsonschema
import pytest
from flask import Flask, Response, redirect, request

from bot.delivery.delivery import Courier
from bot.messages import SIMULATOR, SUBSCRIBER
from bot.rulebook import Rulebook
from bot.status import Move
from bot.subscribers import fanout, managing
from bot.subscribers.events import FILED, TYPES
from bot.subscribers.managing import Wish
from bot.subscribers.targets import Targets
from bot.tickets import tickets
from bot.tickets.tickets import By
from handlers.channels.local import LocalChannel
from handlers.channels.outbound_guard import Poster, Rules
from handlers.channels.subscriber import SubscriberChannel
from storage.database import Database
from storage.models import OutboundMessage, Subscription, Ticket
from tests.bot.subscribers.conftest import Exchange
from tests.handlers.openapi.test_document import schema_of
from tests.support.clock import MoveableClock
from tests.support.desk import Number, meaning
from tests.support.serving import serving

POTHOLE = meaning("lapor", "jalan_rusak", place="Jl. Melati")


class Receiver:
    """Another system: what it took, and how it answers next. ``reset`` takes a post and drops the connection."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: list[int | str] = []
        self.posts: list[tuple[dict[str, str], bytes]] = []
        self.taken: Counter[str] = Counter()
        self.attempts: Counter[str] = Counter()

    def app(self) -> Flask:
        app = Flask(__name__)
        app.config["PROPAGATE_EXCEPTIONS"] = True
        app.add_url_rule("/hook", view_func=self._take, methods=["POST"])
        return app

    def _take(self) -> Any:
        body, headers = request.get_data(), {name.lower(): value for name, value in request.headers.items()}
        answer = self.answers.pop(0) if self.answers else 200
        self.attempts[headers["webhook-id"]] += 1
        if answer in ("drop", "reset"):
            if answer == "reset":
                self._keep(headers, body)
            connection: socket.socket = request.environ["werkzeug.socket"]
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise ConnectionAbortedError
        if answer == 302:
            return redirect("http://127.0.0.1:9/elsewhere")
        if answer == 200:
            self._keep(headers, body)
        return Response(status=int(answer))

    def _keep(self, headers: dict[str, str], body: bytes) -> None:
        self.posts.append((headers, body))
        self.taken[json.loads(body)["id"]] += 1

    @property
    def told(self) -> list[dict[str, Any]]:
        """Each event once, by what it says of itself."""
        found = {json.loads(body)["id"]: json.loads(body) for _, body in self.posts}
        return sorted(
            found.values(), key=lambda one: (one.get("ticket", {}).get("service_request_id", ""), one.get("n", 0))
        )


class Office:
    """A courier with the real channel, stepped by the test."""

    def __init__(
        self, database: Database, rulebook: Rulebook, clock: MoveableClock, pool: ThreadPoolExecutor
    ) -> None:
        self.database, self.clock, self.rulebook = database, clock, rulebook
        poster = Poster(Rules(loopback=True), connect_s=1, read_s=1, altogether_s=2)
        self.channel = SubscriberChannel(Targets(database, rulebook, clock), poster, pause_s=0)
        channels = {SUBSCRIBER: self.channel, SIMULATOR: LocalChannel(), "email": LocalChannel()}
        self.courier = Courier(database, channels, clock, "one", pool, rulebook)

    def go(self, minutes: float = 0) -> None:
        """Everything that is due now is written and sent; then time passes."""
        fanout.run_due(self.database, self.rulebook, self.clock.now())
        for _ in range(20):
            if not self.courier.round():
                break
        self.clock.move(minutes=minutes)

    def row(self, number: int) -> Subscription:
        with self.database.read() as session:
            return session.get_one(Subscription, number)

    def states(self) -> Counter[str]:
        with self.database.read() as session:
            rows = session.query(OutboundMessage).filter(OutboundMessage.channel == SUBSCRIBER)
            return Counter(row.state for row in rows)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running = Receiver()
    with serving(running.app()) as url:
        running.url = f"{url}/hook"
        yield running


@pytest.fixture
def office(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Iterator[Office]:
    with ThreadPoolExecutor(8) as pool:
        yield Office(database, rulebook, clock, pool)


@pytest.fixture
def exchange(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Exchange:
    return Exchange(database, rulebook, clock)


def subscribe(office: Office, receiver: Receiver, *types: str, agency: str = "") -> tuple[int, str]:
    """Its id and secret; filings only, unless it is said otherwise."""
    with office.database.begin() as session:
        wish = Wish("Gudang", receiver.url, types or (FILED,), agency)
        made = managing.add(session, office.rulebook.city, wish, lambda url: None, None, office.clock.now())
        return made.id, made.secret


def verify(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As docs/webhooks-out.md shows it to receivers."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(expected, given) for given in headers["webhook-signature"].split(" "))


def test_a_report_is_filed_claimed_and_confirmed_and_every_event_arrives_once(
    database: Database, rulebook: Rulebook, clock: MoveableClock, receiver: Receiver, office: Office
) -> None:
    """The receiver answers 500 and drops connections in between; it takes each event once all the same."""
    _, secret = subscribe(office, receiver, *TYPES)
    dice = random.Random(7)
    receiver.answers = [dice.choice([500, "drop", 503, 200, 429, "drop"]) for _ in range(24)]
    with ThreadPoolExecutor(4) as pool:
        number = Number(database, rulebook, clock, pool)
        number.says("jalan di Jl. Melati berlubang parah", POTHOLE)
        office.go(1)
        number.later(minutes=3)
        office.go(1)
        ticket = number.ticket()
        for step in (Move.ACCEPT, Move.CLAIM):
            _step(office, ticket, step, "agency:bina_marga")
            office.go(1)
        _step(office, ticket, Move.CONFIRM, "citizen")
    for _ in range(40):
        office.go(10)
    assert office.states() == {"delivered": 5}
    assert set(receiver.taken.values()) == {1}
    assert max(receiver.attempts.values()) > 1, "some took more than one attempt"
    assert [(one["type"], one["n"]) for one in receiver.told] == [
        ("ticket.filed", 1),
        ("ticket.forwarded", 2),
        ("ticket.status_changed", 3),
        ("ticket.status_changed", 4),
        ("ticket.closed", 5),
    ]
    assert all(verify(secret, headers, body) for headers, body in receiver.posts)
    validator = jsonschema.Draft202012Validator(
        schema_of("TicketEvent"), format_checker=jsonschema.FormatChecker()
    )
    for _, body in receiver.posts:
        validator.validate(json.loads(body))
        for secret_word in ("Melati", "berlubang", "0812", "Sari"):
            assert secret_word not in body.decode()


def _step(office: Office, ticket: Ticket, step: Move, actor: str) -> None:
    with office.database.begin() as session:
        found = tickets.by_number(session, ticket.number)
        tickets.move(session, office.rulebook, found, step, By(actor, office.clock.now(), "catatan 0812"))


def test_a_post_that_was_taken_and_whose_answer_was_lost_comes_again_under_the_same_id(
    exchange: Exchange, office: Office, receiver: Receiver
) -> None:
    subscribe(office, receiver)
    receiver.answers = ["reset"]
    exchange.ticket()
    office.go(1)
    office.go(1)
    assert list(receiver.taken.values()) == [2]
    first, second = (headers for headers, _ in receiver.posts)
    assert first["webhook-id"] == second["webhook-id"]
    assert receiver.posts[0][1] == receiver.posts[1][1]


def test_the_process_that_was_posting_dies(exchange: Exchange, office: Office, receiver: Receiver) -> None:
    """Its lease runs out, and another posts the same again."""
    subscribe(office, receiver)
    exchange.ticket()
    exchange.tick()
    with office.database.begin() as session:
        row = session.query(OutboundMessage).filter_by(channel=SUBSCRIBER).one()
        row.state, row.attempts, row.lease_until = "sending", 1, office.clock.now()
    office.clock.move(minutes=1)
    office.courier.settle()
    office.go()
    assert list(receiver.taken.values()) == [1]


@pytest.mark.parametrize("answer", [400, 401, 403, 404, 302, 500, 503, "drop"])
def test_whatever_is_no_yes_is_tried_again(
    exchange: Exchange, office: Office, receiver: Receiver, answer: int | str
) -> None:
    number, _ = subscribe(office, receiver)
    receiver.answers = [answer]
    exchange.ticket()
    office.go(1)
    assert office.row(number).failing_since is not None
    assert office.row(number).error == ("RemoteProtocolError" if answer == "drop" else f"http_{answer}")
    office.go(1)
    assert list(receiver.taken.values()) == [1]
    assert office.row(number).failing_since is None


def test_a_receiver_that_is_back_gets_at_once_what_waits(
    exchange: Exchange, office: Office, receiver: Receiver
) -> None:
    """The first that gets through brings the others forward, which would have waited for an hour."""
    subscribe(office, receiver)
    receiver.answers = [500] * 30
    for _ in range(5):
        exchange.ticket()
    for minutes in (0.1, 0.3, 1.1, 5.1, 15.1):
        office.go(minutes)
    assert not receiver.taken
    receiver.answers = []
    for _ in range(7):
        office.go(10)
    assert len(receiver.taken) == 5


def test_after_three_days_it_is_suspended_and_people_are_told(
    exchange: Exchange, office: Office, receiver: Receiver
) -> None:
    number, _ = subscribe(office, receiver)
    receiver.answers = [500] * 10_000
    exchange.ticket()
    for _ in range(74):
        office.go(60)
    row = office.row(number)
    assert (row.suspended_for, row.error) == ("failing", "http_500")
    with office.database.read() as session:
        letters = session.query(OutboundMessage).filter_by(channel="email", wording="mail").all()
    about = [letter for letter in letters if "Gudang" in letter.body["subject"]]
    assert [letter.recipient for letter in about] == list(office.rulebook.city.people.coordinators)
    assert "whsec_" not in about[0].body["text"]
    assert receiver.url not in about[0].body["text"]
    attempts = sum(receiver.attempts.values())
    exchange.ticket()
    for _ in range(5):
        office.go(600)
    assert sum(receiver.attempts.values()) == attempts, "nothing is posted while it is suspended"
    receiver.answers = []
    with office.database.begin() as session:
        assert managing.resume(session, number, office.clock.now(), from_now=False)
        assert not managing.resume(session, number, office.clock.now(), from_now=False)
    office.go()
    office.go()
    assert [one["n"] for one in receiver.told] == [1, 1], "both, and nothing is lost"


def test_going_on_from_now_leaves_the_rest(exchange: Exchange, office: Office, receiver: Receiver) -> None:
    number, _ = subscribe(office, receiver)
    exchange.ticket()
    exchange.tick()
    with office.database.begin() as session:
        assert managing.suspend(session, number, office.clock.now())
        assert not managing.suspend(session, number, office.clock.now())
    exchange.ticket()
    office.go(1)
    with office.database.begin() as session:
        managing.resume(session, number, office.clock.now(), from_now=True)
    new = exchange.ticket()
    office.go()
    assert exchange.numbers()[-1] == new
    assert len(receiver.told) == 1


def test_410_suspends_at_once(exchange: Exchange, office: Office, receiver: Receiver) -> None:
    number, _ = subscribe(office, receiver)
    receiver.answers = [410]
    exchange.ticket()
    for _ in range(3):
        office.go(60)
    assert office.row(number).suspended_for == "gone"
    assert sum(receiver.attempts.values()) == 1


def test_what_is_sealed_while_it_waits_is_not_posted(
    exchange: Exchange, office: Office, receiver: Receiver
) -> None:
    subscribe(office, receiver)
    number = exchange.ticket()
    exchange.tick()
    with office.database.begin() as session:
        tickets.by_number(session, number).sealed = True
    office.go()
    assert (receiver.attempts, office.states()) == (Counter(), {"cancelled": 1})


def test_an_end_is_the_end(exchange: Exchange, office: Office, receiver: Receiver) -> None:
    number, _ = subscribe(office, receiver)
    exchange.ticket()
    exchange.tick()
    with office.database.begin() as session:
        assert managing.end(session, number, office.clock.now())
        assert not managing.end(session, number, office.clock.now())
    exchange.ticket()
    office.go(1)
    assert (receiver.attempts, office.states()) == (Counter(), {"cancelled": 1})
    assert (office.row(number).url, office.row(number).secret) == ("", "")


def test_both_secrets_sign_for_a_day_after_the_change(
    exchange: Exchange, office: Office, receiver: Receiver
) -> None:
    number, old = subscribe(office, receiver)
    with office.database.begin() as session:
        new = managing.rotate(session, number, office.clock.now())
    assert new != old
    exchange.ticket()
    office.go()
    headers, body = receiver.posts[-1]
    assert verify(old, headers, body)
    assert verify(new, headers, body)
    assert not verify(managing.new_secret(), headers, body)
    assert not verify(new, headers, body + b" ")
    assert not verify(new, {**headers, "webhook-timestamp": "1"}, body)
    office.clock.move(hours=25)
    exchange.ticket()
    office.go()
    headers, body = receiver.posts[-1]
    assert verify(new, headers, body)
    assert not verify(old, headers, body)


def test_openssl_comes_to_the_same_signature(exchange: Exchange, office: Office, receiver: Receiver) -> None:
    _, secret = subscribe(office, receiver)
    exchange.ticket()
    office.go()
    headers, body = receiver.posts[-1]
    key = base64.b64decode(secret.removeprefix("whsec_")).hex()
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    command = ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{key}", "-binary"]
    made = subprocess.run(command, input=signed, capture_output=True, check=True).stdout
    assert headers["webhook-signature"] == "v1," + base64.b64encode(made).decode()


def test_a_ping_says_nothing_of_any_ticket(office: Office, receiver: Receiver) -> None:
    number, _ = subscribe(office, receiver)
    with office.database.begin() as session:
        managing.ping(session, number, office.clock.now())
    office.go()
    [told] = receiver.told
    assert told["type"] == "ping"
    jsonschema.Draft202012Validator(schema_of("Ping")).validate(told)
    assert set(told) == {"id", "type", "at"}
    assert office.row(number).succeeded_at is not None


def test_an_address_inside_is_refused_when_it_is_posted_to(exchange: Exchange, office: Office) -> None:
    """Though it came into the database somehow, or its name leads inside by now."""
    with office.database.begin() as session:
        wish = Wish("Dalam", "https://sistem.example/hook", (FILED,))
        number = managing.add(session, office.rulebook.city, wish, lambda url: None, None, office.clock.now()).id
    office.channel.poster.resolve = lambda host, port: ["10.0.0.5"]
    exchange.ticket()
    office.go()
    assert office.row(number).error == "refused_address"
