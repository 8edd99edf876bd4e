"""The process behind ``benchmarks.load.standin``: one loop, no framework, nothing looked up twice."""

import argparse
import asyncio
import base64
import json
import math
import random
import re
import signal
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from email.utils import formatdate
from urllib.parse import parse_qs, urlsplit

from benchmarks.load import http1
from benchmarks.load.http1 import Reader
from benchmarks.load.reporting import Reporter
from benchmarks.load.standin import Accepted, Manner, Seen, as_json
from tests.standins.twilio_account import refusal

AUTHORIZATION = re.compile(rb"\r\nauthorization: *Basic ([A-Za-z0-9+/=]+)", re.IGNORECASE)
Send = Callable[[bytes], object]
XML = "text/xml"


@dataclass
class Account:
    """What one process knows."""

    sid: str
    token: str
    manner: Manner = field(default_factory=Manner)
    accepted: list[Accepted] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    in_hand: int = 0
    most_at_once: int = 0
    dice: random.Random = field(default_factory=lambda: random.Random(1))
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/2010-04-01/Accounts/{self.sid}"

    @property
    def credentials(self) -> bytes:
        return base64.b64encode(f"{self.sid}:{self.token}".encode())

    def latency_s(self) -> float:
        return self.dice.lognormvariate(math.log(self.manner.median_ms / 1000), self.manner.sigma)


class Server:
    """Answers what is asked of it: ``answer(head, body, send)`` may send at once or later."""

    def __init__(self, account: Account, reporter: Reporter) -> None:
        self._account, self._reporter = account, reporter
        self._messages = f"{account.path}/Messages.json"
        self._steering = {"accepted": self._list, "count": self._count, "seen": self._seen}

    def answer(self, head: bytes, body: bytes, send: Send) -> None:
        method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
        address = urlsplit(target)
        if address.path.startswith("/_standin/"):
            send(self._steered(method, address.path.rpartition("/")[2], address.query, body))
        elif not self._knows_us(head, address.path):
            send(self._refuse(401, 20003, "Authenticate"))
        elif (method, address.path) == ("POST", self._messages):
            self._take(body, send)
        elif (method, address.path) == ("GET", self._messages):
            send(self._listed(parse_qs(address.query)))
        else:
            send(self._other(address.path))

    def _knows_us(self, head: bytes, path: str) -> bool:
        found = AUTHORIZATION.search(head)
        ours = found is not None and found[1] == self._account.credentials
        return path.startswith("/_content/") or (ours and path.startswith(f"{self._account.path}/"))

    def _refuse(self, status: int, code: int, message: str) -> bytes:
        self._account.refused[str(code)] += 1
        return http1.response(status, as_json({"code": code, "message": message, "status": status}))

    # -- messages --------------------------------------------------------------

    def _take(self, body: bytes, send: Send) -> None:
        account, form, asked = self._account, parse_qs(body.decode(), keep_blank_values=True), time.monotonic()
        if problem := refusal(form):
            send(self._refuse(400, *problem))
            return
        account.in_hand += 1
        account.most_at_once = max(account.most_at_once, account.in_hand)
        asyncio.get_running_loop().call_later(account.latency_s(), self._accept, form, asked, send)

    def _accept(self, form: dict[str, list[str]], asked: float, send: Send) -> None:
        account, sid = self._account, f"SM{uuid.uuid4().hex}"
        account.in_hand -= 1
        callback = form.get("StatusCallback", [""])[0]
        send(http1.response(201, as_json(self._told(form, sid))))
        account.accepted.append(Accepted(form["To"][0], asked, time.monotonic(), sid, callback))
        if account.manner.callbacks and callback:
            self._reporter.report_later(self._told(form, sid), callback)

    def _told(self, form: dict[str, list[str]], sid: str) -> dict[str, object]:
        """A message as Twilio tells of it."""
        uri, now = f"{self._account.path}/Messages/{sid}", formatdate()
        return {
            "account_sid": self._account.sid,
            "api_version": "2010-04-01",
            "body": form.get("Body", [""])[0],
            "date_created": now,
            "date_sent": None,
            "date_updated": now,
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": form.get("From", [None])[0],
            "messaging_service_sid": form.get("MessagingServiceSid", [None])[0],
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": None,
            "sid": sid,
            "status": "queued",
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": form["To"][0],
            "uri": f"{uri}.json",
        }

    def _listed(self, query: dict[str, list[str]]) -> bytes:
        """What was taken for one address: asked where a message is in doubt. Nothing came in by this list."""
        wanted = query.get("To", [""])[0]
        mine = [self._told({"To": [a.to]}, a.sid) for a in self._account.accepted if a.to == wanted]
        return http1.response(200, as_json({"messages": mine, "next_page_uri": None, "page": 0}))

    def _other(self, path: str) -> bytes:
        """A file: the API names the host that has it, which here is the same."""
        name = path.rpartition("/")[2]
        if name not in self._account.files:
            return self._refuse(404, 20404, "Not found")
        if path.startswith("/_content/"):
            return http1.response(200, self._account.files[name], "image/jpeg")
        return http1.response(307, b"", Location=f"/_content/{name}")

    # -- steering --------------------------------------------------------------

    def _steered(self, method: str, what: str, query: str, body: bytes) -> bytes:
        if method == "GET":
            return http1.response(200, as_json(self._steering[what](parse_qs(query))))
        if what == "behave":
            self._account.manner = Manner(**json.loads(body))
        elif what == "clear":
            self._account.accepted.clear()
            self._account.refused.clear()
            self._account.most_at_once = 0
            self._reporter.clear()
        else:
            self._account.files[what] = body  # a file comes in under this name
        return http1.response(200, b"{}")

    def _list(self, query: dict[str, list[str]]) -> object:
        since = int(query.get("since", ["0"])[0])
        return [(a.to, a.asked, a.at, a.sid, a.callback) for a in self._account.accepted[since:]]

    def _count(self, _: dict[str, list[str]]) -> object:
        return len(self._account.accepted)

    def _seen(self, _: dict[str, list[str]]) -> object:
        told, took = self._reporter.outcomes, self._reporter.ms
        return asdict(Seen(dict(self._account.refused), self._account.most_at_once, dict(told), took))


class Connection(asyncio.Protocol):
    """One client's connection; its requests come one after the other."""

    def __init__(self, server: Server) -> None:
        self._server, self._reader = server, Reader()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._write = transport.write

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while found := self._reader.next():
            self._server.answer(*found, self._write)


def serve() -> None:
    """Serve as the command line says, until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--account", required=True)
    parser.add_argument("--token", required=True)
    given = parser.parse_args()
    asyncio.run(_serve(Account(given.account, given.token), given.port))


async def _serve(account: Account, port: int) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    server = Server(account, Reporter(account.token))
    listening = await loop.create_server(lambda: Connection(server), "127.0.0.1", port, backlog=512)
    for kind in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(kind, stop.set)
    print(f"ready {listening.sockets[0].getsockname()[1]}", flush=True)
    await stop.wait()
