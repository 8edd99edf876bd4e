"""Meta's Graph API as far as WhatsApp needs it, over real HTTP: messages out, files, and what ``doctor`` asks.

It notes what was asked wrongly, refuses what Meta would refuse, and fails when told. What Meta posts by itself is
made in ``meta_posts``.
"""

import hashlib
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
from flask import Flask, Response, request

from tests.standins import meta_posts as posts
from tests.standins.meta_orders import problems_of, shown
from tests.support.serving import serving

NUMBER = re.compile(r"[1-9][0-9]{6,14}")
USER = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
UNAUTHORISED, NO_PARAMETER, NO_TEMPLATE = 190, 100, 132001


@dataclass
class Meta:
    """What Meta has taken, in order, and what goes wrong with the next requests.

    ``mode``: ``ok``, ``refuse`` (with ``code``), ``429``, ``500``, ``reset``, ``timeout``, ``no_id``; after
    ``accept_then_`` the message is taken nevertheless. ``templates``: those of the account by name and language,
    with the count of their values. ``files``: content by media id. ``told``: changes to what is said of a file.
    """

    mode: str = "ok"
    code: int = 131026
    seconds: float = 2.0
    templates: dict[tuple[str, str], int] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    number: dict[str, Any] = field(default_factory=dict)
    subscribed: bool = True
    taken: list[dict[str, Any]] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)  # the types of all that was asked for
    asked: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    url: str = ""

    def clear(self) -> None:
        fresh = Meta(url=self.url)
        self.__dict__.update(fresh.__dict__)

    def app(self) -> Flask:
        app = Flask(__name__)
        app.config["PROPAGATE_EXCEPTIONS"] = True  # a hang-up must reach the server
        app.add_url_rule("/<version>/<number>/messages", view_func=self._send, methods=["POST"])
        app.add_url_rule("/<version>/<account>/subscribed_apps", view_func=self._subscribed)
        app.add_url_rule("/<version>/<account>/message_templates", view_func=self._templates)
        app.add_url_rule("/<version>/<thing>", view_func=self._thing)
        app.add_url_rule("/attachments/<file>", view_func=self._file)
        return app

    def texts(self) -> list[str]:
        """As people read what was taken."""
        return [shown(order) for order in self.taken]

    def reports(self, line: posts.MetaLine, number: int, state: str, code: int | None = None) -> httpx.Response:
        """Tell what became of the message that was taken as number so-and-so."""
        order = self.taken[number]
        return line.reports(posts.status(order["wamid"], state, order.get("biz_opaque_callback_data"), code))

    # -- what is asked -----------------------------------------------------------

    def _send(self, version: str, number: str) -> Response:
        if not self._knows(number):
            return self._error(401, UNAUTHORISED)
        order = request.get_json()
        self.orders.append(order["type"])
        if self.mode not in ("ok", "no_id") and not self.mode.startswith("accept_then_"):
            return self._fail(self.mode)
        if refused := self._refused(order):
            return self._error(400, refused)
        self.violations += problems_of(order)
        wamid = posts.new_wamid()
        self.taken.append(order | {"wamid": wamid})
        if self.mode.startswith("accept_then_"):
            return self._fail(self.mode.removeprefix("accept_then_"))
        to = order.get("to") or order.get("recipient")
        answer = {"messaging_product": "whatsapp", "contacts": [{"input": to, "wa_id": to}]}
        return _json(answer if self.mode == "no_id" else answer | {"messages": [{"id": wamid}]})

    def _refused(self, order: dict[str, Any]) -> int | None:
        if not NUMBER.fullmatch(order.get("to", "")) and not USER.fullmatch(order.get("recipient", "")):
            return NO_PARAMETER
        template = order.get("template")
        if template and (template["name"], template["language"]["code"]) not in self.templates:
            return NO_TEMPLATE
        return None

    def _subscribed(self, version: str, account: str) -> Response:
        apps = [{"whatsapp_business_api_data": {"id": "1", "name": "Suara Kota"}}] if self.subscribed else []
        return _json({"data": apps}) if self._knows() else self._error(401, UNAUTHORISED)

    def _templates(self, version: str, account: str) -> Response:
        listed = [
            {
                "name": name,
                "language": language,
                "status": "APPROVED",
                "components": [{"type": "BODY", "text": _body(count)}],
            }
            for (name, language), count in self.templates.items()
        ]
        return _json({"data": listed}) if self._knows() else self._error(401, UNAUTHORISED)

    def _thing(self, version: str, thing: str) -> Response:
        """A number of ours, or a file."""
        self.asked.append(request.full_path)
        if not self._knows():
            return self._error(401, UNAUTHORISED)
        if thing == posts.NUMBER_ID:
            usual = {"id": thing, "display_phone_number": "+62 800-111-0003", "platform_type": "CLOUD_API"}
            return _json(usual | {"quality_rating": "GREEN"} | self.number)
        if self.mode != "ok":
            return self._fail(self.mode)
        if thing not in self.files:
            return self._error(400, NO_PARAMETER)
        content = self.files[thing]
        found = {
            "url": f"{self.url}/attachments/{thing}?ext=1&hash=x",
            "mime_type": "image/jpeg",
            "sha256": hashlib.sha256(content).hexdigest(),
            "file_size": len(content),
            "id": thing,
            "messaging_product": "whatsapp",
        }
        return _json(found | self.told)

    def _file(self, file: str) -> Response:
        self.asked.append(request.full_path)
        if not self._knows():
            return self._error(401, UNAUTHORISED)
        return Response(self.files[file], mimetype="image/jpeg")

    # -- how it is answered ------------------------------------------------------

    def _knows(self, number: str = posts.NUMBER_ID) -> bool:
        bearer = request.headers.get("Authorization") == f"Bearer {posts.TOKEN}"
        return bearer and number == posts.NUMBER_ID

    def _fail(self, mode: str) -> Response:
        if mode == "timeout":
            time.sleep(self.seconds)
        if mode in ("timeout", "reset"):
            connection: socket.socket = request.environ["werkzeug.socket"]
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.shutdown(socket.SHUT_RDWR)  # the server would keep it open for the next request
            raise ConnectionAbortedError
        codes = {"429": (400, 130429), "500": (500, 131000), "busy": (503, 131016), "bare": (502, 0)}
        status, code = codes.get(mode, (400, self.code))
        return Response("Bad Gateway", status) if mode == "bare" else self._error(status, code)

    def _error(self, status: int, code: int) -> Response:
        error = {"message": f"(#{code}) Something", "type": "OAuthException", "code": code, "fbtrace_id": "A"}
        return _json({"error": error}, status)


def _body(values: int) -> str:
    return "Halo " + " ".join(f"{{{{{n}}}}} dan" for n in range(1, values + 1)) + " terima kasih."


def _json(data: object, status: int = 200) -> Response:
    return Response(json.dumps(data), status, mimetype="application/json")


@contextmanager
def meta_running() -> Iterator[Meta]:
    meta = Meta()
    with serving(meta.app()) as url:
        meta.url = url
        yield meta
