"""The Twilio stand-in, as a test looks into it and steers it."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from twilio.rest import Client

from bot.messages import SMS, WHATSAPP
from handlers.channels.twilio import TwilioChannel
from handlers.channels.twilio_archive import TwilioArchive
from tests.support.processes import Started, running
from tests.support.settings import ACCOUNT, OUR_SMS, OUR_WHATSAPP, TOKEN
from tests.support.specs import TWILIO_SPECS

NOWHERE = "http://127.0.0.1:9"  # where reports go that no test looks at
SENDERS = {WHATSAPP: OUR_WHATSAPP, SMS: OUR_SMS}


class Twilio:
    """One running stand-in."""

    def __init__(self, started: Started) -> None:
        self.url, self.process = started.url, started.process
        self._http = httpx.Client(base_url=f"{started.url}/_standin", trust_env=False, verify=False)

    def get(self, what: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._http.get(what).json()
        return found

    def fails(self, mode: str, **details: Any) -> None:
        assert self._http.post("faults", json={"mode": mode, **details}).status_code == 200

    def puts(self, content: bytes = b"", **how: Any) -> str:
        """A file comes in; the address that a webhook would name. ``how``: ``tests.standins.twilio_media``."""
        file = {"content": base64.b64encode(content).decode(), **how}
        return str(self._http.post("media", json=file).json()["url"])

    def asked(self) -> list[dict[str, Any]]:
        """The requests for files so far."""
        return self.get("media")

    def comes(self, *messages: dict[str, Any], **how: Any) -> list[dict[str, Any]]:
        """Citizens write; what Twilio made of it. ``messages`` and ``how``: ``tests.standins.twilio_inbound``."""
        asked = {"messages": messages, **how}
        came: list[dict[str, Any]] = self._http.post("inbound", json=asked, timeout=60).json()
        return came

    def archive(self, token: str = TOKEN, timeout_s: float = 5) -> TwilioArchive:
        return TwilioArchive(ACCOUNT, token, frozenset(SENDERS.values()), self.url, timeout_s)

    def clear(self) -> None:
        self._http.post("clear")

    def channel(self, token: str = TOKEN, base_url: str = NOWHERE, timeout_s: float = 5) -> TwilioChannel:
        return TwilioChannel(ACCOUNT, token, SENDERS, base_url, self.url, timeout_s)

    def client(self) -> Client:
        """The official client, as anybody would use it."""
        client = Client(ACCOUNT, TOKEN)
        client.api.base_url = self.url
        return client

    def close(self) -> None:
        self._http.close()


@contextmanager
def twilio_running(*options: str) -> Iterator[Twilio]:
    """A stand-in of one's own, with Twilio's published description where that is at hand."""
    specs = ["--specs", str(TWILIO_SPECS)] if TWILIO_SPECS else []
    with running("tests.standins.twilio", "--account", ACCOUNT, "--token", TOKEN, *specs, *options) as started:
        twilio = Twilio(started)
        try:
            yield twilio
        finally:
            twilio.close()
