"""When it is done, what is written down of it, and that nothing is left in the file."""

import itertools
from collections import Counter
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bot.personal.retention import plan
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import (
    AuditEntry,
)
from tests.bot.personal.ageing import (
    MARKER,
    YEAR,
    closed,
    everything,
    keeper,
    run,
)
from tests.support.clock import MoveableClock
from tests.support.counted import Figured


def test_it_is_done_once_a_night_from_its_hour_on(city: Figured) -> None:
    closed(city)
    city.clock.move(days=366)
    city.clock.move(hours=15)  # one o'clock at night in Jakarta
    nightly = keeper(city, YEAR | {"at": "01:30"})
    assert nightly.run_due(city.clock.now()) > 0  # the night before was missed
    closed(city)
    assert nightly.run_due(city.clock.now() + timedelta(minutes=29)) == 0
    later = city.clock.now() + timedelta(days=370)
    assert nightly.run_due(later) > 0
    assert nightly.run_due(later) == 0
    assert keeper(city, YEAR).run_due(later) == 0  # nor by another worker


def test_what_one_tick_leaves_the_next_goes_on_with(city: Figured) -> None:
    for _ in range(3):
        city.came(raw={"a": 1})
    city.clock.move(days=60)
    nightly = keeper(city, {"payloads": "30 days"})
    ticks = itertools.count()
    nightly.seconds = lambda: next(ticks) * 15.0
    done, is_all = nightly.run(city.clock.now(), timedelta(seconds=20))
    assert (done.total(), is_all) == (3, True)
    ticks = itertools.count()
    nightly.seconds = lambda: next(ticks) * 30.0
    assert nightly.run(city.clock.now(), timedelta(seconds=20)) == (Counter(), False)


def test_what_was_done_is_in_the_audit_as_counts(city: Figured) -> None:
    closed(city)
    city.clock.move(days=366)
    done = run(city, YEAR)
    with city.database.read() as session:
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "retention")).all()
    assert entry.data == dict(done)
    assert MARKER not in repr(entry.data)


def test_a_plan_counts_and_changes_nothing(city: Figured) -> None:
    closed(city)
    city.clock.move(days=366)
    before = everything(city.database)
    nightly = keeper(city, YEAR | {"payloads": "30 days"})
    with city.database.read() as session:
        rows = {planned.name: planned.rows for planned in plan(session, nightly.rulebook, city.clock.now())}
    assert {name: count for name, count in rows.items() if count} == {"tickets anonymised": 1, "payloads": 1}
    assert everything(city.database) == before


def test_what_was_dropped_stands_in_no_file_of_sqlite(
    sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    """A masked text is not encrypted: its bytes are looked for in the file and in the log beside it."""
    city = Figured(sqlite_database, rulebook, clock)
    closed(city)
    file = Path(str(sqlite_database.engine.url.database))
    assert MARKER.encode() in b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
    clock.move(days=366)
    run(city, YEAR)
    raw = b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
    assert MARKER.encode() not in raw
    letters = [MARKER[n : n + 3].lower().encode() for n in range(len(MARKER) - 2)]
    assert sum(three in raw for three in letters) < len(letters) / 2  # nor as the index of searched texts has it


def test_vacuum_gives_the_room_back(city: Figured) -> None:
    keeper(city, YEAR).vacuum()
