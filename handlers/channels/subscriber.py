"""Events to systems that subscribed to them: signed JSON, posted through the guard, again until it is taken.

What stands on the wire is in ``docs/webhooks-out.md``. Whatever the receiver answers but 2xx is tried again, for
three days: its people may mend it meanwhile. Only 410 ends it at once.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpcore

from bot.delivery import failures
from bot.errors import RefusedError
from bot.messages import Outgoing, SendError, Sent
from bot.subscribers.managing import ADDRESSES
from bot.subscribers.targets import Target, Targets
from handlers.channels import standard_webhooks
from handlers.channels.outbound_guard import Poster, RefusedAddressError, Rules

GONE = 410
USER_AGENT = "suarakota-webhooks/1"
# A receiver that has just failed is left alone for a moment, however much waits for it.
PAUSE_S = 5.0


@dataclass
class SubscriberChannel:
    """Posts for one process. ``pauses``: until when each receiver is left alone, in this process's seconds."""

    targets: Targets
    poster: Poster = field(default_factory=Poster)
    seconds: Callable[[], float] = time.monotonic
    pause_s: float = PAUSE_S
    pauses: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, message: Outgoing) -> Sent:
        """Post the event; SendError tells whether trying again helps."""
        target, sender = self.targets.of(message.sender), message.sender or ""
        if target is None or not message.text:
            raise SendError(failures.FINAL, "ended")
        if not target.is_open:
            raise SendError(failures.LATER, "suspended")
        if self._is_resting(sender):
            raise SendError(failures.LATER, "failing")
        error = self._post(target, message)
        if error is None:
            self.targets.succeeded(sender)
            return Sent(message.message_id, delivered=True)
        self._rest(sender)
        self.targets.failed(sender, error, is_gone=error == f"http_{GONE}")
        raise SendError(failures.LATER, error)

    def find_sent(self, message: Outgoing, known: frozenset[str]) -> str | None:
        """Nobody can be asked; it is posted again instead, with the same id."""
        return None

    def _post(self, target: Target, message: Outgoing) -> str | None:
        """What went wrong, in a word; None where the receiver took it."""
        body = message.text.encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            **standard_webhooks.signed_headers(target.secrets, message.message_id, time.time(), body),
        }
        try:
            status = self.poster.post(target.url, headers, body)
        except RefusedAddressError as error:
            return f"refused_{error.code}"
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            return type(error).__name__
        return None if 200 <= status < 300 else f"http_{status}"

    def _is_resting(self, sender: str) -> bool:
        with self._lock:
            return self.pauses.get(sender, 0.0) > self.seconds()

    def _rest(self, sender: str) -> None:
        with self._lock:
            self.pauses[sender] = self.seconds() + self.pause_s


def checks_address(*, loopback: bool) -> Callable[[str], None]:
    """What a subscription's address is looked at with when it is typed in: RefusedError says what is wrong.

    Only its shape: what its name stands for is looked at at every post, and may change.
    """

    def check(url: str) -> None:
        try:
            Rules(loopback).check(url)
        except RefusedAddressError as error:
            raise RefusedError(ADDRESSES[error.code]) from None

    return check
