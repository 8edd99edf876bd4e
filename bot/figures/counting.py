"""Counts what the leadership looks at, day by day, while nothing waits for it.

Today is counted every ten minutes, and each night the last weeks again, for what is decided later about a
message or a ticket belongs to its day. A day is read first and then written at once, so that nothing long
holds up anybody; counted twice it is the same.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from bot.errors import GoneError
from bot.figures import tally
from bot.figures.period import Kind, Period, start_of
from bot.rulebook import Rulebook
from storage.database import Database
from storage.queries.figures import rollups
from storage.queries.retention import FIGURES, read_until

EVERY = timedelta(minutes=10)
AGAIN = 35  # days that are counted again each night
AT_ONCE = 10  # days in one tick
ONE_DAY = timedelta(days=1)


def run_due(database: Database, rulebook: Rulebook, now: datetime) -> int:
    """Count the days that are due at ``now``, a few of them; how many that were."""
    first = first_day(database, rulebook)
    if first is None:
        return 0
    if lost := lost_until(database, rulebook):
        first = max(first, lost + ONE_DAY)  # what was counted then stays as it is
    with database.read() as session:
        known = rollups.counted_days(session)
    days = islice(due(known, first, now, rulebook.city.zone), AT_ONCE)
    return sum(count_day(database, rulebook, day, now, known.get(day)) for day in days)


def first_day(database: Database, rulebook: Rulebook) -> date | None:
    """The local day on which the first message or ticket came; None where nothing has happened."""
    with database.read() as session:
        began = rollups.began(session)
    return began.astimezone(rulebook.city.zone).date() if began else None


def lost_until(database: Database, rulebook: Rulebook) -> date | None:
    """The last local day of which tickets were deleted because their time was over; None where none were."""
    with database.read() as session:
        last = read_until(session, FIGURES)
    return last.astimezone(rulebook.city.zone).date() if last else None


def due(known: Mapping[date, datetime], first: date, now: datetime, zone: ZoneInfo) -> Iterator[date]:
    """The days since ``first`` that are to be counted at ``now``, the latest first; ``known``: when they were."""
    today = now.astimezone(zone).date()
    midnight = start_of(today, zone)
    if today not in known or not now - EVERY < known[today] <= now:
        yield today
    for back in range(1, (today - first).days + 1):
        day = today - back * ONE_DAY
        enough = midnight if back <= AGAIN else start_of(day + ONE_DAY, zone)
        if day not in known or known[day] < enough:
            yield day


def count_day(
    database: Database, rulebook: Rulebook, day: date, now: datetime, known: datetime | None = None
) -> bool:
    """Count one day, as far as it is over at ``now``, and its month; False where somebody else has meanwhile.

    ``known``: when it was counted last.
    """
    rows = _rows(database, rulebook, day, now)
    with database.begin() as session:
        rollups.alone(session, day)
        if rollups.counted_at(session, day) != known:
            return False
        rollups.replace_day(session, day, rows, now)
        rollups.replace_month(session, *_month_of(day))
    return True


def recount(database: Database, rulebook: Rulebook, first: date, last: date, now: datetime) -> Iterator[date]:
    """Count all days from ``first`` to ``last`` anew, none after today; each as soon as it is written.

    A month is added up once, with the last of its days. GoneError for days of which tickets were deleted.
    """
    must_be_whole(database, rulebook, first)
    last = min(last, now.astimezone(rulebook.city.zone).date())
    for back in range((last - first).days + 1):
        day = first + back * ONE_DAY
        rows = _rows(database, rulebook, day, now)
        with database.begin() as session:
            rollups.alone(session, day)
            rollups.replace_day(session, day, rows, now)
            if day == last or ends_month(day):
                rollups.replace_month(session, *_month_of(day))
        yield day


def must_be_whole(database: Database, rulebook: Rulebook, first: date) -> None:
    """GoneError where tickets of ``first`` or later days have been deleted."""
    lost = lost_until(database, rulebook)
    if lost is not None and first <= lost:
        raise GoneError(
            f"Tickets of {lost} and before have been deleted because their time was over; "
            "counted again these days would be wrong. Choose a later first day."
        )


def ends_month(day: date) -> bool:
    """Whether ``day`` is the last of its month."""
    return day == _month_of(day)[1]


def _rows(database: Database, rulebook: Rulebook, day: date, now: datetime) -> rollups.Rows:
    zone = rulebook.city.zone
    with database.read() as session:
        return tally.counted(session, start_of(day, zone), min(start_of(day + ONE_DAY, zone), now))


def _month_of(day: date) -> tuple[date, date]:
    month = Period.around(Kind.MONTH, day)
    return month.first, month.last
