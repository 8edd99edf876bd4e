"""Posts to addresses that somebody typed in, so that nobody reaches through us what only we can reach.

Looked at when the connection is made, not before: the name is resolved once, every address that it stands for must
be a public one, and the connection goes to the very address that was looked at, so a name that changes its mind in
between (DNS rebinding) changes nothing. No redirect is followed, no proxy of the environment is used, and of the
answer nothing is read but its status.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpcore
import httpx

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]

CONNECT_S, READ_S, ALTOGETHER_S = 5.0, 5.0, 10.0
HTTPS = 443
# Beside 443 only ports that are nobody's well-known service: mail, databases' and shells' ports are none of ours.
FIRST_FREE_PORT = 1024
LONGEST = 2_000
# IPv6 addresses in which an IPv4 address stands, by the network and how far from the right end it does.
EMBEDDING = (
    (ipaddress.ip_network("::ffff:0:0/96"), 0),
    (ipaddress.ip_network("64:ff9b::/96"), 0),
    (ipaddress.ip_network("2002::/16"), 80),
)
# Of no use to a receiver, whatever this Python version thinks of them.
NEVER = tuple(
    map(
        ipaddress.ip_network,
        ("::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7",
         "fe80::/10", "fec0::/10", "ff00::/8", "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24",
         "198.18.0.0/15", "224.0.0.0/3"),
    )
)  # fmt: skip


class RefusedAddressError(Exception):
    """This address must not be posted to; ``code`` says why in a word, for the record."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Rules:
    """What may be posted to. ``loopback``: this machine too, and there by http: for trying only."""

    loopback: bool = False

    def check(self, url: str) -> SplitResult:
        """``url`` in its parts; RefusedAddressError for its shape, scheme, port or literal address."""
        parts = _parts(url)
        host = parts.hostname or ""
        is_here = self.loopback and (host == "localhost" or _is_loopback(host))
        if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
            raise RefusedAddressError("scheme")
        port = parts.port or (HTTPS if parts.scheme == "https" else 80)
        if port != HTTPS and port < FIRST_FREE_PORT and not is_here:
            raise RefusedAddressError("port")
        if (literal := _literal(host)) is not None and not self.allows(literal):
            raise RefusedAddressError("address")
        return parts

    def allows(self, address: Address) -> bool:
        """Whether a connection may be made to ``address``."""
        return is_public(address) or (self.loopback and address.is_loopback)


def is_public(address: Address) -> bool:
    """Whether ``address`` is one of the public internet; what stands in it must be so, too."""
    if isinstance(address, ipaddress.IPv6Address):
        for network, shift in EMBEDDING:
            if address in network:
                return is_public(ipaddress.IPv4Address(int(address) >> shift & 0xFFFFFFFF))
    if any(address.version == network.version and address in network for network in NEVER):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_loopback)


def resolved(host: str, port: int) -> list[str]:
    """All addresses of ``host``; OSError where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass
class Poster:
    """Posts by ``rules``. ``resolve`` is the operating system's unless a test has names of its own."""

    rules: Rules = field(default_factory=Rules)
    resolve: Resolve = resolved
    connect_s: float = CONNECT_S
    read_s: float = READ_S
    altogether_s: float = ALTOGETHER_S
    trust: ssl.SSLContext | None = None

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status of the answer. RefusedAddressError; httpcore's errors where it did not get that far.

        Each post has a connection of its own: one that was kept could belong to another name at that address.
        """
        parts = self.rules.check(url)
        backend = _Guarded(self.rules, self.resolve, time.monotonic() + self.altogether_s)
        timeouts = {"connect": self.connect_s, "read": self.read_s, "write": self.read_s, "pool": self.connect_s}
        with httpcore.ConnectionPool(
            ssl_context=self.trust or _public_trust(), network_backend=backend, max_keepalive_connections=0
        ) as pool:
            target = parts.geturl().partition("#")[0]
            with pool.stream(
                "POST",
                target,
                headers=_with_host(parts, headers, body),
                content=body,
                extensions={"timeout": timeouts},
            ) as answer:
                return int(answer.status)


class _Guarded(httpcore.NetworkBackend):
    """Connects to an address that was looked at, and to nothing behind its back."""

    def __init__(self, rules: Rules, resolve: Resolve, deadline: float) -> None:
        self._rules, self._resolve, self._deadline = rules, resolve, deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        last: Exception = httpcore.ConnectError("no address")
        for address in self._looked_at(host, port):
            try:
                stream = self._inner.connect_tcp(address, port, _left(self._deadline, timeout), local_address)
                return _Bounded(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        raise RefusedAddressError("scheme")

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def _looked_at(self, host: str, port: int) -> list[str]:
        """One that is not public spoils all: a name that stands for both is up to something."""
        try:
            found = self._resolve(host.strip("[]"), port)
        except (OSError, UnicodeError):
            raise httpcore.ConnectError("name") from None
        for text in found:
            if (address := _literal(text)) is None or not self._rules.allows(address):
                raise RefusedAddressError("address")
        return found


class _Bounded(httpcore.NetworkStream):
    """A connection whose end is set from the beginning: a receiver that drips holds nobody up."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, _left(self._deadline, timeout))
        return _Bounded(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("altogether")
    return left if timeout is None else min(left, timeout)


def _parts(url: str) -> SplitResult:
    # Control characters and blanks would be dropped by one reader of URLs and kept by another.
    if (
        len(url) > LONGEST
        or not url.isascii()
        or any(character <= " " or character in "\\\x7f" for character in url)
    ):
        raise RefusedAddressError("url")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise RefusedAddressError("url") from None
    if not parts.hostname or parts.username is not None or parts.password is not None or port == 0:
        raise RefusedAddressError("url")
    return parts


def _with_host(parts: SplitResult, headers: Mapping[str, str], body: bytes) -> list[tuple[str, str]]:
    own = {"Host": parts.netloc, "Content-Length": str(len(body)), "Connection": "close"}
    return [*own.items(), *headers.items()]


def _literal(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    address = _literal(host)
    return address is not None and address.is_loopback


@cache
def _public_trust() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)
