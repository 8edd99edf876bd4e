"""Twilio's REST API for messages as a process of its own, for the official client to talk to.

``python -m tests.standins.twilio --port 0 --account AC... --token ... [--specs FILE] [--latency-ms 150]
[--no-callbacks]`` prints ``ready PORT`` and serves on loopback (or ``--host``) until SIGTERM. Tests look into
it and steer it under ``/_standin/``: GET ``messages``, ``violations`` and ``callbacks``, POST ``faults``,
``setup``, ``inbound`` (messages of citizens, see ``twilio_inbound``) and ``clear``.
"""

import argparse
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
from flask import Blueprint, Flask, Response, current_app, jsonify, request
from twilio.request_validator import RequestValidator
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.standins.twilio_account import Account, Faults, refusal
from tests.standins.twilio_inbound import inbound_api, kept_api
from tests.standins.twilio_media import MediaShelf, media_api
from tests.standins.twilio_setup import Setup, setup_api
from tests.standins.twilio_specs import Specs
from tests.standins.twilio_wire import NOT_FOUND, StandIn, as_json, check_credentials, error, fail, here, page_of

STATUSES = ("sent", "delivered")
api = Blueprint("api", __name__, url_prefix="/2010-04-01/Accounts/<account>")
steering = Blueprint("steering", __name__, url_prefix="/_standin")


def create_app(stand_in: StandIn) -> Flask:
    app = Flask(__name__)
    app.config["PROPAGATE_EXCEPTIONS"] = True  # a hang-up must reach the server
    app.extensions["stand_in"] = stand_in
    app.extensions["setup"] = Setup(stand_in.account.sid, stand_in.token)
    app.extensions["media"] = MediaShelf(stand_in.account.sid, stand_in.token)
    app.register_blueprint(setup_api)
    app.register_blueprint(media_api)
    app.register_blueprint(api)
    app.register_blueprint(kept_api)
    app.register_blueprint(inbound_api)
    app.register_blueprint(steering)
    return app


api.before_request(check_credentials)


@api.post("/Messages.json")
def send(account: str) -> Response:
    """Accept a message, unless a fault was asked for or nobody could send it."""
    stand_in, form = here(), request.form.to_dict(flat=False)
    time.sleep(stand_in.latency_s)
    fault = stand_in.account.fault("send")
    if fault and not fault.mode.startswith("accept_then_"):
        return fail(fault)
    if stand_in.specs:
        stand_in.account.note_violations(stand_in.specs.send_problems(form), "POST Messages.json")
    refused = refusal(form)
    if refused:
        return error(400, *refused)
    message = stand_in.account.accept(form)
    _report_later(stand_in, message, request.form.get("StatusCallback"))
    return fail(fault) if fault else as_json(message, 201)


@api.get("/Messages.json")
def list_messages(account: str) -> Response:
    """Newest first, filtered, a page at a time."""
    stand_in = here()
    if stand_in.specs:
        problems = stand_in.specs.list_problems(request.args.to_dict(flat=False))
        stand_in.account.note_violations(problems, "GET Messages.json")
    if fault := stand_in.account.fault("list"):
        return fail(fault)
    kept = stand_in.account.newest_first(request.args.get("To"), request.args.get("From"))
    return page_of("messages", [message for message in kept if _matches(message)])


@api.get("/Messages/<sid>.json")
def fetch(account: str, sid: str) -> Response:
    message = here().account.get(sid)
    return as_json(message) if message else error(*NOT_FOUND)


@steering.get("/messages")
def sent_messages() -> Response:
    return jsonify(here().account.sent())


@steering.get("/violations")
def violations() -> Response:
    return jsonify(here().account.violations)


@steering.get("/callbacks")
def callbacks() -> Response:
    return jsonify(here().account.callbacks)


@steering.post("/faults")
def set_faults() -> Response:
    try:
        faults = Faults.from_json(request.get_json())
    except (TypeError, ValueError) as problem:
        return as_json({"problem": str(problem)}, 400)
    here().account.set_faults(faults)
    return as_json({})


@steering.post("/setup")
def set_up() -> Response:
    """What the account looks like: attributes of ``Setup`` by name."""
    current_app.extensions["setup"].change(request.get_json())
    return as_json(current_app.extensions["setup"].to_json())


@steering.post("/clear")
def clear() -> Response:
    here().account.clear()
    current_app.extensions["media"].clear()
    return as_json({})


def _matches(message: dict[str, Any]) -> bool:
    """Twilio compares with the second; a bare day means its first one."""
    query, sent = request.args, parsedate_to_datetime(message["date_sent"]).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        sent.startswith(query.get("DateSent", ""))
        and sent >= query.get("DateSent>", "")
        and sent <= query.get("DateSent<", "9999")
    )


def _report_later(stand_in: StandIn, message: dict[str, Any], url: str | None) -> None:
    if url and stand_in.callbacks:
        stand_in.callbacks.submit(_report, stand_in, message, url)


def _report(stand_in: StandIn, message: dict[str, Any], url: str) -> None:
    """One signed callback after the other; what became of them is kept to be looked at."""
    for status in STATUSES:
        stand_in.account.advance(message["sid"], status)
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
        signature = RequestValidator(stand_in.token).compute_signature(url, form)
        try:
            answer = httpx.post(
                url, data=form, headers={"X-Twilio-Signature": signature}, trust_env=False, verify=False
            )
            outcome: object = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            outcome = type(error).__name__
        stand_in.account.note_callback(sid=message["sid"], status=status, url=url, outcome=outcome)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


def main() -> None:
    arguments = _arguments()
    specs = Specs.load(arguments.specs) if arguments.specs and arguments.specs.exists() else None
    pool = None if arguments.no_callbacks else ThreadPoolExecutor(8)
    stand_in = StandIn(Account(arguments.account), arguments.token, specs, arguments.latency_ms / 1000, pool)
    app = create_app(stand_in)
    server = make_server(arguments.host, arguments.port, app, threaded=True, request_handler=_Quiet)
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, lambda *_: os._exit(0))  # nothing to keep, and nothing to wait for
    print(f"ready {server.server_port}", flush=True)  # noqa: T201 - whoever started it reads this
    server.serve_forever(0.05)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--account", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--specs", type=Path)
    parser.add_argument("--latency-ms", type=float, default=0)
    parser.add_argument("--no-callbacks", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
