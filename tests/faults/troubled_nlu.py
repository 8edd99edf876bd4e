"""A language model's server that goes wrong in every way a server can, as a test tells it to, and recovers.

with troubled_nlu() as nlu:      # NLU_URL=nlu.url
    nlu.manner = "hangs"         # one of MANNERS
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from tests.standins.nlu_table import MODEL, result_for

WELL = "well"
SLOW_S = 5.0
HUGE = 10 * 1024 * 1024
LONGEST_S = 60.0


class Server(ThreadingHTTPServer):
    """``manner`` may be changed at any time; ``asked``: how often, by the manner of that moment."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.manner, self.asked, self.over = WELL, Counter[str](), threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: Any) -> None:
        """Whoever asked has gone; that is what some manners are about."""


class Handler(BaseHTTPRequestHandler):
    """The batch channel's two addresses."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Whether it is ready; a server that hangs does not even say that."""
        if self.trouble.manner == "hangs":
            self.trouble.over.wait(LONGEST_S)
        self.answer(json.dumps({"ready": True, "model": MODEL}).encode())

    def do_POST(self) -> None:
        texts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["texts"]
        manner = self.trouble.manner
        self.trouble.asked[manner] += 1
        MANNERS[manner](self, texts)

    @property
    def trouble(self) -> Server:
        return cast(Server, self.server)

    def answer(self, content: bytes, status: int = 200, *, claims: int = 0) -> None:
        """``claims``: how long it says that the content is."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(claims or len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Silent."""


def _results(texts: Sequence[str], **changes: object) -> bytes:
    return json.dumps({"model": MODEL, "results": [result_for(text) | changes for text in texts]}).encode()


def _well(at: Handler, texts: Sequence[str]) -> None:
    at.answer(_results(texts))


def _slow(at: Handler, texts: Sequence[str]) -> None:
    at.trouble.over.wait(SLOW_S)
    _well(at, texts)


def _hangs(at: Handler, texts: Sequence[str]) -> None:
    at.trouble.over.wait(LONGEST_S)
    at.close_connection = True


def _fails(at: Handler, texts: Sequence[str]) -> None:
    at.answer(b'{"error": "the model is not loaded"}', 500)


def _talks_nonsense(at: Handler, texts: Sequence[str]) -> None:
    at.answer(b"<html>\xff\xfe Bad gateway")


def _other_schema(at: Handler, texts: Sequence[str]) -> None:
    at.answer(json.dumps({"model": 7, "results": [{"intent": [], "entities": "none"} for _ in texts]}).encode())


def _unknown_names(at: Handler, texts: Sequence[str]) -> None:
    """As after a model of another city was put live: everything in its place, and labels that nobody knows."""
    strange = {"name": "zz_of_another_city", "confidence": 0.99}
    at.answer(_results(texts, intent=strange, intent_ranking=[strange], service=strange, service_ranking=[strange],
                       faq=strange, faq_ranking=[strange], also=["zz_of_another_city"]))  # fmt: skip


def _too_few(at: Handler, texts: Sequence[str]) -> None:
    at.answer(_results(texts[1:]))


def _half(at: Handler, texts: Sequence[str]) -> None:
    content = _results(texts)
    at.answer(content[: len(content) // 2], claims=len(content))
    with suppress(OSError):
        at.connection.close()
    at.close_connection = True


def _huge(at: Handler, texts: Sequence[str]) -> None:
    at.answer(b'{"model": "' + b"x" * HUGE + b'", "results": []}')


MANNERS: Mapping[str, Callable[[Handler, Sequence[str]], None]] = {
    WELL: _well,
    "slow": _slow,
    "hangs": _hangs,
    "fails": _fails,
    "talks nonsense": _talks_nonsense,
    "answers in another schema": _other_schema,
    "names what nobody knows": _unknown_names,
    "answers for too few": _too_few,
    "answers by half": _half,
    "answers with 10 MB": _huge,
}


@contextmanager
def troubled_nlu() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
