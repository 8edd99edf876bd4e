"""The files of WhatsApp messages at Meta: their id is asked for an address, which holds for five minutes.

Both are asked with our token, so the address must be one of Meta's hosts, over https, on the public internet; it
is not followed anywhere else. What comes must have the sum that Meta told.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from ssl import SSLContext
from typing import Any

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
from handlers.channels.meta_cloud_settings import MetaSettings

SCHEME = "meta-media:"
LARGEST_ANSWER = 64 * 1024
HEADERS = {"Accept-Encoding": "identity"}


class MetaMedia:
    """Fetches with the token of ``settings``. ``resolve`` finds the address to connect to, FetchError where there
    is none to be used."""

    def __init__(
        self,
        settings: MetaSettings,
        *,
        timeout: httpx.Timeout = TIMEOUT,
        within_s: float = WITHIN_S,
        tls: SSLContext | bool = True,
        resolve: Resolve = public_address,
    ) -> None:
        self._settings, self._within_s, self._resolve = settings, within_s, resolve
        self._token = {"Authorization": f"Bearer {settings.meta_token}"}
        # No proxy from the environment: the address that was checked must be the one that is connected to.
        self._http = httpx.Client(timeout=timeout, trust_env=False, follow_redirects=False, verify=tls)

    def fetch(self, url: str, most: int) -> bytes:
        """The content of ``meta-media:<id>``; FetchError, UnusableFileError."""
        file = url.removeprefix(SCHEME)
        if not url.startswith(SCHEME) or not file.isdecimal():
            raise UnusableFileError("foreign_host")
        until = time.monotonic() + self._within_s
        try:
            told = self._told(file, until)
            if _size(told) > most:
                raise UnusableFileError("too_large")
            content = self._get(self._where(str(told.get("url") or "")), most, until)
        except httpx.HTTPError as error:
            raise FetchError(type(error).__name__, again=True) from None
        _check_sum(content, told.get("sha256"))
        return content

    def _told(self, file: str, until: float) -> Mapping[str, Any]:
        """What Meta says of a file of ours."""
        own = self._settings
        asked = self._http.build_request(
            "GET",
            f"{own.base}/{file}",
            params={"phone_number_id": own.meta_phone_number_id},
            headers=HEADERS | self._token,
        )
        try:
            found = json.loads(self._get(asked, LARGEST_ANSWER, until))
        except (ValueError, RecursionError, UnusableFileError):
            raise FetchError("no_json", again=True) from None
        return found if isinstance(found, dict) else {}

    def _where(self, url: str) -> httpx.Request:
        headers, base = HEADERS | self._token, self._settings.meta_api_base.rstrip("/")
        if base and url.startswith(f"{base}/"):  # a test's
            return self._http.build_request("GET", url, headers=headers)
        host = allowed_host(url, self._settings.meta_media_hosts)
        return pinned(self._http, url, host, headers, self._resolve)

    def _get(self, request: httpx.Request, most: int, until: float) -> bytes:
        response = self._http.send(request, stream=True)
        try:
            check_status(response.status_code)
            return body_of(response, most, until)
        finally:
            response.close()


def _size(told: Mapping[str, Any]) -> int:
    """In bytes as Meta says, which writes it as a number or as text; 0 where it does not."""
    size = str(told.get("file_size") or 0)
    return int(size) if size.isdecimal() and len(size) < 19 else 0


def _check_sum(content: bytes, told: object) -> None:
    """Cut short, or not the file that Meta has: another try may bring it whole."""
    made = hashlib.sha256(content).hexdigest()
    if isinstance(told, str) and len(told) == len(made) and not hmac.compare_digest(made, told.lower()):
        raise FetchError("sha256", again=True)
