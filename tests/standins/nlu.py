"""A stand-in for the NLU server: starts in no time, and does what its "model" file says.

The file's words: ``mute`` (never ready), ``dies`` (ends at once), ``slow`` (a message takes a second). Ending, it
lets requests that are under way finish, as the real one does.
"""

import argparse
import json
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

LABEL = {"name": "salam", "confidence": 0.9}
RESULT = {
    "intent": LABEL,
    "intent_ranking": [LABEL],
    "service": None,
    "service_ranking": [],
    "faq": None,
    "faq_ranking": [],
    "also": [],
    "place": None,
}
SLOW_S = 1.0


class Server(ThreadingHTTPServer):
    """Knows its model."""

    daemon_threads = False

    def __init__(self, port: int, model: Path) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.model, self.manner = model.name, model.read_text()


class Handler(BaseHTTPRequestHandler):
    """The batch channel's two addresses."""

    def do_GET(self) -> None:
        self._send({"ready": self._server.manner != "mute", "model": self._server.model})

    def do_POST(self) -> None:
        texts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["texts"]
        if self._server.manner == "slow":
            time.sleep(SLOW_S)
        self._send({"model": self._server.model, "results": [RESULT for _ in texts]})

    def log_message(self, *_: Any) -> None:
        """Silent."""

    @property
    def _server(self) -> Server:
        return cast(Server, self.server)

    def _send(self, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    parser.add_argument("--model", type=Path)
    options = parser.parse_args()
    server = Server(options.port, options.model)
    if server.manner == "dies":
        return 1
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(0.05)
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
