"""Nobody reaches through our posts what only we can: addresses, names that change their mind, slow answers."""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import httpcore
import pytest

from handlers.channels.outbound_guard import Poster, RefusedAddressError, Rules, is_public

HERE = Rules(loopback=True)
REFUSED_ADDRESSES = (
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.9", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1", "2001::1",
    "2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "100::1",
)  # fmt: skip
PUBLIC_ADDRESSES = ("8.8.8.8", "103.22.200.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808")


@pytest.mark.parametrize("text", REFUSED_ADDRESSES)
def test_addresses_that_are_not_of_the_public_internet(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))
    with pytest.raises(RefusedAddressError):
        Poster(resolve=lambda host, port: [text]).post("https://sistem.example/hook", {}, b"{}")


@pytest.mark.parametrize("text", PUBLIC_ADDRESSES)
def test_addresses_that_are(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://sistem.example/hook", "scheme"),
        ("ftp://sistem.example/hook", "scheme"),
        ("file:///etc/passwd", "url"),
        ("gopher://127.0.0.1:6379/_x", "scheme"),
        ("https://sistem.example:25/", "port"),
        ("https://sistem.example:22/", "port"),
        ("https://sistem.example:0/", "url"),
        ("https://sistem.example:99999/", "url"),
        ("https://user:secret@sistem.example/", "url"),
        ("https://sistem.example@127.0.0.1/", "url"),
        ("https://", "url"),
        ("https:///hook", "url"),
        ("https://sistem.example/a b", "url"),
        ("https://sistem.example\\@127.0.0.1/", "url"),
        ("https://sistem.example/\r\nHost: x", "url"),
        ("https://127.0.0.1/", "address"),
        ("https://[::1]/", "address"),
        ("https://[::ffff:10.0.0.1]/", "address"),
        ("https://169.254.169.254/latest/meta-data", "address"),
        ("https://sistem.example/" + "a" * 2_000, "url"),
        ("https://sistém.example/", "url"),
        ("http://127.0.0.1/", "scheme"),
    ],
)
def test_urls_that_are_refused_as_they_stand(url: str, code: str) -> None:
    with pytest.raises(RefusedAddressError) as caught:
        Rules().check(url)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "url", ["https://sistem.example/hook", "https://sistem.example:8443/a?b=c", "https://8.8.8.8/"]
)
def test_urls_that_are_taken(url: str) -> None:
    assert Rules().check(url).hostname


@pytest.mark.parametrize("name", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost"])
def test_other_spellings_of_this_machine_are_seen_through_by_resolving(name: str) -> None:
    """The operating system knows them all; what it says they are is what is looked at."""
    with pytest.raises((RefusedAddressError, httpcore.ConnectError)) as caught:
        Poster().post(f"https://{name}:8443/", {}, b"{}")
    assert isinstance(caught.value, RefusedAddressError) or str(caught.value) == "name"


def test_loopback_is_for_trying_only_and_there_by_http_too() -> None:
    for url in ("http://127.0.0.1:9000/hook", "http://localhost:80/", "http://[::1]:9000/"):
        assert HERE.check(url).hostname
        with pytest.raises(RefusedAddressError):
            Rules().check(url)
    for url in ("http://10.0.0.1/", "http://sistem.example/", "https://192.168.0.1/"):
        with pytest.raises(RefusedAddressError):
            HERE.check(url)


def test_one_private_address_among_public_ones_spoils_all() -> None:
    with pytest.raises(RefusedAddressError):
        Poster(resolve=lambda host, port: ["8.8.8.8", "10.0.0.1"]).post("https://sistem.example/", {}, b"")


@contextmanager
def listening(answer: Callable[[socket.socket], object]) -> Iterator[tuple[int, list[bytes]]]:
    """A server on loopback that gives each connection to ``answer``; its port, and what it was sent first."""
    heard: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                heard.append(connection.recv(65_536))
                with suppress(OSError):
                    answer(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1], heard
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)


def ok(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")


def test_the_connection_goes_to_the_address_that_was_looked_at() -> None:
    """The name says another address at every look: only the first counts, and none is looked up behind it."""
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    with listening(ok) as (port, heard):
        url = f"http://localhost:{port}/hook?x=1"
        assert Poster(HERE, resolve=rebinding).post(url, {"X-Own": "1"}, b"{}") == 204
    assert asked == ["localhost"]
    assert heard[0].startswith(b"POST /hook?x=1 HTTP/1.1\r\n")
    assert f"Host: localhost:{port}".encode() in heard[0]


def test_a_name_that_turns_private_is_refused_at_the_connection_and_nothing_is_sent() -> None:
    with listening(ok) as (port, heard):
        with pytest.raises(RefusedAddressError):
            Poster(Rules(), resolve=lambda host, at: ["127.0.0.1"]).post(
                f"https://sistem.example:{port}/", {}, b"{}"
            )
        time.sleep(0.05)
        assert heard == []


def test_a_redirect_is_an_answer_like_any_other() -> None:
    def elsewhere(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n")

    with listening(elsewhere) as (port, heard):
        assert Poster(HERE).post(f"http://127.0.0.1:{port}/", {}, b"{}") == 302
    assert len(heard) == 1


def test_the_body_of_an_answer_is_not_read() -> None:
    sent: list[int] = []

    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n")
        for _ in range(2_000):
            sent.append(connection.send(b"x" * 65_536))

    with listening(endless) as (port, _):
        began = time.monotonic()
        assert Poster(HERE).post(f"http://127.0.0.1:{port}/", {}, b"{}") == 200
    assert time.monotonic() - began < 2
    assert sum(sent) < 50_000_000


@pytest.mark.parametrize("gap_s", [0.05, 60])
def test_a_receiver_that_drips_or_is_silent_holds_nobody_up(gap_s: float) -> None:
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 10_000:
            connection.sendall(bytes([byte]))
            if over.wait(gap_s):
                return

    with listening(drip) as (port, _):
        began = time.monotonic()
        with pytest.raises(httpcore.TimeoutException):
            Poster(HERE, read_s=0.3, altogether_s=0.6).post(f"http://127.0.0.1:{port}/", {}, b"{}")
        over.set()
    assert time.monotonic() - began < 3


def test_headers_without_end_are_cut_off() -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X-Long: " + b"a" * 65_536 + b"\r\n")

    with listening(endless) as (port, _), pytest.raises((httpcore.ProtocolError, httpcore.NetworkError)):
        Poster(HERE).post(f"http://127.0.0.1:{port}/", {}, b"{}")


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(ok) as (proxy, through), listening(ok) as (port, heard):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
        assert Poster(HERE).post(f"http://127.0.0.1:{port}/", {}, b"{}") == 204
        assert (len(heard), through) == (1, [])


def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    """TLS is checked against the name that was typed in, though the connection goes to an address."""

    def no_tls(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

    with listening(no_tls) as (port, _), pytest.raises(httpcore.ConnectError):
        Poster(HERE).post(f"https://127.0.0.1:{port}/", {}, b"{}")
