"""The period that a page about emergencies shows, up to this moment, and what it is compared with."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.figures.emergency_times import Times
from bot.figures.period import Kind, Period
from handlers.console.figures.view import View, looked_at
from handlers.console.figures.window import Window
from handlers.phrases import Phrases
from storage.queries import emergencies as queries

# So many emergencies of a period are read; of more than that the newest.
MOST = 1_000


@dataclass(frozen=True)
class Found:
    """The emergencies of the view's period, and those of the same stretch before, where it was counted."""

    view: View
    times: Times
    before: Times | None
    total: int


def found_in(session: Session, say: Phrases) -> Found:
    """What the present address asks for."""
    view = looked_at(session, say) or _nothing_counted(say)
    period, zone = view.period, say.city.zone
    start, end = period.bounds(zone)
    times, total = _times(session, start, end)
    before = None
    if period.before.first >= view.window.since:
        first, last = period.before.bounds(zone)
        before, _ = _times(session, first, min(last, first + (min(end, say.now) - start)))
    return Found(view, times, before, total)


def _times(session: Session, start: datetime, end: datetime) -> tuple[Times, int]:
    rows = queries.emergencies(session, start, end, MOST)
    return Times.of(rows), len(rows) if len(rows) < MOST else queries.how_many(session, start, end)


def _nothing_counted(say: Phrases) -> View:
    """Emergencies are not counted beforehand: the first day of a city has its own."""
    today = say.local_date(say.now)
    return View(Window(Period.around(Kind.WEEK, today), today, today), say.now)
