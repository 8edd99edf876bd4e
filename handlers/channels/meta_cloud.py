"""WhatsApp through Meta's Cloud API: sending.

Facts about the wire (Meta's reference, 2026): there is no idempotency key and no list of what was sent. So each
message carries our id (``biz_opaque_callback_data``), which comes back with every status: that is the only way in
which a message in doubt is found, and it is never sent again blindly.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

import httpx
import structlog

from bot.delivery import failures
from bot.messages import Choice, Outgoing, SendError, Sent
from bot.wording.buttons import LONGEST_TEXT, MOST_BUTTONS, MOST_ROWS, ROW_DESCRIPTION, ROW_ID, ROW_TITLE
from bot.wording.plain_text import plain_text, shortened
from handlers.channels.meta_cloud_errors import kind_of_answer
from handlers.channels.meta_cloud_settings import MetaSettings

log = structlog.get_logger()

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
LIMITS = httpx.Limits(max_connections=32, max_keepalive_connections=32)
LONGEST_BODY = 4_096
BUTTON_TITLE = 20
CHOOSE = "Pilih"
PHONE = re.compile(r"whatsapp:\+([1-9][0-9]{6,14})")
# A person who shows no number: ID.4566546130240823, of a firm with several accounts ID.ENT.4566...
USER = re.compile(r"whatsapp:([A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128})")
TEMPLATE = re.compile(r"([a-z0-9_]{1,512})/([a-z]{2,3}(?:_[A-Z]{2})?)")
MESSAGE_ID = re.compile(r"[A-Za-z0-9._:@+=/-]{1,256}")
REFERENCE = re.compile(r"([0-9]{1,18})-[0-9a-f]{8}")


class MetaChannel:
    """Sends through the number that ``settings`` name."""

    def __init__(self, settings: MetaSettings, timeout: httpx.Timeout = TIMEOUT) -> None:
        self._url = f"{settings.base}/{settings.meta_phone_number_id}/messages"
        # A redirect could lead our token anywhere.
        self._http = httpx.Client(
            timeout=timeout,
            limits=LIMITS,
            follow_redirects=False,
            headers={"Authorization": f"Bearer {settings.meta_token}"},
        )

    def send(self, message: Outgoing) -> Sent:
        """Hand ``message`` to Meta; SendError tells whether trying again helps."""
        asked = _question(message)
        try:
            return self._post(message, asked or _plain(message))
        except SendError as error:
            if asked is None or error.kind != failures.CONTENT:
                raise
            log.error("buttons_refused", outbound=message.id, code=error.code)  # at once: nothing has gone out
            return self._post(message, _plain(message))

    def find_sent(self, message: Outgoing, known: frozenset[str]) -> str | None:
        """Nobody can be asked: a status tells, or it stays in doubt."""
        raise SendError(failures.IN_DOUBT, "no_lookup")

    def _post(self, message: Outgoing, content: Mapping[str, Any]) -> Sent:
        order = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **_recipient(message.recipient),
            "biz_opaque_callback_data": reference(message),
            **content,
        }
        try:
            response = self._http.post(self._url, json=order)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol):
            raise SendError(failures.LATER, "connect") from None  # nothing was sent yet
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SendError(failures.IN_DOUBT, type(error).__name__) from None
        return _taken(response)


def reference(message: Outgoing) -> str:
    """Our id of a message; with a sum of it, so that one of another database is none of ours."""
    content = json.dumps([message.id, message.recipient, message.text])
    return f"{message.id}-{hashlib.sha256(content.encode()).hexdigest()[:8]}"


def outbound_of(given: object) -> int | None:
    """Our row that a reference names; None where it is none."""
    found = REFERENCE.fullmatch(given) if isinstance(given, str) else None
    return int(found[1]) if found else None


def _recipient(address: str) -> dict[str, str]:
    if phone := PHONE.fullmatch(address):
        return {"to": phone[1]}
    if user := USER.fullmatch(address):
        return {"recipient": user[1]}
    raise SendError(failures.ADDRESS, "no_number")


def _plain(message: Outgoing) -> dict[str, Any]:
    if message.template and not message.interactive:
        return {"type": "template", "template": _template(message)}
    return {"type": "text", "text": {"body": plain_text(message)[:LONGEST_BODY]}}


def _template(message: Outgoing) -> dict[str, Any]:
    """``config.yml`` names it as ``name/language``; the values go in by their numbers."""
    named = TEMPLATE.fullmatch(message.template or "")
    if named is None:
        raise SendError(failures.CONTENT, "template_name")
    values = sorted(message.variables.items(), key=lambda item: int(item[0]))
    filled = [{"type": "text", "text": " ".join(str(value).split())} for _, value in values]
    parts = [{"type": "body", "parameters": filled}] if filled else []
    return {"name": named[1], "language": {"code": named[2]}, "components": parts}


def _question(message: Outgoing) -> dict[str, Any] | None:
    """Buttons for up to three short choices, else a list; None where it is a template or too much for either."""
    choices = message.choices
    is_text = message.interactive or not message.template
    fits = 1 < len(choices) <= MOST_ROWS and 0 < len(message.text) <= LONGEST_TEXT
    if not is_text or not fits or any(not 0 < len(choice.key) <= ROW_ID for choice in choices):
        return None
    if len(choices) <= MOST_BUTTONS and _are_titles([choice.title for choice in choices], BUTTON_TITLE):
        return _interactive(message, "button", {"buttons": [_button(choice) for choice in choices]})
    rows = [_row(choice) for choice in choices]
    if not _are_titles([row["title"] for row in rows], ROW_TITLE):
        return None
    label = (message.label or CHOOSE)[:BUTTON_TITLE]
    return _interactive(message, "list", {"button": label, "sections": [{"rows": rows}]})


def _interactive(message: Outgoing, kind: str, action: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "interactive",
        "interactive": {"type": kind, "body": {"text": message.text}, "action": action},
    }


def _button(choice: Choice) -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": choice.key, "title": choice.title}}


def _row(choice: Choice) -> dict[str, str]:
    whole = " ".join(choice.title.split())
    row = {"id": choice.key, "title": shortened(whole, ROW_TITLE)}
    return row if row["title"] == whole else row | {"description": shortened(whole, ROW_DESCRIPTION)}


def _are_titles(titles: list[str], most: int) -> bool:
    """Meta refuses empty ones and two that are the same."""
    return len(set(titles)) == len(titles) and all(0 < len(title.strip()) <= most for title in titles)


def _taken(response: httpx.Response) -> Sent:
    answer = _json(response)
    if response.is_success:
        listed = answer.get("messages")
        first = listed[0] if isinstance(listed, list) and listed else None
        found = first.get("id") if isinstance(first, dict) else None
        if isinstance(found, str) and MESSAGE_ID.fullmatch(found):
            return Sent(found)
        raise SendError(failures.IN_DOUBT, "no_id")
    error = answer.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    known = code if isinstance(code, int) else None
    kind = kind_of_answer(response.status_code, known)
    raise SendError(kind, f"http_{response.status_code}" if known is None else str(known))


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        found = response.json()
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
