"""An SMS gateway as ``docs/channels.md`` describes it, over real HTTP.

It sends a message with the same id once only, checks who asks, notes what was asked wrongly, and fails when told.
"""

import json
import re
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from flask import Flask, Response, jsonify, request

from handlers.channels import signing
from tests.support.serving import serving

FIELDS = {"id", "to", "from", "text", "callback"}
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass
class Gateway:
    """What one gateway has taken, in order, and what goes wrong with the next requests.

    ``mode``: ``ok``, ``reset``, ``timeout``, ``no_id``, or the status to answer with; after ``accept_then_`` the
    message is taken nevertheless. ``code`` is what a refusal says.
    """

    secret: str = ""
    token: str = ""
    mode: str = "ok"
    code: str = ""
    taken: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    url: str = ""

    def app(self) -> Flask:
        app = Flask(__name__)
        app.config["PROPAGATE_EXCEPTIONS"] = True
        app.add_url_rule("/messages", view_func=self._send, methods=["POST"])
        app.add_url_rule("/messages/<reference>", view_func=self._look_up)
        return app

    def report(self, number: int, status: str, **more: Any) -> httpx.Response:
        """Tell what became of the message that was taken as number so-and-so."""
        message = self.taken[number]
        body = {"id": f"gw-{number + 1}", "reference": message["id"], "status": status, **more}
        return signed_post(message["callback"], body, self.secret)

    def _send(self) -> Response:
        body = request.get_data()
        order = json.loads(body)
        self.asked.append({"order": order, "headers": dict(request.headers)})
        if not self._knows(body):
            return self._answer(401, {"code": "unauthorised"})
        self._look_for_mistakes(order)
        if self.mode != "ok" and not self.mode.startswith("accept_then_"):
            return self._fail(self.mode)
        if not NUMBER.fullmatch(order["to"]):
            return self._answer(422, {"code": "no_number"})
        found = self._take(order)
        return (
            self._answer(201, found) if self.mode == "ok" else self._fail(self.mode.removeprefix("accept_then_"))
        )

    def _look_up(self, reference: str) -> Response:
        if not self._knows(request.full_path.rstrip("?").encode()):
            return self._answer(401, {"code": "unauthorised"})
        if self.mode not in ("ok",) and not self.mode.startswith("accept_then_"):
            return self._fail(self.mode)
        for number, message in enumerate(self.taken, 1):
            if message["id"] == reference:
                return self._answer(200, {"id": f"gw-{number}"})
        return self._answer(404, {"code": "unknown"})

    def _take(self, order: dict[str, Any]) -> dict[str, str]:
        for number, message in enumerate(self.taken, 1):
            if message["id"] == order["id"]:
                return {"id": f"gw-{number}"}
        self.taken.append(order)
        return {"id": f"gw-{len(self.taken)}"}

    def _knows(self, signed: bytes) -> bool:
        if self.token:
            return request.headers.get("Authorization") == f"Bearer {self.token}"
        timestamp = request.headers.get(signing.TIMESTAMP, "")
        fresh = timestamp.isdecimal() and abs(time.time() - int(timestamp)) < 60
        return fresh and request.headers.get(signing.SIGNATURE) == signing.signature(
            self.secret, timestamp, signed
        )

    def _look_for_mistakes(self, order: dict[str, Any]) -> None:
        if order.keys() != FIELDS or not all(isinstance(value, str) for value in order.values()):
            self.violations.append(f"fields: {order}")
        if request.content_type != "application/json" or request.headers.get("Idempotency-Key") != order["id"]:
            self.violations.append(f"headers: {dict(request.headers)}")

    def _fail(self, mode: str) -> Response:
        if mode == "timeout":
            time.sleep(0.6)
        if mode in ("timeout", "reset"):
            connection: socket.socket = request.environ["werkzeug.socket"]
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise ConnectionAbortedError
        if mode == "no_id":
            return self._answer(200, {"ok": True})
        return self._answer(int(mode), {"code": self.code} if self.code else {})

    def _answer(self, status: int, body: dict[str, Any]) -> Response:
        response = jsonify(body)
        response.status_code = status
        return response


@contextmanager
def gateway_running(secret: str = "", token: str = "") -> Iterator[Gateway]:
    gateway = Gateway(secret, token)
    with serving(gateway.app()) as url:
        gateway.url = url
        yield gateway


def signed_post(url: str, body: object, secret: str, at_s: float | None = None) -> httpx.Response:
    """Post ``body`` as JSON, signed as a gateway signs, now or at ``at_s``."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = signing.signed_headers(secret, time.time() if at_s is None else at_s, raw)
    return httpx.post(
        url, content=raw, headers={"Content-Type": "application/json", **headers}, trust_env=False, verify=False
    )
