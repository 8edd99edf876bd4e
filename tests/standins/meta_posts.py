"""What Meta posts to a webhook: messages of citizens, statuses of ours, in batches, signed over the raw body."""

import hashlib
import hmac
import itertools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

PATH = "/webhooks/meta"
SIGNATURE = "X-Hub-Signature-256"
NUMBER_ID, ACCOUNT_ID = "106540352242922", "102290129340398"
OUR_NUMBER = "+628001110003"
APP_SECRET, TOKEN, VERIFY_TOKEN = "the secret of an app", "EAAtoken", "what we told Meta"
_ids = itertools.count(1)


def new_wamid() -> str:
    return f"wamid.HBgLNjI4MDAwMDAxMjM0FQIAEhg{next(_ids):08d}AA=="


def message(kind: str = "text", **parts: Any) -> dict[str, Any]:
    """One message of a citizen; ``parts`` add to it or take the place of what is in it."""
    usual = {"from": "628000001234", "id": new_wamid(), "timestamp": "1795489200", "type": kind}
    return usual | parts


def text(body: str, **parts: Any) -> dict[str, Any]:
    return message("text", text={"body": body}, **parts)


def status(wamid: str, state: str, reference: str | None = None, code: int | None = None) -> dict[str, Any]:
    """What became of a message of ours; ``code`` where it failed."""
    found: dict[str, Any] = {
        "id": wamid,
        "status": state,
        "timestamp": "1795489200",
        "recipient_id": "628000001234",
    }
    if reference is not None:
        found["biz_opaque_callback_data"] = reference
    if state in ("sent", "delivered"):
        found["pricing"] = {"billable": True, "pricing_model": "PMP", "category": "utility", "type": "regular"}
    if code is not None:
        found["errors"] = [{"code": code, "title": "Something", "error_data": {"details": "about it"}}]
    return found


def contact(wa_id: str = "628000001234", name: str = "Warga Contoh") -> dict[str, Any]:
    return {"profile": {"name": name}, "wa_id": wa_id}


def value(
    messages: Iterable[object] = (), statuses: Iterable[object] = (), number_id: str = NUMBER_ID, **more: Any
) -> dict[str, Any]:
    """What stands in one change."""
    found: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": OUR_NUMBER.removeprefix("+"), "phone_number_id": number_id},
    }
    if said := list(messages):
        found |= {"contacts": [contact()], "messages": said}
    if reported := list(statuses):
        found["statuses"] = reported
    return found | more


def post_of(*values: Mapping[str, Any], field: str = "messages") -> dict[str, Any]:
    """A whole post."""
    changes = [{"value": one, "field": field} for one in values]
    return {"object": "whatsapp_business_account", "entry": [{"id": ACCOUNT_ID, "changes": changes}]}


def signature(body: bytes, secret: str = APP_SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class MetaLine:
    """The connection between Meta and our webhook at ``url``."""

    url: str
    secret: str = APP_SECRET

    def post(self, body: object) -> httpx.Response:
        """Signed as it should be; bytes go as they are."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.forged(raw, signature(raw, self.secret))

    def forged(self, raw: bytes, signed: str | None) -> httpx.Response:
        headers = {"Content-Type": b"application/json"}
        headers |= {SIGNATURE: signed.encode()} if signed is not None else {}
        return httpx.post(self.url + PATH, content=raw, headers=headers, timeout=15, trust_env=False, verify=False)

    def says(self, *messages: object, **more: Any) -> httpx.Response:
        return self.post(post_of(value(messages, **more)))

    def reports(self, *statuses: object) -> httpx.Response:
        return self.post(post_of(value(statuses=statuses)))
