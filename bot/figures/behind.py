"""Every figure leads to its tickets: which they are, by the very definition that it was counted by.

The roll-ups tell how many there are and on which days; only the days that are looked at are looked into. So a page
of a list of a year is as quick as one of a day.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot.errors import NotFoundError
from bot.figures.period import start_of
from bot.rulebook import Rulebook
from storage.queries.figures import behind, rollups
from storage.queries.figures.behind import ABOUT_MESSAGES, SOURCES, TICKETS_OF, Behind, Found
from storage.queries.figures.reading import DIMENSIONS, STOCK

__all__ = ["FIGURES", "LOOKED_THROUGH", "Behind", "tickets_behind"]

# What can be asked for: all counters, and the measures of ``bot.figures.spans``.
FIGURES = tuple(SOURCES)
# So many of the newest messages are looked through for the tickets that they are about.
LOOKED_THROUGH = 2_000
A_DAY = timedelta(days=1)


class Wanted(NamedTuple):
    """A figure of one key over whole days, both included, as far as was counted."""

    rulebook: Rulebook
    figure: str
    of: tuple[str, str]
    days: tuple[date, date]
    until: datetime

    def bounds(self, day: date) -> tuple[datetime, datetime]:
        """When a day begins, and when it is over or was counted last."""
        zone = self.rulebook.city.zone
        return start_of(day, zone), min(start_of(day + A_DAY, zone), self.until)


def tickets_behind(
    session: Session,
    rulebook: Rulebook,
    figure: str,
    start: datetime,
    end: datetime,
    dimension: str,
    key: str,
    *,
    limit: int,
    offset: int,
    sealed: bool = True,
) -> Behind:
    """The tickets that ``figure`` counts of one key from ``start`` until before ``end``, newest first.

    Both are beginnings of local days. Nothing that came after the last counting is among them, so that the list is
    as long as the figure. What stood is looked at as it stood at ``end`` or, of a period that still lasts, at the
    last counting. Without ``sealed`` those that are so are left out, and only counted.

    NotFoundError for what is no figure or no dimension.
    """
    if figure not in SOURCES or dimension not in DIMENSIONS:
        raise NotFoundError("Angka itu tidak ada.")
    counted_at, zone = rollups.last_counted(session), rulebook.city.zone
    if counted_at is None or start >= end:
        return Behind([], 0)
    days = start.astimezone(zone).date(), (end - A_DAY / 2).astimezone(zone).date()
    wanted = Wanted(rulebook, TICKETS_OF.get(figure, figure), (dimension, key), days, counted_at)
    found, total = _found(session, wanted, limit, offset)
    ids = [one.ticket_id for one in found if sealed or not one.sealed]
    return Behind(ids, total, len(found) - len(ids))


def _found(session: Session, wanted: Wanted, limit: int, offset: int) -> tuple[list[Found], int]:
    if wanted.figure in STOCK:
        return _standing(session, wanted, limit, offset)
    days = behind.by_day(session, wanted.figure, wanted.days, wanted.of)
    if wanted.figure in ABOUT_MESSAGES:
        found = _each_once(session, wanted, days)
        return found[offset : offset + limit], len(found)
    return list(_of_days(session, wanted, days, limit, offset)), sum(count for _, count in days)


def _standing(session: Session, wanted: Wanted, limit: int, offset: int) -> tuple[list[Found], int]:
    """What stood on the last day that was counted."""
    last = behind.last_day(session, wanted.days)
    if last is None:
        return [], 0
    counted = behind.by_day(session, wanted.figure, (last, last), wanted.of)
    bounds = wanted.bounds(last)
    return behind.tickets(session, wanted.figure, bounds, wanted.of, limit, offset), sum(n for _, n in counted)


def _of_days(
    session: Session, wanted: Wanted, days: list[tuple[date, int]], limit: int, offset: int
) -> Iterator[Found]:
    """A page of all days together, from those days alone that it is of."""
    for day, count in days:
        if offset >= count:
            offset -= count
            continue
        taken = min(limit, count - offset)
        yield from behind.tickets(session, wanted.figure, wanted.bounds(day), wanted.of, taken, offset)
        limit, offset = limit - taken, 0
        if not limit:
            return


def _each_once(session: Session, wanted: Wanted, days: list[tuple[date, int]]) -> list[Found]:
    """The tickets that the newest messages are about."""
    found, seen = dict[Found, None](), 0
    for day, count in days:
        for ticket in behind.tickets(session, wanted.figure, wanted.bounds(day), wanted.of, LOOKED_THROUGH - seen):
            found.setdefault(ticket)
        seen += count
        if seen >= LOOKED_THROUGH:
            break
    return list(found)
