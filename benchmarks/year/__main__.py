"""``make simulate-year``: SCALE=1 is about 186,000 tickets; the report is written beside the local database."""

import argparse
import gc
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.year.calendar import JAKARTA
from benchmarks.year.demand import DAYS, FIRST, Year
from benchmarks.year.figures import Figures, figures_of
from benchmarks.year.profile import USUAL, ProfileError, load_profile
from benchmarks.year.progress import Progress
from benchmarks.year.report import page, summary
from benchmarks.year.rules import RULES, BrokenError, rules_of
from benchmarks.year.story import story_of
from benchmarks.year.town import Town, be_silent, found_town
from benchmarks.year.year import Simulation
from bot.settings import ROOT

BEGIN = datetime.combine(FIRST, datetime.min.time(), JAKARTA).astimezone(UTC)
REPORT = ROOT / "var" / "simulated-year.html"


@dataclass(frozen=True)
class Run:
    """What a run is asked for, and how it ended. ``broken`` is empty where every rule held."""

    town: Town
    simulation: Simulation
    figures: Figures
    broken: str


def main() -> int:
    """Simulate, report; 1 where a rule was broken."""
    asked = _arguments().parse_args()
    be_silent()
    with tempfile.TemporaryDirectory(prefix="year-") as folder:
        url = asked.database_url or f"sqlite:///{folder}/year.db"
        try:
            ended = run(asked, url, Path(folder))
        except ProfileError as error:
            print(error, file=sys.stderr)
            return 2
    asked.report.parent.mkdir(parents=True, exist_ok=True)
    asked.report.write_text(page(ended.figures, ended.town.rulebook.city, ended.broken), encoding="utf-8")
    asked.report.with_suffix(".json").write_text(json.dumps(ended.figures.as_json(), indent=1), encoding="utf-8")
    print(summary(ended.figures))
    print(f"  report: {asked.report}")
    if ended.broken:
        print(f"\n{ended.broken}", file=sys.stderr)
    return 1 if ended.broken else 0


def run(asked: argparse.Namespace, url: str, folder: Path) -> Run:
    """One year, or as much of it as no rule was broken in."""
    profile = load_profile(asked.profile)
    town = found_town(url, profile, BEGIN, folder)
    try:
        rules = rules_of(ROOT / "config.yml", frozenset(asked.without))
        simulation = Simulation(town, Year(profile, asked.scale, asked.seed, asked.days), rules, asked.seed)
        began = time.monotonic()
        broken = _through(simulation, town, BEGIN + timedelta(days=asked.days))
        return Run(
            town, simulation, figures_of(simulation, asked.scale, asked.seed, time.monotonic() - began), broken
        )
    finally:
        town.database.dispose()


def _through(simulation: Simulation, town: Town, until: datetime) -> str:
    progress = Progress(BEGIN, until)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # the ORM makes many objects that end by themselves
    try:
        for now in simulation.run(until):
            progress.show(now, len(town.ledger.matters))
    except BrokenError as error:
        story = story_of(town.database, error.ticket) if error.ticket else ""
        return f"BROKEN: {RULES[error.rule]}.\n{error}\n\n{story}".strip()
    finally:
        progress.end()
    return ""


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make simulate-year", description=__doc__)
    parser.add_argument("--scale", type=_scale, default=1.0, help="1 is about 186,000 tickets")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same year")
    parser.add_argument("--profile", default=USUAL, help="whose behaviour, of profiles.yml")
    parser.add_argument("--days", type=_days, default=DAYS, help="only so many days from 1 January on")
    parser.add_argument("--database-url", default="", help="an empty database; else a temporary SQLite")
    parser.add_argument("--report", type=Path, default=REPORT, help="where the page is written")
    parser.add_argument("--without", nargs="*", default=(), choices=RULES, help="rules to leave out")
    return parser


def _scale(text: str) -> float:
    scale = float(text)
    if not 0 < scale <= 10:
        raise argparse.ArgumentTypeError(f"a scale of {text} makes no sense; take more than 0 and at most 10.")
    return scale


def _days(text: str) -> int:
    if not 0 < int(text) <= DAYS:
        raise argparse.ArgumentTypeError(f"a year has no {text} days; take 1 to {DAYS}.")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
