"""``python -m benchmarks.figures URL``: counts every day of a database, then recomputes all figures in plain
Python.

The database is written to (its roll-ups), so give it a copy. 1 where anything differs.
"""

import argparse
import sys
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select

from benchmarks.year.town import sample_rulebook
from bot.figures import counting
from bot.rulebook import Rulebook
from storage import migrate
from storage.database import Database, open_database
from storage.models import InboundMessage, OutboundMessage, TicketEvent
from storage.queries.figures import rollups
from tests.year import raw
from tests.year.recomputed import Recomputed, Recomputing

SHOWN = 20


def main() -> int:
    """Count, compare, say how long it took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.figures", description=__doc__)
    parser.add_argument("url", help="a copy of a database, as sqlite:////tmp/copy.db")
    parser.add_argument("--only-count", action="store_true", help="compare nothing")
    parser.add_argument("--only-compare", action="store_true", help="it was counted before")
    given = parser.parse_args()
    database = open_database(given.url)
    migrate.upgrade(database.engine)
    with TemporaryDirectory() as folder:
        rulebook = sample_rulebook(Path(folder))
    now = _latest(database) + timedelta(seconds=1)
    if not given.only_compare:
        count(database, rulebook, now)
    now = tick(database, rulebook, now)
    return 0 if given.only_count else compare(database, rulebook, now)


def count(database: Database, rulebook: Rulebook, now: datetime) -> None:
    """Count every day since the first, and say how long it took."""
    with database.read() as session:
        began = rollups.began(session) or now
    zone, begun, slowest = rulebook.city.zone, time.perf_counter(), (0.0, "")
    last = begun
    for day in counting.recount(
        database, rulebook, began.astimezone(zone).date(), now.astimezone(zone).date(), now
    ):
        took, last = time.perf_counter() - last, time.perf_counter()
        slowest = max(slowest, (took, f"{day}"))
    print(f"counted in {last - begun:.1f} s; the slowest day, {slowest[1]}, took {slowest[0]:.2f} s")


def tick(database: Database, rulebook: Rulebook, now: datetime) -> datetime:
    """One that counts today and one that has nothing to do; up to when was counted."""
    later = now + counting.EVERY
    for name in ("counts today", "has nothing to do"):
        begun = time.perf_counter()
        counting.run_due(database, rulebook, later)
        print(f"a tick that {name}: {(time.perf_counter() - begun) * 1000:.0f} ms")
    return later


def compare(database: Database, rulebook: Rulebook, now: datetime) -> int:
    """Recompute all of it; 1 where anything differs."""
    begun = time.perf_counter()
    with database.read() as session:
        began, rows, written = rollups.began(session) or now, raw.read(session), raw.written(session)
    zone = rulebook.city.zone
    first, last = began.astimezone(zone).date(), now.astimezone(zone).date()
    found = Recomputing(rows, zone, first, last, now).run()
    different = differences(written, found)
    print(f"recomputed in {time.perf_counter() - begun:.1f} s: {sum(map(len, written))} rows, "
          f"{len(different)} differ")  # fmt: skip
    for line in different[:SHOWN]:
        print(f"  {line}")
    return 1 if different else 0


def differences(written: tuple[Mapping[Any, Any], ...], found: Recomputed) -> list[str]:
    """A line for each key whose roll-up is another than what was recomputed."""
    counts = {key: {name: n for name, n in counts.items() if n} for key, counts in found.figures.items()}
    pairs = zip(written, (counts, found.spans, found.costs), strict=True)
    return [
        f"{key}: counted {ours.get(key)}, recomputed {theirs.get(key)}"
        for ours, theirs in pairs
        for key in sorted(ours.keys() | theirs.keys(), key=str)
        if ours.get(key) != theirs.get(key)
    ]


def _latest(database: Database) -> datetime:
    newest = (TicketEvent.at, InboundMessage.received_at, OutboundMessage.sent_at)
    with database.read() as session:
        found = [session.scalar(select(func.max(column))) for column in newest]
    return max(at for at in found if at is not None)


if __name__ == "__main__":
    sys.exit(main())
