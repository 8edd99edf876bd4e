"""Cases to agencies that have a system of their own: signed JSON, posted to the address that the city names.

What stands on the wire is in ``docs/channels.md``. A post is repeated until it is taken, always with the same
``Idempotency-Key``; a system that knows the key has nothing more to do.
"""

import hashlib
import json
import time
from collections.abc import Mapping

import httpx

from bot.delivery import failures
from bot.messages import WEBHOOK, Channel, Outgoing, SendError, Sent
from bot.settings import Settings
from handlers.channels import signing
from handlers.channels.provider import Provider

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
# Of what is the sender's fault, that which waiting helps against.
LATER = frozenset({408, 425, 429})


class AgencyWebhook:
    """Posts to the agency's address, which is the recipient; signed with the newest of ``secrets``.

    Without a secret nothing is posted: an agency could not tell our cases from anybody's.
    """

    def __init__(self, secrets: tuple[str, ...], timeout: httpx.Timeout = TIMEOUT) -> None:
        self._secret = next(iter(secrets), "")
        # A redirect could lead a case anywhere.
        self._http = httpx.Client(timeout=timeout, follow_redirects=False)

    def send(self, message: Outgoing) -> Sent:
        """Post the case; SendError tells whether trying again helps."""
        if not self._secret:
            raise SendError(
                failures.FINAL, "no_secret", "AGENCY_WEBHOOK_SECRET is not set; agree on one with them."
            )
        body, key = message.text.encode(), reference(message)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            **signing.signed_headers(self._secret, time.time(), body),
        }
        status = self._post(message.recipient, headers, body)
        if 200 <= status < 300:
            return Sent(key, delivered=True)
        is_later = status >= 500 or status in LATER
        raise SendError(failures.LATER if is_later else failures.FINAL, f"http_{status}")

    def find_sent(self, message: Outgoing, known: frozenset[str]) -> str | None:
        """Nobody can be asked; it is posted again instead, with the same key."""
        return None

    def _post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        try:
            return self._http.post(url, headers=headers, content=body).status_code
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise SendError(failures.FINAL, "address") from None
        except httpx.HTTPError as error:
            raise SendError(failures.LATER, type(error).__name__) from None


def reference(message: Outgoing) -> str:
    """The key of a message, the same at every attempt, and another after a database was made anew."""
    content = json.dumps([message.id, message.recipient, message.text])
    return f"{message.id}-{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def _ways_out(settings: Settings) -> Mapping[str, Channel]:
    return {WEBHOOK: AgencyWebhook(settings.agency_webhook_secret)}


PROVIDER = Provider("agency_webhook", _ways_out)
