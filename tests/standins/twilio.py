"""Twilio's REST API for messages as a process of its own, for the official client to talk to.

``python -m tests.standins.twilio --port 0 --account AC... --token ... [--specs FILE] [--latency-ms 150]
[--no-callbacks]`` prints ``ready PORT`` and serves on loopback until SIGTERM. Tests look into it and steer it
under ``/_standin/``: GET ``messages``, ``violations`` and ``callbacks``, POST ``faults``, ``setup`` and ``clear``.
"""

import argparse
import json
import os
import signal
import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from flask import Blueprint, Flask, Response, current_app, jsonify, request
from twilio.request_validator import RequestValidator
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.standins.twilio_account import Account, Faults, refusal
from tests.standins.twilio_media import MediaShelf, media_api
from tests.standins.twilio_setup import Setup, setup_api
from tests.standins.twilio_specs import Specs

STATUSES = ("sent", "delivered")
PAGE_SIZE = 50
api = Blueprint("api", __name__, url_prefix="/2010-04-01/Accounts/<account>")
steering = Blueprint("steering", __name__, url_prefix="/_standin")


@dataclass(frozen=True)
class StandIn:
    """What one process serves."""

    account: Account
    token: str
    specs: Specs | None = None
    latency_s: float = 0.0
    callbacks: ThreadPoolExecutor | None = None


def create_app(stand_in: StandIn) -> Flask:
    app = Flask(__name__)
    app.config["PROPAGATE_EXCEPTIONS"] = True  # a hang-up must reach the server
    app.extensions["stand_in"] = stand_in
    app.extensions["setup"] = Setup(stand_in.account.sid, stand_in.token)
    app.extensions["media"] = MediaShelf(stand_in.account.sid, stand_in.token)
    app.register_blueprint(setup_api)
    app.register_blueprint(media_api)
    app.register_blueprint(api)
    app.register_blueprint(steering)
    return app


def _here() -> StandIn:
    stand_in: StandIn = current_app.extensions["stand_in"]
    return stand_in


@api.before_request
def check_credentials() -> Response | None:
    here, given = _here(), request.authorization
    request.get_data(parse_form_data=True)  # an unread body would break the connection before the answer
    ours = given and (given.username, given.password) == (here.account.sid, here.token)
    if not ours or (request.view_args or {}).get("account") != here.account.sid:
        return _error(401, 20003, "Authenticate")
    return None


@api.post("/Messages.json")
def send(account: str) -> Response:
    """Accept a message, unless a fault was asked for or nobody could send it."""
    here, form = _here(), request.form.to_dict(flat=False)
    time.sleep(here.latency_s)
    fault = here.account.fault("send")
    if fault and not fault.mode.startswith("accept_then_"):
        return _fail(fault)
    if here.specs:
        here.account.note_violations(here.specs.send_problems(form), "POST Messages.json")
    refused = refusal(form)
    if refused:
        return _error(400, *refused)
    message = here.account.accept(form)
    _report_later(here, message, request.form.get("StatusCallback"))
    return _fail(fault) if fault else _json(message, 201)


@api.get("/Messages.json")
def list_messages(account: str) -> Response:
    """Newest first, filtered, a page at a time."""
    here = _here()
    if here.specs:
        problems = here.specs.list_problems(request.args.to_dict(flat=False))
        here.account.note_violations(problems, "GET Messages.json")
    fault = here.account.fault("list")
    return _fail(fault) if fault else _page([m for m in here.account.newest_first() if _matches(m)])


@api.get("/Messages/<sid>.json")
def fetch(account: str, sid: str) -> Response:
    message = _here().account.get(sid)
    return _json(message) if message else _error(404, 20404, "The requested resource was not found")


@steering.get("/messages")
def sent_messages() -> Response:
    return jsonify(_here().account.sent())


@steering.get("/violations")
def violations() -> Response:
    return jsonify(_here().account.violations)


@steering.get("/callbacks")
def callbacks() -> Response:
    return jsonify(_here().account.callbacks)


@steering.post("/faults")
def set_faults() -> Response:
    try:
        faults = Faults.from_json(request.get_json())
    except (TypeError, ValueError) as error:
        return _json({"problem": str(error)}, 400)
    _here().account.set_faults(faults)
    return _json({})


@steering.post("/setup")
def set_up() -> Response:
    """What the account looks like: attributes of ``Setup`` by name."""
    current_app.extensions["setup"].change(request.get_json())
    return _json(current_app.extensions["setup"].to_json())


@steering.post("/clear")
def clear() -> Response:
    _here().account.clear()
    current_app.extensions["media"].clear()
    return _json({})


def _matches(message: dict[str, Any]) -> bool:
    """Twilio compares with the second; a bare day means its first one."""
    query, sent = request.args, parsedate_to_datetime(message["date_sent"]).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        query.get("To", message["to"]) == message["to"]
        and query.get("From", message["from"]) == message["from"]
        and sent.startswith(query.get("DateSent", ""))
        and sent >= query.get("DateSent>", "")
        and sent <= query.get("DateSent<", "9999")
    )


def _page(messages: list[dict[str, Any]]) -> Response:
    page, size = request.args.get("Page", 0, int), request.args.get("PageSize", PAGE_SIZE, int)
    start = page * size
    shown = messages[start : start + size]
    return jsonify(
        messages=shown,
        page=page,
        page_size=size,
        start=start,
        end=max(start, start + len(shown) - 1),
        uri=_page_uri(page, size),
        first_page_uri=_page_uri(0, size),
        previous_page_uri=_page_uri(page - 1, size) if page else None,
        next_page_uri=_page_uri(page + 1, size) if start + size < len(messages) else None,
    )


def _page_uri(page: int, size: int) -> str:
    others = {name: value for name, value in request.args.items() if not name.startswith("Page")}
    token = {"PageToken": f"PA{page}"} if page else {}
    return f"{request.path}?{urlencode({**others, 'PageSize': size, 'Page': page, **token})}"


def _fail(fault: Faults) -> Response:
    mode = fault.mode.removeprefix("accept_then_")
    if mode == "timeout":
        time.sleep(fault.seconds)
    if mode in ("timeout", "reset"):
        _hang_up()
    if mode == "429":
        return _error(429, 20429, "Too Many Requests")
    if mode == "refuse":
        return _error(400, fault.code, "Refused as asked")
    return _error(500, 20500, "An internal server error has occurred")


def _hang_up() -> None:
    """Drop the connection without a word."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise ConnectionAbortedError


def _report_later(here: StandIn, message: dict[str, Any], url: str | None) -> None:
    if url and here.callbacks:
        here.callbacks.submit(_report, here, message, url)


def _report(here: StandIn, message: dict[str, Any], url: str) -> None:
    """One signed callback after the other; what became of them is kept to be looked at."""
    for status in STATUSES:
        here.account.advance(message["sid"], status)
        form = {
            "AccountSid": message["account_sid"],
            "ApiVersion": message["api_version"],
            "From": message["from"] or "",
            "To": message["to"],
            "MessageSid": message["sid"],
            "SmsSid": message["sid"],
            "MessageStatus": status,
            "SmsStatus": status,
        }
        signature = RequestValidator(here.token).compute_signature(url, form)
        try:
            answer = httpx.post(url, data=form, headers={"X-Twilio-Signature": signature}, trust_env=False)
            outcome: object = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            outcome = type(error).__name__
        here.account.note_callback(sid=message["sid"], status=status, url=url, outcome=outcome)


def _json(data: object, status: int = 200) -> Response:
    return Response(json.dumps(data), status, mimetype="application/json")


def _error(status: int, code: int, message: str) -> Response:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return _json({"code": code, "message": message, "more_info": more, "status": status}, status)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


def main() -> None:
    arguments = _arguments()
    specs = Specs.load(arguments.specs) if arguments.specs and arguments.specs.exists() else None
    pool = None if arguments.no_callbacks else ThreadPoolExecutor(8)
    stand_in = StandIn(Account(arguments.account), arguments.token, specs, arguments.latency_ms / 1000, pool)
    app = create_app(stand_in)
    server = make_server("127.0.0.1", arguments.port, app, threaded=True, request_handler=_Quiet)
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, lambda *_: os._exit(0))  # nothing to keep, and nothing to wait for
    print(f"ready {server.server_port}", flush=True)  # noqa: T201 - whoever started it reads this
    server.serve_forever(0.05)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--account", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--specs", type=Path)
    parser.add_argument("--latency-ms", type=float, default=0)
    parser.add_argument("--no-callbacks", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
