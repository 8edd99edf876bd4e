"""SMS through a gateway of a local operator or aggregator, or an Android telephone: our own small JSON over HTTP.

What is said on the wire stands in ``docs/channels.md``: ``id, to, from, text, callback`` out, answered with 2xx
and the gateway's ``id``. What comes in is read in ``http_gateway_in.py``.
"""

import hashlib
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from bot.messages import Outgoing, SendError, Sent
from bot.settings import Settings
from bot.wording.plain_text import plain_text
from handlers.channels import signing

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
PROVIDER_ID = re.compile(r"[A-Za-z0-9._:@+=/-]{1,128}")
CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
# Nothing was sent, and waiting helps: too many requests, or what our operator or theirs can put right.
LATER = frozenset({301, 302, 303, 307, 308, 401, 403, 404, 405, 408, 425, 429})
TAKEN_BEFORE = 409


@dataclass(frozen=True)
class Line:
    """How a gateway is reached. ``token``: sent as bearer; without one requests are signed with ``secret``.

    ``repeatable``: the gateway sends a message with the same id once only, however often it is asked to.
    ``lookup_url``: where it tells of a message, with ``{id}`` for ours.
    """

    url: str
    sender: str
    callback: str
    secret: str = ""
    token: str = ""
    repeatable: bool = False
    lookup_url: str = ""

    @classmethod
    def of(cls, settings: Settings) -> "Line | None":
        """The line of this installation; None where it has none, or nothing to prove with who we are."""
        secret = next(iter(settings.gateway_secret), "")
        if not settings.gateway_url or not (secret or settings.gateway_token):
            return None
        return cls(
            settings.gateway_url,
            settings.gateway_from,
            f"{settings.base_url}/webhooks/gateway/status",
            secret,
            settings.gateway_token,
            settings.gateway_repeatable == "yes",
            settings.gateway_lookup_url,
        )


class GatewayChannel:
    """Sends through the gateway at the other end of ``line``."""

    def __init__(self, line: Line, timeout: httpx.Timeout = TIMEOUT) -> None:
        self._line = line
        # A redirect could lead our token anywhere.
        self._http = httpx.Client(timeout=timeout, follow_redirects=False)

    def send(self, message: Outgoing) -> Sent:
        """Hand ``message`` to the gateway; SendError tells whether trying again helps."""
        sender = message.sender or self._line.sender
        if not sender:
            raise SendError("later", "no_sender", "GATEWAY_FROM is not set; name our number at the gateway.")
        order = {
            "id": reference(message),
            "to": message.recipient,
            "from": sender,
            "text": plain_text(message),
            "callback": self._line.callback,
        }
        body = json.dumps(order).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": order["id"], **self._proof(body)}
        return self._taken(self._ask("POST", self._line.url, headers, body))

    def find_sent(self, message: Outgoing, known: frozenset[str]) -> str | None:
        """What the gateway says that it made of our id. Where it cannot be asked a message stays in doubt."""
        if not self._line.lookup_url:
            if self._line.repeatable:
                return None  # asking once more is safe
            raise SendError("in_doubt", "no_lookup")
        url = httpx.URL(self._line.lookup_url.replace("{id}", reference(message)))
        response = self._ask("GET", str(url), self._proof(url.raw_path), None)
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        found = _provider_id(response) if response.is_success else None
        if found is None or found in known:
            raise SendError("in_doubt", f"lookup_{response.status_code}")
        return found

    def _proof(self, signed: bytes) -> dict[str, str]:
        if self._line.token:
            return {"Authorization": f"Bearer {self._line.token}"}
        return signing.signed_headers(self._line.secret, time.time(), signed)

    def _ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> httpx.Response:
        try:
            return self._http.request(method, url, headers=headers, content=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol):
            raise SendError("later", "connect") from None  # nothing was sent yet
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._doubt(type(error).__name__) from None

    def _taken(self, response: httpx.Response) -> Sent:
        found, status = _provider_id(response), response.status_code
        if found and (response.is_success or status == TAKEN_BEFORE):
            return Sent(found)
        code = _code(response) or f"http_{status}"
        if status in LATER:
            raise SendError("later", code)
        if response.is_client_error and status != TAKEN_BEFORE:
            raise SendError("final", code)
        raise self._doubt(code)

    def _doubt(self, code: str) -> SendError:
        """The message may have gone out. A gateway that knows our ids may simply be asked again."""
        return SendError("later" if self._line.repeatable else "in_doubt", code)


def reference(message: Outgoing) -> str:
    """Our id of a message at the gateway, the same at every attempt.

    The row's number alone would come again after a database was made anew, and the gateway would drop the message
    as one that it has sent already; so it carries a sum of what is sent to whom.
    """
    content = json.dumps([message.id, message.recipient, message.text])
    return f"{message.id}-{hashlib.sha256(content.encode()).hexdigest()[:8]}"


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        found = response.json()
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _provider_id(response: httpx.Response) -> str | None:
    found = _json(response).get("id")
    return found if isinstance(found, str) and PROVIDER_ID.fullmatch(found) else None


def _code(response: httpx.Response) -> str | None:
    found = _json(response).get("code")
    return found if isinstance(found, str) and CODE.fullmatch(found) else None
