"""From webhook to reply: what was posted, put together with what the stand-in took."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.load.generator import Run
from benchmarks.load.standin import Accepted, StandIn

LOOK_EVERY_S = 0.25


@dataclass(frozen=True)
class Replies:
    """For every message that was posted, in their order: when it was to be posted, and when the first reply to its
    sender was taken; None where there is none."""

    planned: tuple[float, ...]
    at: tuple[float | None, ...]
    took: int

    @property
    def missing(self) -> int:
        return self.at.count(None)

    @property
    def ms(self) -> list[float]:
        """From the planned moment of the webhook to the reply, of those that were answered."""
        return [1000 * (at - planned) for planned, at in zip(self.planned, self.at, strict=True) if at is not None]

    @property
    def last(self) -> float:
        """When the last one was taken."""
        return max(at for at in self.at if at is not None)

    @property
    def rate(self) -> float:
        """Messages a second, from the first webhook to the last reply."""
        return (len(self.at) - self.missing) / (self.last - min(self.planned))


def replies(run: Run, forms: Sequence[Mapping[str, str]], accepted: Sequence[Accepted]) -> Replies:
    """Who wrote in ``forms`` wrote once, so the first message to an address is the reply."""
    first: dict[str, float] = {}
    for message in accepted:
        first.setdefault(message.to, message.at)
    planned = tuple(answer.planned for answer in run.answers)
    return Replies(planned, tuple(first.get(form["From"]) for form in forms), len(accepted))


def wait_for_replies(stand_in: StandIn, count: int, quiet_s: float = 10.0, longest_s: float = 900.0) -> int:
    """Wait until ``count`` messages were taken, or nothing more has come for a while; how many there are."""
    seen, since, began = -1, time.monotonic(), time.monotonic()
    while time.monotonic() - began < longest_s:
        now = stand_in.count()
        if now >= count or (now == seen and time.monotonic() - since > quiet_s):
            return now
        if now != seen:
            seen, since = now, time.monotonic()
        time.sleep(LOOK_EVERY_S)
    return seen
