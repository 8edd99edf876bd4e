"""Whether there is more to do than gets done, and what waits because of it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.words import EMERGENCY_LANE, UNASKED_LANE
from storage.queries.watching import Waiting

# The worker looks twenty times a second: what is due for so long has others in front of it.
BUSY, OVERLOADED = timedelta(seconds=10), timedelta(seconds=60)
LATE_EMERGENCY = timedelta(seconds=15)
MANY = 2_000
# What nobody asked for is not begun on a line whose oldest reply has been due for so long.
REPLIES_FIRST = timedelta(seconds=30)
# What nobody asked for, due for so long: held back, behind replies or by the sender's rate.
HELD_BACK = timedelta(seconds=60)


class State(StrEnum):
    """How hard the system works."""

    NORMAL = "normal"
    BUSY = "busy"
    OVERLOADED = "overloaded"


@dataclass(frozen=True)
class Load:
    """What is due and not done. Ages in seconds, None where nothing waits.

    ``waiting``: conversations that are due and messages nobody has looked at; ``oldest_s``: the longest.
    ``emergency_s``: the oldest message with the signs of an emergency. ``replies``, ``low``: messages of ours that
    are due, by whether somebody waits for them.
    """

    waiting: int
    oldest_s: float | None
    emergency_s: float | None
    replies: int
    reply_s: float | None
    low: int
    low_s: float | None

    @property
    def answers_late(self) -> bool:
        """Whether people wait for an answer that nobody has thought of yet: all else has to wait for that."""
        return self.waiting >= MANY or _over(self.oldest_s, OVERLOADED) or _over(self.emergency_s, LATE_EMERGENCY)

    @property
    def state(self) -> State:
        if self.answers_late or _over(self.reply_s, OVERLOADED):
            return State.OVERLOADED
        busy = _over(self.oldest_s, BUSY) or _over(self.reply_s, BUSY)
        return State.BUSY if busy or self.low_waits else State.NORMAL

    @property
    def low_waits(self) -> bool:
        """Whether what nobody asked for is held back."""
        return _over(self.low_s, HELD_BACK)


def load_of(inbound: Iterable[Waiting], queues: Iterable[Waiting], now: datetime) -> Load:
    """How things stand at ``now``, from what the database says of its queues."""
    by_what: dict[str, list[Waiting]] = {}
    for line in (*inbound, *queues):
        by_what.setdefault(line.what, []).append(line)
    due, unplaced = by_what.get("conversations", []), by_what.get("unplaced", [])
    out = [line for line in by_what.get("outbound", []) if line.other is not None]
    replies, low = ([one for one in out if _is_low(one) is is_low] for is_low in (False, True))
    came = by_what.get("inbound", [])
    return Load(
        waiting=_count(due) + _count(unplaced),
        oldest_s=_oldest(due + (came if _count(unplaced) else []), now),
        emergency_s=_oldest([line for line in came if line.one == str(EMERGENCY_LANE)], now),
        replies=_count(replies),
        reply_s=_oldest(replies, now),
        low=_count(low),
        low_s=_oldest(low, now),
    )


def facts(load: Load) -> Mapping[str, object]:
    """As ``/healthz`` shows it."""
    return {
        "state": load.state.value,
        "oldest_s": load.oldest_s,
        "waiting": load.waiting,
        "emergency_oldest_s": load.emergency_s,
        "replies_waiting": load.replies,
        "reply_oldest_s": load.reply_s,
        "low_value_waiting": load.low,
        "low_value_oldest_s": load.low_s,
        "low_value_sends_wait": load.low_waits,
    }


def age(at: datetime | None, now: datetime) -> float | None:
    """Seconds since ``at``, never less than nought."""
    return None if at is None else max(0.0, round((now - at).total_seconds(), 1))


def _is_low(line: Waiting) -> bool:
    return int(line.other or 0) >= UNASKED_LANE


def _count(lines: Iterable[Waiting]) -> int:
    return sum(line.many for line in lines)


def _oldest(lines: Iterable[Waiting], now: datetime) -> float | None:
    return age(min((line.oldest for line in lines if line.oldest and line.many), default=None), now)


def _over(seconds: float | None, limit: timedelta) -> bool:
    return seconds is not None and seconds > limit.total_seconds()
