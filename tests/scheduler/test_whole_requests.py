"""The web server with slow clients: threads are for requests that are there. A real gunicorn with two threads."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import httpx
import pytest

from bot.settings import ROOT
from scheduler.whole_requests import HELD_BACK, WHOLE_WITHIN_S, is_whole, must_be_read
from tests.journeys.town import wait_for
from tests.support.ports import free_port

THREADS = 2
HEAD = b"POST /a HTTP/1.1\r\nHost: here\r\nContent-Length: 6\r\n\r\n"
CHUNKED = b"POST /a HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("arrived", "whole"),
    [
        (b"", False),
        (b"GET / HTTP/1.1\r\nHost: h\r\n", False),
        (b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", True),
        (HEAD, False),
        (HEAD + b"12345", False),
        (HEAD + b"123456", True),
        (HEAD + b"123456GET /", True),
        (b"POST / HTTP/1.1\r\ncontent-length:6\r\n\r\n12345", False),
        (b"POST / HTTP/1.1\r\nX-Content-Length: 6\r\n\r\n", True),
        (b"POST / HTTP/1.1\r\nX: y\r\n\r\nContent-Length: 900\r\n", True),
        (CHUNKED, False),
        (CHUNKED + b"6\r\n123456\r\n0\r\n\r\n", False),
        (b"POST / HTTP/1.1\r\nContent-Length: 0000000000000000000006\r\n\r\n", False),
    ],
)
def test_what_is_a_whole_request(arrived: bytes, whole: bool) -> None:
    assert is_whole(arrived) is whole


def test_what_does_not_come_by_waiting_for_it() -> None:
    assert must_be_read(b"x" * HELD_BACK)
    assert must_be_read(HEAD[:-2] + b"Expect: 100-continue\r\n\r\n")
    assert must_be_read(CHUNKED)
    assert not must_be_read(HEAD)
    assert not must_be_read(CHUNKED[:-1])


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """One process with two threads."""
    found = free_port()
    options = ["--bind", f"127.0.0.1:{found}", "--threads", str(THREADS), "--log-level", "critical"]
    worker = ["--worker-class", "scheduler.whole_requests.PatientWorker", "--no-control-socket"]
    command = [sys.executable, "-m", "gunicorn", *options, *worker, "tests.support.echo:app"]
    process = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ))
    try:
        wait_for(lambda: _answers(found), 20, "gunicorn")
        yield found
    finally:
        process.terminate()
        process.wait(20)


def _answers(port: int) -> bool:
    try:
        return post(port, b"") == "/a 0"
    except httpx.HTTPError:
        return False


def post(port: int, content: bytes, within_s: float = 3, **headers: str) -> str:
    address = f"http://127.0.0.1:{port}/a"
    return httpx.post(address, content=content, headers=headers, timeout=within_s, trust_env=False).text


@contextmanager
def says(port: int, *parts: bytes) -> Iterator[socket.socket]:
    """A client who sends these, with a pause between them, and keeps the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=WHOLE_WITHIN_S + 5) as client:
        for part in parts:
            client.sendall(part)
            time.sleep(0.05)
        yield client


def hears(client: socket.socket, end: bytes) -> bool:
    """Whether an answer comes that ends so."""
    heard = b""
    while not heard.endswith(end) and (more := client.recv(4096)):
        heard += more
    return heard.endswith(end)


@pytest.mark.parametrize("half", [b"POST /a HT", HEAD[:-1], HEAD, HEAD + b"12345"], ids=range(4))
def test_more_slow_clients_than_threads_hold_nobody_up(port: int, half: bytes) -> None:
    with ExitStack() as crowd:
        for _ in range(10 * THREADS):
            crowd.enter_context(says(port, half))
        assert post(port, b"123456") == "/a 6"


def test_a_request_that_comes_in_pieces(port: int) -> None:
    whole = HEAD + b"123456"
    with says(port, *(whole[n : n + 7] for n in range(0, len(whole), 7))) as client:
        assert hears(client, b"/a 6")


def test_two_requests_on_one_connection_the_second_in_pieces(port: int) -> None:
    with says(port, HEAD + b"123456") as client:
        assert hears(client, b"/a 6")
        client.sendall(HEAD)
        time.sleep(0.1)
        client.sendall(b"abcdef")
        assert hears(client, b"/a 6")


def test_who_never_comes_to_an_end_is_sent_away(port: int) -> None:
    with says(port, HEAD) as client:
        began = time.monotonic()
        with suppress(ConnectionResetError):  # what it sent was never read
            assert client.recv(4096) == b""
        assert time.monotonic() - began < WHOLE_WITHIN_S + 2


def test_who_goes_in_the_middle_is_forgotten(port: int) -> None:
    for _ in range(50):
        with says(port, HEAD):
            pass
    assert post(port, b"123456") == "/a 6"


def test_a_large_request(port: int) -> None:
    assert post(port, b"x" * 8_000_000) == "/a 8000000"


ENDLESS = b"POST /a HTTP/1.1\r\nHost: here\r\nContent-Length: 900000\r\n\r\n" + b"x" * HELD_BACK


def test_large_requests_that_stop_coming_leave_threads_to_others(port: int) -> None:
    with ExitStack() as crowd:
        for _ in range(THREADS):
            crowd.enter_context(says(port, ENDLESS))
        assert post(port, b"123456") == "/a 6"


UNTOLD = [CHUNKED, CHUNKED + b"6\r\n0\r\n\r\n", HEAD.replace(b": 6", b": 0000000000000000000006")]


@pytest.mark.parametrize("half", UNTOLD, ids=["chunked", "as if it were over", "in many digits"])
def test_requests_whose_length_is_not_told_leave_threads_to_others(port: int, half: bytes) -> None:
    with ExitStack() as crowd:
        for _ in range(10 * THREADS):
            crowd.enter_context(says(port, half))
        assert post(port, b"123456") == "/a 6"


def test_a_request_in_chunks(port: int) -> None:
    with says(port, CHUNKED, b"6\r\n123456\r\n", b"0\r\n\r\n") as client:
        assert hears(client, b"/a 6")


def test_a_large_request_has_its_turn_when_one_before_it_is_given_up(port: int) -> None:
    with says(port, ENDLESS):
        assert post(port, b"y" * 300_000, within_s=9) == "/a 300000"


def test_a_client_that_asks_before_it_sends(port: int) -> None:
    with says(port, HEAD[:-2] + b"Expect: 100-continue\r\n\r\n") as client:
        assert hears(client, b"HTTP/1.1 100 Continue\r\n\r\n")
        client.sendall(b"123456")
        assert hears(client, b"/a 6")
