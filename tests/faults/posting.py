"""Twilio's side of the webhooks: signed posts, when each was first made, and how each was answered."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from tests.journeys.town import Town
from tests.standins.citizen import MESSAGES, Line

GIVES_UP_AFTER_S = 15  # Twilio waits that long for an answer
PAUSE_S = 0.5
NO_ANSWER = 0


@dataclass
class Webhooks:
    """Posts messages to a town; threads may share it.

    ``first``: when a message was first posted (Unix time), by its MessageSid; ``answers``: how often each status
    code came, ``NO_ANSWER`` for a broken connection or a time-out; ``took``: seconds until each answer; ``again``:
    posts of a message that had not been acknowledged; ``acknowledged``: MessageSids answered with 200.
    """

    line: Line
    client: httpx.Client
    first: dict[str, float] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    again: int = 0
    acknowledged: set[str] = field(default_factory=set)
    _open: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def in_flight(self) -> int:
        """How many posts have no answer yet."""
        return self._open

    def begins(self, sid: str) -> float:
        """A message is posted now (Unix time); whoever says so says how it :meth:`ends`."""
        began = time.time()
        with self._lock:
            self.again += sid in self.first and sid not in self.acknowledged
            self.first.setdefault(sid, began)
            self._open += 1
        return began

    def ends(self, sid: str, began: float, code: int) -> None:
        """The post of ``began`` was answered with ``code``, or got ``NO_ANSWER``."""
        with self._lock:
            self._open -= 1
            self.answers[code] += 1
            self.took.append(time.time() - began)
            if code == httpx.codes.OK:
                self.acknowledged.add(sid)

    def post(self, form: Mapping[str, str]) -> int:
        """Once; the status code, or ``NO_ANSWER``."""
        began = self.begins(form["MessageSid"])
        try:
            code = self.line.post(form, MESSAGES, self.client).status_code
        except httpx.HTTPError:
            code = NO_ANSWER
        self.ends(form["MessageSid"], began, code)
        return code

    def insist(self, form: Mapping[str, str], for_s: float = 120, pause_s: float = PAUSE_S) -> None:
        """Again and again until it is acknowledged, as retries and a fallback address do; AssertionError when that
        takes longer than ``for_s``."""
        until = time.monotonic() + for_s
        while self.post(form) != httpx.codes.OK:
            assert time.monotonic() < until, f"{form['MessageSid']} was not acknowledged within {for_s} s."
            time.sleep(pause_s)


@contextmanager
def webhooks_of(place: Town) -> Iterator[Webhooks]:
    """Each post has a connection of its own: a kept one may have died with the process at its other end."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    with httpx.Client(trust_env=False, verify=False, timeout=GIVES_UP_AFTER_S, limits=limits) as client:
        yield Webhooks(place.citizen().line, client)
