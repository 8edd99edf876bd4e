"""Whether a server that was just started really understands: asked again and again in a thread of its own."""

import json
import threading
import time
import urllib.error
import urllib.request
from typing import Any

ASK_EVERY_S = 0.3
PATIENCE_S = 10
PROBE = "jalan berlubang di depan pasar"


class Trial:
    """Asks the server at ``url`` until it is ready with ``model`` and has parsed a message.

    ``passed`` is None as long as that is open, and False when it did not happen in time.
    """

    def __init__(self, url: str, model: str, within_s: float) -> None:
        self.passed: bool | None = None
        self._url, self._model = url, model
        self._until = time.monotonic() + within_s
        threading.Thread(target=self._run, name="trial", daemon=True).start()

    def _run(self) -> None:
        while time.monotonic() < self._until:
            if self._understands():
                self.passed = True
                return
            time.sleep(ASK_EVERY_S)
        self.passed = False

    def _understands(self) -> bool:
        try:
            ready = self._ask("ready")
            answer = self._ask("parse", {"texts": [PROBE]}) if ready["ready"] else {}
            return bool(answer["model"] == self._model and answer["results"][0]["intent"]["name"])
        except (OSError, urllib.error.URLError, ValueError, KeyError, IndexError, TypeError):
            return False

    def _ask(self, what: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(  # noqa: S310
            f"{self._url}/webhooks/batch/{what}", data, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:  # noqa: S310
            answer: dict[str, Any] = json.load(response)
            return answer
