"""Times are told as a citizen would tell them, also when the server stands still."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchmarks.load import generator
from benchmarks.load.generator import NO_ANSWER
from benchmarks.load.http1 import Reader, response
from benchmarks.load.webhooks import Target
from tests.support.ports import free_port


class Slow(asyncio.Protocol):
    """A server with one pair of hands; each request takes ``seconds``."""

    def __init__(self, seconds: float, keeps: bool) -> None:
        self.seconds, self.keeps, self._reader = seconds, keeps, Reader()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while self._reader.next():
            time.sleep(self.seconds)
            self._transport.write(response(200, b"ok"))
            if not self.keeps:
                self._transport.close()


@contextmanager
def serving(seconds: float, keeps: bool = True) -> Iterator[Target]:
    port, ready, stop = free_port(), threading.Event(), threading.Event()

    async def serve() -> None:
        async with await asyncio.get_running_loop().create_server(lambda: Slow(seconds, keeps), "127.0.0.1", port):
            ready.set()
            while not stop.is_set():
                await asyncio.sleep(0.01)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    ready.wait(5)
    yield Target("slow", f"http://127.0.0.1:{port}")
    stop.set()
    thread.join()


def test_who_has_to_wait_for_others_is_counted_from_the_moment_of_writing() -> None:
    """Ten at once at a server that takes 30 ms for each: the last one has waited for all."""
    with serving(0.03) as target:
        run = generator.at_moments(target, [target.request({"Body": "x"})] * 10, [0.0] * 10)
    assert max(run.ms) >= 300
    assert run.refused == []


def test_as_fast_as_taken_is_no_faster_than_the_server() -> None:
    with serving(0.01) as target:
        run = generator.as_fast_as_taken(target, [target.request({"Body": "x"})] * 30, connections=4)
    assert len(run.answers) == 30
    assert 40 <= run.rate <= 100


@pytest.mark.parametrize("connections", [1, 3])
def test_a_server_that_closes_every_connection_loses_nothing(connections: int) -> None:
    with serving(0.0, keeps=False) as target:
        run = generator.as_fast_as_taken(target, [target.request({"Body": "x"})] * 12, connections)
    assert [answer.status for answer in run.answers] == [200] * 12


def test_nobody_there_is_an_answer_too() -> None:
    nobody = Target("nobody", f"http://127.0.0.1:{free_port()}")
    run = generator.at_moments(nobody, [nobody.request({"Body": "x"})], [0.0])
    assert [answer.status for answer in run.answers] == [NO_ANSWER]
    assert len(run.refused) == 1


def test_moments_come_at_their_rate_and_are_the_same_again() -> None:
    found = generator.moments(2_000, 180)
    assert found == generator.moments(2_000, 180)
    assert found == sorted(found)
    assert 2_000 / found[-1] == pytest.approx(180, rel=0.1)
