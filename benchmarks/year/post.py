"""The providers' stand-in: takes every message, and tells later what became of it."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.clock import Clock
from bot.messages import EMAIL, Outgoing, SendError, Sent


@dataclass(frozen=True)
class Handed:
    """A message as it was handed to the provider, when, and what becomes of it."""

    message: Outgoing
    at: datetime
    fate: str


class InLine(ThreadPoolExecutor):
    """Sends one after the other in this very thread, so that a run can be repeated exactly."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class Post:
    """Every channel in one. ``fate`` says of an address: ``at once``, ``later`` or ``never``."""

    def __init__(self, clock: Clock, fate: Callable[[str], str]) -> None:
        self._clock, self._fate = clock, fate
        self.handed: list[Handed] = []
        self.late: list[Handed] = []

    def send(self, message: Outgoing) -> Sent:
        if message.channel == EMAIL:
            return Sent(f"mail-{message.id}", delivered=True)
        fate = self._fate(message.recipient)
        letter = Handed(message, self._clock.now(), fate)
        self.handed.append(letter)
        if fate == "never":
            raise SendError("final", "63024")
        if fate == "later":
            self.late.append(letter)
        return Sent(f"local-{message.id}", delivered=fate == "at once")

    def find_sent(self, message: Outgoing, known: frozenset[str]) -> str | None:
        return f"local-{message.id}"

    def collect(self) -> tuple[list[Handed], list[Handed]]:
        """What was handed in since the last time, and what of it arrives later."""
        handed, late, self.handed, self.late = self.handed, self.late, [], []
        return handed, late
