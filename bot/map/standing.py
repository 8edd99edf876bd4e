"""The open tickets as one process last knew them: read once, then only what changed since.

Reading 60,000 open tickets out of a million takes half a second; a map asks at every move of a hand. Nothing
relies on this memory: what a page tells of a single ticket is read from the database when it is asked for.
"""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy.orm import Session

from bot.map.pins import NEVER, NOWHERE, Pin
from bot.status import OPEN, Status
from storage.queries import pins as queries
from storage.queries.pins import PinRow

# A change is written with the moment at which its transaction began, and seen when that has ended.
SLOWEST_CHANGE = timedelta(minutes=2)
ANEW_AFTER, ANEW_FROM = timedelta(minutes=10), 2_000


class OpenPins:
    """What one process keeps; safe to share between threads, for nothing in it is ever changed in place."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pins: Mapping[int, Pin] = {}
        self._read_at: datetime | None = None
        self._current_at: datetime | None = None

    def at(self, session: Session, now: datetime) -> Mapping[int, Pin]:
        """The open tickets as they stand ``now``, by id."""
        with self._lock:
            changed = self._changed(session, now)
            if changed is None:
                self._pins, self._read_at = _read_all(session), now
            elif changed:
                self._pins = _renewed(session, self._pins, changed)
            self._current_at = now
            return self._pins

    def _changed(self, session: Session, now: datetime) -> frozenset[int] | None:
        """Whose tickets must be read again; None where all must."""
        if self._read_at is None or self._current_at is None:
            return None
        if not self._current_at <= now <= self._read_at + ANEW_AFTER:
            return None
        changed = queries.changed_since(session, self._current_at - SLOWEST_CHANGE, ANEW_FROM)
        return frozenset(changed) if len(changed) < ANEW_FROM else None


def _read_all(session: Session) -> dict[int, Pin]:
    return {row.id: _pin(row) for row in queries.open_pins(session, OPEN)}


def _renewed(session: Session, before: Mapping[int, Pin], changed: frozenset[int]) -> dict[int, Pin]:
    kept = {ticket_id: pin for ticket_id, pin in before.items() if ticket_id not in changed}
    return kept | {row.id: _pin(row) for row in queries.pins_of(session, changed, OPEN)}


def _pin(row: PinRow) -> Pin:
    late_from = NEVER if row.status == Status.CLAIMED_DONE else row.solve_by.timestamp()
    latitude, longitude = row.latitude, row.longitude
    if latitude is None or longitude is None or not (math.isfinite(latitude) and math.isfinite(longitude)):
        latitude = longitude = NOWHERE
    return Pin(row.id, latitude, longitude, row.area or "", row.service, row.agency, row.urgent, late_from,
               row.created_at.timestamp())  # fmt: skip
