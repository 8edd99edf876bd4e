"""A simulated month: the figures of the leadership, counted once more from its events by other means."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

import pytest
from sqlalchemy import update

from benchmarks.figures.__main__ import differences
from benchmarks.year.__main__ import run
from benchmarks.year.parts import Asked
from benchmarks.year.town import sample_rulebook
from bot.figures import counting
from bot.rulebook import Rulebook
from storage.database import Database, open_database
from storage.models import Figures
from tests.support.clock import at
from tests.year import raw
from tests.year.recomputed import Recomputed, Recomputing

MONTH = Asked(scale=0.004, seed=3, profile="jakarta", days=31)
FIRST, LAST = date(2026, 1, 1), date(2026, 1, 31)
# The month is not over yet: its last day lasts, deadlines are still to come, tickets are open.
NOW = at("2026-01-31T21:17+07:00")
# What a month of a small city has at least.
HAPPENS = {
    *("filed", "claimed", "confirmed", "silent", "delivered", "reopened", "misrouted", "rated"),
    *("in_time", "late", "open", "overdue", "alone", "received", "sent"),
}


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Rulebook]]:
    """A month of a small city in a database, counted by the real code."""
    folder = tmp_path_factory.mktemp("month")
    url = f"sqlite:///{folder / 'month.db'}"
    assert run(MONTH, 1, url, folder).broken == ""
    database, rulebook = open_database(url), sample_rulebook(folder)
    list(counting.recount(database, rulebook, FIRST, LAST, NOW))
    yield database, rulebook
    database.dispose()


def test_a_month_recomputed_from_its_events_is_the_same(month: tuple[Database, Rulebook]) -> None:
    database, rulebook = month
    with database.read() as session:
        written = raw.written(session)
        found = recomputed(session, rulebook, NOW)
    assert differences(written, found) == []
    assert _happened(found) >= HAPPENS
    assert found.spans
    assert found.costs


def test_a_roll_up_that_is_wrong_is_noticed(month: tuple[Database, Rulebook]) -> None:
    database, rulebook = month
    with database.read() as session:
        session.execute(update(Figures).where(Figures.span == "month").values(late=Figures.late + 1))
        different = differences(raw.written(session), recomputed(session, rulebook, NOW))
    assert different


def recomputed(session: object, rulebook: Rulebook, now: datetime) -> Recomputed:
    return Recomputing(raw.read(session), rulebook.city.zone, FIRST, LAST, now).run()


def _happened(found: Recomputed) -> set[str]:
    whole: Counter[str] = Counter()
    for (span, _, dimension, _), counts in found.figures.items():
        if (span, dimension) == ("month", "all"):
            whole.update(counts)
    return {name for name, count in whole.items() if count}
