"""Fetching files over HTTP: which hosts may be reached, at addresses of the public internet, and how much of them.

The address that was checked is the one that is connected to: a second look-up could say something else.
"""

import ipaddress
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

import httpx
import structlog

from bot.intake.file_types import UnusableFileError
from bot.intake.media import FetchError

log = structlog.get_logger()

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
WITHIN_S = 45.0  # for one file, redirects and all; shorter than the queue's lease
HTTPS_PORT = 443
# What may become of it later: too many requests, no credentials yet, a file that is not there yet (WhatsApp's
# are sometimes announced a moment before they can be had), and whatever is wrong at the provider.
LATER = frozenset({401, 403, 404, 408, 425, 429})

Address = tuple[str, int]
Resolve = Callable[[str], Address]


def allowed_host(url: str, hosts: Sequence[str]) -> str:
    """The host of an address that may be reached: https, on its usual port, fitting one of ``hosts`` (``*.host``,
    ``host/path/``); FetchError."""
    try:
        parts = urlsplit(url)
        is_https = parts.scheme == "https" and parts.port in (None, HTTPS_PORT) and "@" not in parts.netloc
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        raise FetchError("redirect", again=False) from None
    if not is_https or not any(_fits(host, parts.path, entry) for entry in hosts):
        log.warning("media_host_refused", host=host)
        raise FetchError("redirect", again=False)
    return host


def pinned(http: httpx.Client, url: str, host: str, headers: Mapping[str, str], resolve: Resolve) -> httpx.Request:
    """To the address that was checked, under the host's name."""
    address, port = resolve(host)
    try:
        there = httpx.URL(url).copy_with(host=address, port=port)
    except httpx.InvalidURL:
        raise FetchError("redirect", again=False) from None
    named = {**headers, "Host": host}
    return http.build_request("GET", there, headers=named, extensions={"sni_hostname": host})


def public_address(host: str) -> Address:
    """Where ``host`` is; FetchError when any of its addresses is not on the public internet."""
    try:
        found = socket.getaddrinfo(host, HTTPS_PORT, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise FetchError("no_address", again=True) from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(map(is_public, addresses)):
        raise FetchError("private_address", again=False)
    return addresses[0], HTTPS_PORT


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet, also when IPv6 only wraps an IPv4 address."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None or ip in NAT64:
            return False
    return ip.is_global and not ip.is_multicast


NAT64 = ipaddress.ip_network("64:ff9b::/96")


def _fits(host: str, path: str, entry: str) -> bool:
    name, slash, start = entry.partition("/")
    known = host.endswith(name[1:]) if name.startswith("*.") else host == name
    return known and (not slash or path.startswith(f"/{start}")) and ".." not in path


def check_status(status: int) -> None:
    if status != httpx.codes.OK:
        raise FetchError(f"http_{status}", again=status in LATER or status >= 500)


def body_of(response: httpx.Response, most: int, until: float) -> bytes:
    """No more than ``most`` bytes, and no longer than ``until``; as they come, never unpacked."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise FetchError("encoding", again=False)
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > most:
        raise UnusableFileError("too_large")
    content = bytearray()
    for chunk in response.iter_raw():
        content += chunk
        if len(content) > most:
            raise UnusableFileError("too_large")
        if time.monotonic() > until:
            raise FetchError("too_slow", again=True)
    return bytes(content)
