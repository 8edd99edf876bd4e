"""Where the files of each channel are fetched from, and what must not be reached on the way.

Twilio's API answers a file's address with a redirect to its content network. Our credentials go to the API alone;
a redirect is followed by hand, without them, to hosts on a list, over https, to addresses of the public internet.
"""

import ipaddress
import re
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from ssl import SSLContext
from urllib.parse import urljoin, urlsplit

import httpx
import structlog

from bot.intake.file_types import UnusableFileError
from bot.intake.media import FetchError, MediaSource
from bot.messages import SIMULATOR, SMS, WHATSAPP
from bot.settings import Settings
from handlers.simulator.files import SCHEME
from handlers.simulator.people import PHOTO, VOICE
from storage.database import Database
from storage.models import SimulatedFile

log = structlog.get_logger()

API = "https://api.twilio.com"
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
WITHIN_S = 45.0  # for one file, redirects and all; shorter than the queue's lease
REDIRECTS = 3
HTTPS_PORT = 443
SAMPLES = Path(__file__).parent.parent / "static" / "simulator"
# What may become of it later: too many requests, no credentials yet, a file that is not there yet (WhatsApp's
# are sometimes announced a moment before they can be had), and whatever is wrong at the provider.
LATER = frozenset({401, 403, 404, 408, 425, 429})

Address = tuple[str, int]


def media_sources(settings: Settings, database: Database) -> dict[str, MediaSource]:
    """The sources of this installation by channel."""
    sources: dict[str, MediaSource] = {SIMULATOR: SimulatorMedia(database)}
    if settings.has_twilio and settings.twilio_auth_token:
        account, token = settings.twilio_account_sid, settings.twilio_auth_token[0]
        twilio = TwilioMedia(account, token, settings.twilio_api_base, settings.media_hosts)
        sources |= {WHATSAPP: twilio, SMS: twilio}
    return sources


class SimulatorMedia:
    """The photos that were sent from the simulator's telephones, and its two samples."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def fetch(self, url: str, most: int) -> bytes:
        sample = {PHOTO.url: "photo.jpg", VOICE.url: "voice.ogg"}.get(url)
        content = (SAMPLES / sample).read_bytes() if sample else self._sent(url)
        if len(content) > most:
            raise UnusableFileError("too_large")
        return content

    def _sent(self, url: str) -> bytes:
        with self._database.read() as session:
            found = session.get(SimulatedFile, url.removeprefix(SCHEME))
        if found is None:
            raise FetchError("gone", again=False)  # only the newest few are kept
        return found.content


class TwilioMedia:
    """Files of WhatsApp and MMS messages. ``hosts``: where redirects may lead (``*.host``, ``host/path/``).

    ``resolve`` finds the address to connect to, FetchError where there is none to be used.
    """

    def __init__(
        self,
        account_sid: str,
        token: str,
        api_base: str,
        hosts: Sequence[str],
        *,
        timeout: httpx.Timeout = TIMEOUT,
        within_s: float = WITHIN_S,
        tls: SSLContext | bool = True,
        resolve: "Callable[[str], Address] | None" = None,
    ) -> None:
        self._api = (api_base or API).rstrip("/")
        self._auth = httpx.BasicAuth(account_sid, token)
        self._path = re.compile(
            rf"/2010-04-01/Accounts/{re.escape(account_sid)}/Messages/(?:SM|MM)[0-9a-fA-F]{{32}}"
            r"/Media/ME[0-9a-fA-F]{32}"
        )
        self._hosts, self._within_s, self._resolve = hosts, within_s, resolve or public_address
        # No proxy from the environment: the address that was checked must be the one that is connected to.
        self._http = httpx.Client(timeout=timeout, trust_env=False, follow_redirects=False, verify=tls)

    def fetch(self, url: str, most: int) -> bytes:
        until = time.monotonic() + self._within_s
        request = self._http.build_request("GET", self._own(url), headers={"Accept-Encoding": "identity"})
        auth: httpx.BasicAuth | None = self._auth
        try:
            for _ in range(REDIRECTS + 1):
                found = self._get(request, auth, most, until)
                if isinstance(found, bytes):
                    return found
                request, auth = self._next(request, found), None
        except httpx.HTTPError as error:
            raise FetchError(type(error).__name__, again=True) from None
        raise FetchError("redirects", again=False)

    def _own(self, url: str) -> str:
        """The address at our API; a webhook's signature does not prove that it names no other host."""
        base, path = next(((b, url[len(b) :]) for b in (self._api, API) if url.startswith(b)), ("", ""))
        if not base or not self._path.fullmatch(path):
            raise UnusableFileError("foreign_host")
        return self._api + path

    def _get(self, request: httpx.Request, auth: httpx.BasicAuth | None, most: int, until: float) -> bytes | str:
        """The content, or where it has moved to."""
        response = self._http.send(request, stream=True, auth=auth)
        try:
            if response.has_redirect_location:
                return str(response.headers["Location"])
            _check_status(response.status_code)
            return _body(response, most, until)
        finally:
            response.close()

    def _next(self, request: httpx.Request, location: str) -> httpx.Request:
        """The request that a redirect asks for, if it leads where it may."""
        headers = {"Accept-Encoding": "identity"}
        try:
            location = urljoin(_shown(request), location)
            if location.startswith(f"{self._api}/"):
                return self._http.build_request("GET", location, headers=headers)
            parts = urlsplit(location)
            allowed = parts.scheme == "https" and parts.port in (None, HTTPS_PORT) and "@" not in parts.netloc
            host = (parts.hostname or "").rstrip(".")
        except (ValueError, httpx.InvalidURL):
            raise FetchError("redirect", again=False) from None
        if not allowed or not any(_fits(host, parts.path, entry) for entry in self._hosts):
            log.warning("media_redirect_refused", host=host)
            raise FetchError("redirect", again=False)
        return self._pinned(httpx.URL(location), host, headers)

    def _pinned(self, url: httpx.URL, host: str, headers: Mapping[str, str]) -> httpx.Request:
        """To the address that was checked, under the host's name: a second look-up could say something else."""
        address, port = self._resolve(host)
        pinned = url.copy_with(host=address, port=port)
        named = {**headers, "Host": host}
        return self._http.build_request("GET", pinned, headers=named, extensions={"sni_hostname": host})


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


def _shown(request: httpx.Request) -> str:
    """The request's address under its host's name, for a redirect that is relative to it."""
    host = request.headers["Host"]
    return str(request.url) if "sni_hostname" not in request.extensions else f"https://{host}{request.url.path}"


def _check_status(status: int) -> None:
    if status != httpx.codes.OK:
        raise FetchError(f"http_{status}", again=status in LATER or status >= 500)


def _body(response: httpx.Response, most: int, until: float) -> bytes:
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
