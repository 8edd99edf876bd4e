"""Where the files of each channel are fetched from, and what must not be reached on the way.

Twilio's API answers a file's address with a redirect to its content network. Our credentials go to the API alone;
a redirect is followed by hand, without them, to hosts on a list, over https, to addresses of the public internet.
"""

import re
import time
from collections.abc import Sequence
from pathlib import Path
from ssl import SSLContext
from urllib.parse import urljoin

import httpx

from bot.intake.file_types import UnusableFileError
from bot.intake.media import FetchError
from handlers.channels.media_http import (
    TIMEOUT,
    WITHIN_S,
    Resolve,
    allowed_host,
    body_of,
    check_status,
    pinned,
    public_address,
)
from handlers.simulator.files import SCHEME
from handlers.simulator.people import PHOTO, VOICE
from storage.database import Database
from storage.models import SimulatedFile

API = "https://api.twilio.com"
REDIRECTS = 3
SAMPLES = Path(__file__).parent.parent / "static" / "simulator"


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
        resolve: Resolve | None = None,
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
            check_status(response.status_code)
            return body_of(response, most, until)
        finally:
            response.close()

    def _next(self, request: httpx.Request, location: str) -> httpx.Request:
        """The request that a redirect asks for, if it leads where it may."""
        headers = {"Accept-Encoding": "identity"}
        try:
            location = urljoin(_shown(request), location)
            if location.startswith(f"{self._api}/"):
                return self._http.build_request("GET", location, headers=headers)
        except (ValueError, httpx.InvalidURL):
            raise FetchError("redirect", again=False) from None
        return pinned(self._http, location, allowed_host(location, self._hosts), headers, self._resolve)


def _shown(request: httpx.Request) -> str:
    """The request's address under its host's name, for a redirect that is relative to it."""
    host = request.headers["Host"]
    return str(request.url) if "sni_hostname" not in request.extensions else f"https://{host}{request.url.path}"
