"""The simulator's clock: from one due time to the next, so that all happens in its order and at its hour.

The page asks again and again until it is where it wants to go. Each time the clock moves only if the workers
have done what is due, and no further than to what falls due next: what waits for the morning is sent in the
morning, and what follows from it later.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.clock import Clock, SimulatedClock
from handlers.simulator.people import UnusableError
from storage.queries import simulated_time

FURTHEST_MOVE = timedelta(days=31)
FURTHEST_AHEAD = timedelta(days=366)
FIXED = "Jam di sini tidak dapat digerakkan."
UNCLEAR = "Sebutkan waktu yang dituju."
TOO_FAR = "Paling jauh 31 hari sekali jalan, dan setahun seluruhnya."


def clock_of(clock: Clock) -> SimulatedClock:
    """The clock as one that can be moved; UnusableError where citizens are written to for real."""
    if not isinstance(clock, SimulatedClock):
        raise UnusableError(FIXED)
    return clock


def move(session: Session, clock: SimulatedClock, fields: Mapping[str, Any]) -> dict[str, Any]:
    """One step of the way that the page asks for."""
    ahead = simulated_time.locked_ahead(session)
    now = clock.system() + ahead
    if fields.get("back"):
        _go_back(session, now, ahead)
        return {"arrived": True, "waiting": False}
    until = _target(fields, now, ahead)
    waiting = simulated_time.is_busy(session, now)
    if not waiting and until > now:
        now = _step(session, now, until)
    return {"arrived": not waiting and now >= until, "waiting": waiting}


def _go_back(session: Session, now: datetime, ahead: timedelta) -> None:
    simulated_time.advance(session, -ahead)
    simulated_time.let_go(session, now - ahead)


def _step(session: Session, now: datetime, until: datetime) -> datetime:
    """To what falls due next, or where the page wants to go."""
    due = simulated_time.next_due(session, now)
    by = min(due or until, until) - now
    whole = timedelta(seconds=-(-by // timedelta(seconds=1)))
    simulated_time.advance(session, whole)
    return now + whole


def _target(fields: Mapping[str, Any], now: datetime, ahead: timedelta) -> datetime:
    try:
        until = datetime.fromisoformat(str(fields.get("until")))
    except ValueError:
        raise UnusableError(UNCLEAR) from None
    if until.tzinfo is None:
        raise UnusableError(UNCLEAR)
    if until - now > FURTHEST_MOVE or ahead + (until - now) > FURTHEST_AHEAD:
        raise UnusableError(TOO_FAR)
    return until
