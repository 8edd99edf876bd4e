"""What citizens had taken away leaves the search's file as well: step by step, when nobody waits for it."""

import time
from datetime import datetime

from bot.rulebook import Rulebook
from storage.database import Database
from storage.queries import search

# Of each turn: other writers of a SQLite file wait meanwhile for one step at most.
MOST_S = 1.0


def run_due(database: Database, _rulebook: Rulebook, _now: datetime) -> int:
    """So many steps as a second has room for; how many were made. Nothing to do on PostgreSQL."""
    until, steps = time.monotonic() + MOST_S, 0
    while time.monotonic() < until and _step(database):
        steps += 1
    return steps


def _step(database: Database) -> bool:
    with database.begin() as session:
        return search.forget(session)
