"""Twilio for a measurement: takes messages as slowly as Twilio does, at next to no cost of processor time.

``python -m benchmarks.load.standin --account AC... --token ...`` prints ``ready PORT`` and serves on loopback
until SIGTERM. Credentials and forms are checked as Twilio checks them. Half of the messages are taken within the
median latency, the others later, log-normally distributed. ``StandIn`` is how a measurement looks into it.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import httpx

from tests.support.processes import running
from tests.support.settings import ACCOUNT, TOKEN

MEDIAN_MS, SIGMA = 150.0, 0.5
# When a message is told to have left and to have arrived, in seconds after it was taken (median).
REPORTED = {"sent": 0.4, "delivered": 1.2}


@dataclass(frozen=True)
class Manner:
    """How the stand-in behaves: latency of taking a message, and whether it tells what becomes of it."""

    callbacks: bool = False
    median_ms: float = MEDIAN_MS
    sigma: float = SIGMA


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that Twilio took: to whom, when it was asked to and when it said yes (monotonic clock), its id,
    and where it tells what becomes of it."""

    to: str
    asked: float
    at: float
    sid: str
    callback: str


@dataclass(frozen=True)
class Seen:
    """What else the stand-in saw: requests that it turned down, by what was wrong; how many it had in hand at
    once; reports of its own by the status that they were answered with, and how long these answers took."""

    refused: dict[str, int]
    most_at_once: int
    callbacks: dict[str, int]
    callback_ms: list[float]


class StandIn:
    """One running stand-in, as a measurement looks into it and steers it."""

    def __init__(self, url: str, pid: int) -> None:
        self.url, self.pid = url, pid
        self._http = httpx.Client(base_url=f"{url}/_standin", trust_env=False, verify=False, timeout=60)

    def behave(self, manner: Manner) -> None:
        self._http.post("/behave", json=asdict(manner)).raise_for_status()

    def accepted(self, since: int = 0) -> list[Accepted]:
        """The messages taken so far, in order, without the first ``since``."""
        return [Accepted(*row) for row in self._get(f"/accepted?since={since}")]

    def count(self) -> int:
        """How many messages were taken so far."""
        return int(self._get("/count"))

    def seen(self) -> Seen:
        return Seen(**self._get("/seen"))

    def put(self, name: str, content: bytes) -> None:
        """A file that the API has under this name."""
        self._http.post(f"/{name}", content=content).raise_for_status()

    def clear(self) -> None:
        """As if nothing had ever been sent."""
        self._http.post("/clear").raise_for_status()

    def close(self) -> None:
        self._http.close()

    def _get(self, what: str) -> Any:
        return self._http.get(what).raise_for_status().json()


@contextmanager
def standin_running(account: str = ACCOUNT, token: str = TOKEN) -> Iterator[StandIn]:
    """A stand-in of one's own, as a process."""
    with running("benchmarks.load.standin", "--account", account, "--token", token) as started:
        stand_in = StandIn(started.url, started.process.pid)
        try:
            yield stand_in
        finally:
            stand_in.close()


def main() -> None:
    """Serve until SIGTERM."""
    from benchmarks.load.standin_server import serve  # its process alone needs what is in there

    serve()
    os._exit(0)  # nothing to keep


def as_json(data: object) -> bytes:
    return json.dumps(data, separators=(",", ":")).encode()


if __name__ == "__main__":
    main()
