"""Two hundred clients who never come to an end with what they want, while Twilio goes on posting messages."""

import random
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.faults.audit import audit
from tests.faults.cost import cost_of, note, quantile
from tests.faults.posting import webhooks_of
from tests.faults.stream import stream
from tests.journeys.conftest import specs
from tests.journeys.town import Town, town
from tests.standins import nlu_table
from tests.support.processes import running

pytestmark = pytest.mark.processes

CLIENTS = 200
QUICK_S, LONG_S = 8, 120
PER_SECOND = 15
HEAD = (
    b"POST /webhooks/twilio/messages HTTP/1.1\r\nHost: lapor.example\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n"
)
ACKNOWLEDGED_WITHIN_S = 7.5  # half of what Twilio waits
MEMORY_GROWS_LESS_THAN_MB = 40


@pytest.mark.parametrize("seconds", [
    pytest.param(QUICK_S, marks=pytest.mark.faults_quick, id="quick"),
    pytest.param(LONG_S, marks=pytest.mark.faults, id="long"),
])  # fmt: skip
def test_two_hundred_slow_clients(tmp_path: Path, seconds: int) -> None:
    with running(nlu_table.__name__) as nlu, town(tmp_path, specs=specs(), settings={"NLU_URL": nlu.url}) as place:
        with webhooks_of(place) as webhooks:
            with stream(place, webhooks, PER_SECOND, seed=1) as warm_up:
                time.sleep(3)
            before = _memory_mb(place)
            webhooks.took.clear()
            with slow_clients(place, CLIENTS) as slow, stream(place, webhooks, PER_SECOND, seed=2) as writing:
                time.sleep(seconds)
                most_at_once = slow.most_at_once
            grown = _memory_mb(place) - before
        took = sorted(webhooks.took)
        audited = audit(place, warm_up.sent | writing.sent)
        note(cost_of(place, f"{CLIENTS} slow clients for {seconds} s", webhooks, audited))
    p99 = quantile(took, 0.99)
    print(f"{len(took)} webhooks beside {most_at_once} slow clients: p50 {quantile(took, 0.5) * 1000:.0f} ms, "  # noqa: T201
          f"p99 {p99 * 1000:.0f} ms, longest {took[-1] * 1000:.0f} ms; memory {grown:+.0f} MB; "
          f"{dict(webhooks.answers)}")  # fmt: skip
    assert most_at_once > CLIENTS / 2, "they were there"
    assert p99 < ACKNOWLEDGED_WITHIN_S
    assert grown < MEMORY_GROWS_LESS_THAN_MB


def _memory_mb(place: Town) -> float:
    """Resident memory of gunicorn and its processes."""
    pids = [process.pid for process in place.processes() if process.kind.startswith("web")]
    lines = (Path(f"/proc/{pid}/status").read_text() for pid in pids)
    return sum(int(text.partition("VmRSS:")[2].split()[0]) for text in lines) / 1024


class SlowClients:
    """Each connects, and sends a byte a second of its headers, or half a body and then nothing; cut off, it comes
    again. All in one thread."""

    def __init__(self, address: tuple[str, int], count: int) -> None:
        self._address, self._count = address, count
        self._selector = selectors.DefaultSelector()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True)
        self._open: dict[socket.socket, Iterator[bytes]] = {}
        self.most_at_once = 0

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join()
        for connection in self._open:
            connection.close()

    def _go_on(self) -> None:
        dice = random.Random(3)
        while not self._over.is_set():
            began = time.monotonic()
            while len(self._open) < self._count:
                self._come(dice)
            for connection, bytes_ in list(self._open.items()):
                self._say(connection, next(bytes_))
            self.most_at_once = max(self.most_at_once, len(self._open))
            self._over.wait(max(0.0, 1 - (time.monotonic() - began)))

    def _come(self, dice: random.Random) -> None:
        connection = socket.create_connection(self._address, timeout=5)
        connection.setblocking(False)
        self._open[connection] = _headers_by_the_byte() if dice.random() < 0.5 else _half_a_body()

    def _say(self, connection: socket.socket, said: bytes) -> None:
        try:
            with suppress(BlockingIOError):
                if connection.recv(1024) == b"":
                    raise ConnectionResetError
            if said:
                connection.send(said)
        except OSError:
            connection.close()
            del self._open[connection]


def _headers_by_the_byte() -> Iterator[bytes]:
    yield from (HEAD[n : n + 1] for n in range(len(HEAD)))
    while True:
        yield b"X"


def _half_a_body() -> Iterator[bytes]:
    yield HEAD + b"Content-Length: 2000\r\n\r\n" + b"MessageSid=" + b"S" * 900
    while True:
        yield b""


@contextmanager
def slow_clients(place: Town, count: int) -> Iterator[SlowClients]:
    parts = urlsplit(place.url)
    clients = SlowClients((parts.hostname or "", parts.port or 80), count)
    clients.begin()
    try:
        yield clients
    finally:
        clients.end()
