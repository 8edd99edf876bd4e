"""One way out of this process: how many messages it has in hand, and how fast it may take on more.

One process at a time sends through a sender number (a lease in the database), so the rate is kept in its memory.
Whoever takes a line over begins with an empty bucket: what the one before has just sent is never added to.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.city.rates import Rate
from bot.delivery.pacing import Bucket
from bot.words import BULK_LANE
from storage.models import OutboundMessage
from storage.queries import sending

# Conversations that a line has in hand at once; the last few are for emergencies, whatever the others wait for.
SLOTS, FOR_EMERGENCIES = 32, 4  # a provider takes 0.17 s on average: 160 messages a second
ROOM_WITHIN_S = 0.2
LONGEST_PAUSE_S = 0.5
LINE_LEASE = timedelta(seconds=10)
# Every so many rounds whoever has waited longest is next, so that a busy day does not keep a notice back for ever.
BY_AGE_EVERY = 10


class Line:
    """The sending of one channel in this process. ``rate`` None: there is no limit, and no lease is needed."""

    def __init__(
        self, channel: str, rate: Rate | None = None, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self.channel, self.rate, self._seconds = channel, rate, seconds
        self.bucket = Bucket(rate.per_second, rate.burst) if rate else None
        self._seen = 0
        self._rounds = 0
        self._in_hand = 0
        self._changed = threading.Condition()

    # -- what is in hand -------------------------------------------------------

    def room(self, *, urgent: bool = False) -> int:
        """How many conversations more may be taken in hand; waits a moment for one, not with an emergency."""
        most = SLOTS - FOR_EMERGENCIES
        with self._changed:
            if not urgent:
                self._changed.wait_for(lambda: self._in_hand < most, ROOM_WITHIN_S)
            return max(0, most - self._in_hand)

    def room_for_emergencies(self) -> int:
        with self._changed:
            return max(0, SLOTS - self._in_hand)

    def taken(self) -> None:
        with self._changed:
            self._in_hand += 1

    def done(self) -> None:
        with self._changed:
            self._in_hand -= 1
            self._changed.notify()

    # -- how fast --------------------------------------------------------------

    def is_ready(self, *, urgent: bool = False) -> bool:
        """Whether something may be sent now; waits a moment until it may, not with an emergency."""
        if self.bucket is None:
            return True
        self.bucket.fill(self._seconds())
        if self.bucket.level < 1 and not urgent:
            time.sleep(min(self.bucket.seconds_until(max(1.0, self.bucket.burst / 2)), LONGEST_PAUSE_S))
            self.bucket.fill(self._seconds())
        return self.bucket.level >= 1

    def is_ours(self, session: Session, owner: str, now: datetime) -> bool:
        """Whether this process sends on this line until the end of the transaction."""
        if self.bucket is None:
            return True
        held = sending.hold_line(session, self.channel, owner, now, LINE_LEASE)
        if held and held.is_new:
            self._seen = sending.last_inbound(session)
            if held.idle is not None:  # it may have sent until then
                self.bucket.empty(self._seconds() - held.idle.total_seconds())
                self.bucket.fill(self._seconds())
        return held is not None

    def allowance(self, session: Session, room: int, *, urgent: bool) -> int:
        """How many messages may be claimed now; emergencies go into debt."""
        if self.bucket is None or self.rate is None:
            return room
        if self.rate.with_inbound:
            self._seen, came = sending.came_in(session, self.channel, self._seen)
            self.bucket.take_past(came)
        return room if urgent else min(room, max(0, int(self.bucket.level)))

    def claim(
        self,
        session: Session,
        owner: str,
        now: datetime,
        lasting: timedelta,
        limit: int,
        last_lane: int = BULK_LANE,
    ) -> list[OutboundMessage]:
        """Take up to ``limit`` messages in hand, of no lane behind ``last_lane``."""
        self._rounds += 1
        by_age = last_lane == BULK_LANE and self._rounds % BY_AGE_EVERY == 0
        return sending.claim(session, self.channel, owner, now, lasting, limit, last_lane, by_age=by_age)

    def spend(self, units: float) -> None:
        if self.bucket is not None:
            self.bucket.take(units)
