"""The parts of the city, each simulated in a process and a database of its own, and put together at the end.

What one part comes to depends on the seed and on how many parts there are, never on how fast any of them is.
"""

import gc
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.managers import DictProxy, SyncManager
from multiprocessing.process import BaseProcess
from pathlib import Path

from benchmarks.year.calendar import JAKARTA
from benchmarks.year.demand import FIRST, WHOLE, Part, Year
from benchmarks.year.profile import load_profile
from benchmarks.year.progress import Progress
from benchmarks.year.rules import RULES, BrokenError, rules_of
from benchmarks.year.seen import Seen, seen_by, together
from benchmarks.year.story import story_of
from benchmarks.year.town import Town, be_silent, found_town
from benchmarks.year.year import Simulation
from bot.settings import ROOT

BEGIN = datetime.combine(FIRST, datetime.min.time(), JAKARTA).astimezone(UTC)
LOOK_EVERY_S = 0.25
BROKEN = 0  # a part's number is never 0

Far = tuple[datetime, int]
Show = Callable[[datetime, int], bool]


@dataclass(frozen=True)
class Asked:
    """What is to be simulated. ``without``: rules to leave out."""

    scale: float
    seed: int
    profile: str
    days: int
    without: tuple[str, ...] = ()

    @property
    def until(self) -> datetime:
        return BEGIN + timedelta(days=self.days)


@dataclass(frozen=True)
class Ended:
    """How a run ended. ``broken`` is empty where every rule held."""

    seen: Seen
    broken: str


def as_one(asked: Asked, url: str, folder: Path) -> Ended:
    """The whole city in this process, with the database at ``url``."""
    progress = Progress(BEGIN, asked.until)
    try:
        return simulate(asked, WHOLE, url, folder, progress.show)
    finally:
        progress.end()


def side_by_side(asked: Asked, workers: int, folder: Path) -> Ended:
    """The city in ``workers`` parts; where a rule does not hold in one, the others end soon after."""
    context = multiprocessing.get_context("spawn")  # nothing of this process is wanted there
    manager = SyncManager(ctx=context)
    manager.start(end_with_parent)
    with manager, ProcessPoolExecutor(workers, context, initializer=end_with_parent) as pool:
        far: DictProxy[int, Far] = manager.dict()
        parts = [pool.submit(_part, asked, Part(n, workers), folder, far) for n in range(1, workers + 1)]
        _show_until_done(asked, parts, far)
        ended = [part.result() for part in parts]
    broken = (part.broken for part in ended if part.broken)
    return Ended(together([part.seen for part in ended]), "\n\n".join(broken))


def end_with_parent() -> None:
    """Have this process end as soon as the one that started it is gone, even where that was killed."""
    if parent := multiprocessing.parent_process():
        threading.Thread(target=_end_behind, args=(parent,), daemon=True).start()


def _end_behind(process: BaseProcess) -> None:
    process.join()
    os._exit(1)  # there is nobody left to hear how it went


def _show_until_done(asked: Asked, parts: list[Future[Ended]], far: "DictProxy[int, Far]") -> None:
    """The whole is as far as the slowest of its parts."""
    progress = Progress(BEGIN, asked.until)
    while wait(parts, LOOK_EVERY_S).not_done:
        known = [place for number, place in far.items() if number != BROKEN]
        if len(known) == len(parts):
            progress.show(min(now for now, _ in known), sum(tickets for _, tickets in known))
    progress.end()


def _part(asked: Asked, part: Part, folder: Path, far: "DictProxy[int, Far]") -> Ended:
    """In a process of its own."""
    be_silent()
    told = Progress(BEGIN, asked.until)

    def show(now: datetime, tickets: int) -> bool:
        if told.is_time():
            far[part.number] = (now, tickets)
            return BROKEN not in far
        return True

    holds = False
    try:
        ended = simulate(asked, part, f"sqlite:///{folder}/part-{part.number}.db", folder, show)
        holds = not ended.broken
        return ended
    finally:
        if not holds:
            far[BROKEN] = (asked.until, 0)


def simulate(asked: Asked, part: Part, url: str, folder: Path, show: Show) -> Ended:
    """One part of the year, or as much of it as no rule was broken in and ``show`` wanted to see."""
    profile = load_profile(asked.profile)
    town = found_town(url, profile, BEGIN, folder)
    try:
        rules = rules_of(ROOT / "config.yml", frozenset(asked.without))
        year = Year(profile, asked.scale, asked.seed, asked.days, part)
        simulation = Simulation(town, year, rules, _seed_of(asked, part))
        broken = _through(simulation, town, asked.until, show)
        return Ended(seen_by(simulation), broken)
    finally:
        town.database.dispose()


def _seed_of(asked: Asked, part: Part) -> str:
    return str(asked.seed) if part == WHOLE else f"{asked.seed} {part.number}/{part.of}"


def _through(simulation: Simulation, town: Town, until: datetime, show: Show) -> str:
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # the ORM makes many objects that end by themselves
    try:
        for now in simulation.run(until):
            if not show(now, len(town.ledger.matters)):
                break
    except BrokenError as error:
        story = story_of(town.database, error.ticket) if error.ticket else ""
        return f"BROKEN: {RULES[error.rule]}.\n{error}\n\n{story}".strip()
    return ""
