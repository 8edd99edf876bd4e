"""What Meta posts: up to a thousand messages and statuses at once, signed as a whole, stored as a whole."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from flask import Response, jsonify, request

from bot.delivery import reports
from bot.errors import ConfigError
from bot.intake import inbox
from bot.intake.media import MediaSource
from bot.messages import WHATSAPP, Channel, Content, Incoming
from bot.settings import Settings
from handlers.channels import meta_cloud_doctor
from handlers.channels.gate import ForgedRequestError, MalformedRequestError
from handlers.channels.meta_cloud import MESSAGE_ID, MetaChannel, outbound_of
from handlers.channels.meta_cloud_content import (
    MisshapenError,
    came_at,
    event_of,
    external_id,
    is_taken_back,
    read,
)
from handlers.channels.meta_cloud_errors import kind_of
from handlers.channels.meta_cloud_media import MetaMedia
from handlers.channels.meta_cloud_settings import MetaSettings
from handlers.channels.provider import Provider
from handlers.edge import Edge, edge
from handlers.webhooks import room
from storage.database import Database

log = structlog.get_logger()

LARGEST = 4 * 1024 * 1024  # Meta posts up to 3 MB
SIGNATURE = "X-Hub-Signature-256"
CHALLENGE = re.compile(r"[A-Za-z0-9._-]{1,256}")
NOTICE = re.compile(r"[A-Za-z0-9_]{1,64}")
webhooks = room("meta", LARGEST)


@dataclass(frozen=True)
class Report:
    """What became of one of ours. ``code``: why it failed."""

    provider_id: str
    status: str
    outbound_id: int | None = None
    code: int | None = None


@dataclass
class Batch:
    """All that one post brings. ``aside``: for a person to look at, with the reason."""

    messages: list[tuple[Incoming, datetime]] = field(default_factory=list)
    aside: list[tuple[Incoming, str]] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)


@webhooks.get("")
def verify() -> Response:
    """Meta asks once whether the address is ours: its challenge comes back where it knows our token, else 403."""
    expected, asked = _settings().meta_verify_token, request.args
    given, challenge = asked.get("hub.verify_token", ""), asked.get("hub.challenge", "")
    knows = hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")) and bool(expected)
    if not knows or asked.get("hub.mode") != "subscribe" or not CHALLENGE.fullmatch(challenge):
        raise ForgedRequestError("verification")
    return Response(challenge, mimetype="text/plain")


@webhooks.post("")
def received() -> Response:
    """All of a post in one transaction, each message once: 200 when it is stored, 403 when forged, 400 when it is
    no JSON object. A message that cannot be read is put aside and takes no other with it."""
    here, settings = edge(), _settings()
    post = checked(settings.meta_app_secret, request.headers.get(SIGNATURE, ""), request.get_data())
    batch = read_post(post, settings, here.clock.now())
    _store(here, batch)
    return jsonify(ok=True)


def checked(secrets: Iterable[str], signature: str, body: bytes) -> dict[str, Any]:
    """The post, if one of ``secrets`` signed it; ForgedRequestError, or MalformedRequestError for no object."""
    given = signature.encode("utf-8", "replace")
    made = (hmac.new(secret.encode(), body, hashlib.sha256).hexdigest() for secret in secrets)
    # Every secret is tried, so that the time taken does not tell which one it was.
    fits = [hmac.compare_digest(f"sha256={one}".encode(), given) for one in made]
    if not any(fits):
        raise ForgedRequestError
    try:
        found = json.loads(_whole(body.decode()))
    except (ValueError, RecursionError):
        raise MalformedRequestError("The body is no JSON object in UTF-8.") from None
    if not isinstance(found, dict):
        raise MalformedRequestError("The body is no JSON object in UTF-8.")
    return found


def read_post(post: Mapping[str, Any], settings: MetaSettings, now: datetime) -> Batch:
    """Everything in ``post``, read; fields that nobody knows are passed over, as Meta adds some without notice."""
    batch = Batch()
    for change in _changes(post):
        value = change.get("value")
        if change.get("field") != "messages" or not isinstance(value, dict):
            _note(change)
            continue
        metadata = value.get("metadata")
        is_ours = isinstance(metadata, dict) and metadata.get("phone_number_id") == settings.meta_phone_number_id
        contacts: list[Mapping[str, Any]] = [one for one in _listed(value, "contacts") if isinstance(one, dict)]
        for message in _listed(value, "messages"):
            _sort(batch, message, contacts, settings.our_address if is_ours else None, now)
        if is_ours:
            batch.reports += filter(None, map(_report, _listed(value, "statuses")))
    return batch


def _sort(
    batch: Batch, message: object, contacts: list[Mapping[str, Any]], ours: str | None, now: datetime
) -> None:
    """Into the batch: to be answered, or aside. ``ours``: None where it was written to another number."""
    try:
        if not isinstance(message, dict):
            raise MisshapenError("message")
        found = Incoming(WHATSAPP, external_id(message), "", "", Content(), raw=message)
        reason = event_of(message) or (None if ours else "unknown_to")
        if reason:
            batch.aside.append((found, reason))
        elif not is_taken_back(message):
            batch.messages.append((read(message, contacts, ours or ""), came_at(message, now)))
    except MisshapenError:
        batch.aside.append((_unread(message), "malformed"))


def _unread(message: object) -> Incoming:
    """What cannot be read, under its own id or a sum of it, so that a repetition is known."""
    raw = message if isinstance(message, dict) else {"message": message}
    try:
        known = external_id(raw)
    except MisshapenError:
        known = "malformed-" + hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()
    return Incoming(WHATSAPP, known, "", "", Content(), raw=raw)


def _report(status: object) -> Report | None:
    found = status if isinstance(status, dict) else {}
    provider_id, state = found.get("id"), found.get("status")
    if not isinstance(provider_id, str) or not MESSAGE_ID.fullmatch(provider_id) or not isinstance(state, str):
        return None
    errors = _listed(found, "errors")
    code = errors[0].get("code") if errors and isinstance(errors[0], dict) else None
    is_code = isinstance(code, int) and not isinstance(code, bool) and 0 <= code < 10**9
    return Report(
        provider_id, state, outbound_of(found.get("biz_opaque_callback_data")), code if is_code else None
    )


def _store(here: Edge, batch: Batch) -> None:
    now = here.clock.now()
    with here.database.begin() as session:
        inbox.store_all(session, batch.messages, here.rulebook.words)
        for incoming, reason in batch.aside:
            if inbox.quarantine(session, incoming, reason, now):
                log.error("put_aside", reason=reason, external_id=incoming.external_id)
        # The same order everywhere, so that two posts cannot lock each other.
        for report in sorted(batch.reports, key=lambda one: (one.outbound_id or 0, one.provider_id)):
            reports.record_status(
                session,
                report.outbound_id,
                report.provider_id,
                report.status,
                str(report.code) if report.code is not None else None,
                now,
                (WHATSAPP,),
                kind_of(report.code),
                here.rulebook,
            )


def _changes(post: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for entry in _listed(post, "entry"):
        if isinstance(entry, dict):
            yield from (change for change in _listed(entry, "changes") if isinstance(change, dict))


def _listed(value: Mapping[str, Any], name: str) -> list[Any]:
    found = value.get(name)
    return found if isinstance(found, list) else []


def _note(change: Mapping[str, Any]) -> None:
    """News of the account, its templates or its number: for the log, with nothing of citizens in it."""
    value = change.get("value")
    event = value.get("event") if isinstance(value, dict) else None
    words = (str(one) for one in (change.get("field"), event) if one)
    log.warning("meta_notice", about=" ".join(word for word in words if NOTICE.fullmatch(word)))


def _whole(text: str) -> str:
    """Half a surrogate pair, as an escape of JSON may hold it, becomes a question mark: it could not be stored."""
    if "\\ud" not in text.lower():
        return text
    return json.dumps(json.loads(text), ensure_ascii=False).encode("utf-8", "replace").decode()


def _settings() -> MetaSettings:
    return edge().settings.of(MetaSettings)


def _ways_out(settings: Settings) -> Mapping[str, Channel]:
    own = settings.of(MetaSettings)
    if own.is_live and not own.meta_number:
        raise ConfigError(["META_NUMBER is not set; write our WhatsApp number as +6281234567890."])
    return {WHATSAPP: MetaChannel(own)} if own.can_send else {}


def _media(settings: Settings, database: Database) -> Mapping[str, MediaSource]:
    own = settings.of(MetaSettings)
    return {WHATSAPP: MetaMedia(own)} if own.can_send else {}


PROVIDER = Provider("meta", _ways_out, webhooks, _media, settings=MetaSettings, doctor=meta_cloud_doctor.findings)
