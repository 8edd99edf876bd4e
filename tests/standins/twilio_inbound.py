"""Messages of citizens: Twilio keeps, lists and deletes them, and posts them to a webhook that may not hear it.

POST ``/_standin/inbound`` takes ``{"messages": [...], "webhook": URL, "drop": 0.05, "seed": 1}``. A message has
``from``, ``to``, and where they matter ``body``, ``at`` (ISO 8601, default now), ``fields`` (of its webhook
alone, such as ``ButtonPayload``) and ``media``: files as in ``twilio_media``. The answer names each message's
``sid``, the ``form`` of its webhook and whether it was ``dropped``; without a webhook nothing is posted.
"""

import random
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import httpx
from flask import Blueprint, Response, current_app, jsonify, request
from twilio.request_validator import RequestValidator

from tests.standins.citizen import message_form, new_sid
from tests.standins.twilio_media import MediaShelf
from tests.standins.twilio_specs import ALL_MEDIA, MESSAGE, ONE_MEDIA
from tests.standins.twilio_wire import NOT_FOUND, check_credentials, error, fail, here, page_of

kept_api = Blueprint("kept", __name__, url_prefix="/2010-04-01/Accounts/<account>")
inbound_api = Blueprint("inbound", __name__, url_prefix="/_standin")
kept_api.before_request(check_credentials)
AT_ONCE = 4
STILL_UNDER_WAY = (409, 20009, "Cannot delete message because delivery has not been completed.")


@kept_api.delete("/Messages/<sid>.json")
def delete_message(account: str, sid: str) -> Response:
    """The message, and with it its files."""
    _check("delete", MESSAGE, {"AccountSid": account, "Sid": sid})
    if fault := here().account.fault("delete"):
        return fail(fault)
    deleted = here().account.delete(sid)
    if deleted is None:
        return error(*NOT_FOUND)
    if not deleted:
        return error(*STILL_UNDER_WAY)
    for file in _shelf().of(sid):
        _shelf().delete(sid, file["sid"])
    return Response(status=204)


@kept_api.get("/Messages/<sid>/Media.json")
def list_media(account: str, sid: str) -> Response:
    _check("get", ALL_MEDIA, {"AccountSid": account, "MessageSid": sid})
    if fault := here().account.fault("media"):
        return fail(fault)
    return page_of("media_list", _shelf().of(sid)) if here().account.get(sid) else error(*NOT_FOUND)


@kept_api.delete("/Messages/<sid>/Media/<media>.json")
def delete_media(account: str, sid: str, media: str) -> Response:
    _check("delete", ONE_MEDIA, {"AccountSid": account, "MessageSid": sid, "Sid": media})
    if fault := here().account.fault("delete"):
        return fail(fault)
    return Response(status=204) if _shelf().delete(sid, media) else error(*NOT_FOUND)


@inbound_api.post("/inbound")
def come_in() -> Response:
    asked = request.get_json()
    came = [_come(message) for message in asked["messages"]]
    dice = random.Random(asked.get("seed", 1))
    share = asked.get("drop", 0.0)
    for message in came:
        message["dropped"] = dice.random() < share
    if asked.get("webhook"):
        _post([message["form"] for message in came if not message["dropped"]], asked["webhook"])
    return jsonify(came)


@inbound_api.get("/kept")
def kept() -> Response:
    """What is there now, the newest first: messages, and the ids of all files of each."""
    return jsonify(
        [
            {**message, "media": [file["sid"] for file in _shelf().of(message["sid"])]}
            for message in here().account.newest_first()
        ]
    )


def _come(message: Mapping[str, Any]) -> dict[str, Any]:
    stand_in, files = here(), message.get("media", ())
    at = datetime.fromisoformat(message["at"]) if "at" in message else datetime.now(UTC)
    form = message_form(stand_in.account.sid, message["from"], message["to"], message.get("body", ""))
    sid = new_sid("MM" if files else "SM")
    form |= {"MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "NumMedia": str(len(files))}
    for n, file in enumerate(files):
        form[f"MediaUrl{n}"] = request.host_url.rstrip("/") + _shelf().put(file, sid)
        form[f"MediaContentType{n}"] = file.get("content_type", "application/octet-stream")
    stand_in.account.receive(form, at)
    return {"sid": sid, "form": form | message.get("fields", {})}


def _post(forms: Iterable[Mapping[str, str]], url: str) -> None:
    """Sign and post; whether anybody listens is not Twilio's concern."""
    validator = RequestValidator(here().token)

    def post(form: Mapping[str, str]) -> None:
        try:
            headers = {"X-Twilio-Signature": validator.compute_signature(url, dict(form))}
            client.post(url, data=dict(form), headers=headers)
        except httpx.HTTPError:
            return

    with httpx.Client(trust_env=False, verify=False, timeout=15) as client, ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(post, forms))


def _check(method: str, path: str, named: Mapping[str, str]) -> None:
    if specs := here().specs:
        query, form = request.args.to_dict(flat=False), request.form.to_dict(flat=False)
        problems = specs.problems(method, path, named, query, form)
        here().account.note_violations(problems, f"{method.upper()} {path}")


def _shelf() -> MediaShelf:
    shelf: MediaShelf = current_app.extensions["media"]
    return shelf
