"""The worker's tick, which looks every second for what has come due: what it takes where nothing has."""

import time
from collections.abc import Iterator
from statistics import median

from benchmarks.load.figures import TIME, Figure
from benchmarks.load.town import Town
from bot.clock import system_clock
from bot.rulebook import Rulebook, load_rulebook
from scheduler.worker import DUE, NOW_AND_THEN
from storage.database import Database
from tests.support.settings import isolated_settings

RUNS = 15


def at_rest(town: Town) -> Iterator[Figure]:
    """Over the town as it was left, its worker gone; the first rounds do what is still due."""
    with town.database() as database:
        took = looks(database, load_rulebook(isolated_settings()))
    note = "all jobs of a second, of which nothing is due"
    every = {job.__name__.rpartition(".")[2]: took[job.__name__] for job in DUE}
    slow = max(every, key=lambda name: every[name])
    yield Figure(
        "follow-up tick at rest",
        sum(every.values()),
        TIME,
        setup=town.place.name,
        more={slow: every[slow]},
        note=note,
    )


def looks(database: Database, rulebook: Rulebook) -> dict[str, float]:
    """By job: the middle of the times that a look with nothing due takes, in ms."""
    found = {}
    for job in (*DUE, *NOW_AND_THEN):
        times = []
        for _ in range(RUNS):
            began = time.perf_counter()
            job.run_due(database, rulebook, system_clock().now())
            times.append(1000 * (time.perf_counter() - began))
        found[job.__name__] = median(times)
    return found
