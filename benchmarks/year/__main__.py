"""``make simulate-year``: SCALE=1 is about 186,000 tickets; the report is written beside the local database."""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import make_url

from benchmarks.year.demand import DAYS
from benchmarks.year.figures import Figures, Run, figures_of
from benchmarks.year.parts import Asked, Ended, as_one, side_by_side
from benchmarks.year.profile import USUAL, ProfileError, load_profile
from benchmarks.year.report import page, summary
from benchmarks.year.rules import RULES, rules_of
from benchmarks.year.town import be_silent, sample_rulebook
from bot.settings import ROOT

REPORT = ROOT / "var" / "simulated-year.html"
MOST_WORKERS = 16


def main() -> int:
    """Simulate, report; 1 where a rule was broken."""
    given = _arguments().parse_args()
    asked = Asked(given.scale, given.seed, given.profile, given.days, tuple(given.without))
    workers = 1 if given.database_url else given.workers
    be_silent()
    try:
        load_profile(asked.profile)
    except ProfileError as error:
        print(error, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="year-") as folder:
        began = time.monotonic()
        ended = run(asked, workers, given.database_url, Path(folder))
        figures = figures_of(ended.seen, _described(asked, workers, given.database_url, time.monotonic() - began))
        return _report(figures, ended.broken, given.report, Path(folder))


def run(asked: Asked, workers: int, url: str, folder: Path) -> Ended:
    """One year in ``workers`` processes; in the database at ``url``, or in temporary ones."""
    if workers == 1:
        return as_one(asked, url or f"sqlite:///{folder}/year.db", folder)
    return side_by_side(asked, workers, folder)


def _described(asked: Asked, workers: int, url: str, run_s: float) -> Run:
    return Run(
        profile=asked.profile,
        scale=asked.scale,
        seed=asked.seed,
        workers=workers,
        database=make_url(url).get_backend_name() if url else "sqlite",
        run_s=run_s,
        weekly_limit=rules_of(ROOT / "config.yml").weekly,
        left_out=tuple(sorted(asked.without)),
    )


def _report(figures: Figures, broken: str, to: Path, folder: Path) -> int:
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(page(figures, sample_rulebook(folder).city, broken), encoding="utf-8")
    to.with_suffix(".json").write_text(json.dumps(figures.as_json(), indent=1), encoding="utf-8")
    print(summary(figures))
    print(f"  report: {to}")
    if broken:
        print(f"\n{broken}", file=sys.stderr)
    return 1 if broken else 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make simulate-year", description=__doc__)
    parser.add_argument("--scale", type=_scale, default=1.0, help="1 is about 186,000 tickets")
    parser.add_argument("--seed", type=int, default=1, help="the same seed (and workers) give the same year")
    parser.add_argument("--profile", default=USUAL, help="whose behaviour, of profiles.yml")
    parser.add_argument("--days", type=_days, default=DAYS, help="only so many days from 1 January on")
    parser.add_argument("--workers", type=_workers, default=min(os.cpu_count() or 1, MOST_WORKERS),
                        help="so many parts of the city side by side, each with its own kelurahan and database; "
                             "as many as there are processors where nothing is said")  # fmt: skip
    parser.add_argument("--database-url", default="", help="an empty database, for one worker; else SQLite")
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


def _workers(text: str) -> int:
    if not 0 < int(text) <= MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"{text} workers make no sense; take 1 to {MOST_WORKERS}.")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
