"""Twilio's webhooks as bytes, signed beforehand: posting one costs the generator no more than writing it."""

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from benchmarks.load import http1
from tests.standins.citizen import MESSAGES
from tests.support.settings import ACCOUNT, TOKEN

FORM = "application/x-www-form-urlencoded; charset=UTF-8"


@dataclass(frozen=True)
class Target:
    """A program that takes Twilio's webhooks. ``url``: where it listens, which is also the address that is signed
    unless ``public_url`` names another; ``path``: where it wants messages."""

    name: str
    url: str
    path: str = MESSAGES
    account: str = ACCOUNT
    token: str = TOKEN
    public_url: str = ""

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return parts.hostname or "127.0.0.1", parts.port or 80

    def request(self, form: Mapping[str, str], path: str = "") -> bytes:
        """The webhook with ``form``, ready to be written to a connection."""
        return signed_post(self.url, path or self.path, form, self.token, self.public_url)


def signed_post(url: str, path: str, form: Mapping[str, str], token: str, public_url: str = "") -> bytes:
    """A signed request to ``url`` + ``path`` as Twilio makes it."""
    headers = {
        "Content-Type": FORM,
        "X-Twilio-Signature": signature((public_url or url) + path, form, token),
        "User-Agent": "TwilioProxy/1.1",
        "Accept": "*/*",
        "I-Twilio-Idempotency-Token": form.get("MessageSid", ""),
    }
    return http1.request("POST", urlsplit(url).netloc, path, headers, urlencode(form).encode())


def signature(url: str, form: Mapping[str, str], token: str) -> str:
    """Twilio's: the address, and behind it every name and value in the order of names, by HMAC-SHA1."""
    signed = url + "".join(f"{name}{value}" for name, value in sorted(form.items()))
    return base64.b64encode(hmac.digest(token.encode(), signed.encode(), "sha1")).decode()
