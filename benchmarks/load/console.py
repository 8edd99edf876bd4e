"""The console's pages over a full city, and how they grow with it: in processes of their own, for such a city
has a secret of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.load.figures import TIME, Figure, Goal, spread
from bot.settings import ROOT

PAGE = re.compile(r"^ *(\d+) ms +(\d+) ms +(\d+) SQL +(\d+) +(\S+)", re.MULTILINE)
GROWN = re.compile(r"^ *([\d.]+) +(\d+) +(\d+) +(\d+) +(\d+) ms +(\S+)( +OVER)?$", re.MULTILINE)
SUMMARY = re.compile(r"(\d+) pages, (\d+) that grow too much; median ([\d.]+)")
SLOWEST_PAGE = Goal(300)


def pages(city: str) -> Iterator[Figure]:
    """Every page behind the log-in over ``city``: the middle of each page's times."""
    told = _run("benchmarks.pages", DATABASE_URL=city)
    found = [(float(middle), int(statements), address) for middle, _, statements, _, address in PAGE.findall(told)]
    if not found:
        raise SystemExit(f"No page of {city} could be measured:\n{told}")
    times = spread([middle for middle, _, _ in found])
    slowest = max(found)
    note = f"{len(found)} pages, at most {max(each[1] for each in found)} statements; slowest: {slowest[2]}"
    yield Figure("console pages, at the server", slowest[0], TIME, more=times, goal=SLOWEST_PAGE, note=note)


def growth(small: str, large: str) -> Iterator[Figure]:
    """How much slower pages are over a large city: the 95th percentile over that of the small one."""
    told = _run("benchmarks.growth", small, large)
    summary = SUMMARY.search(told)
    if summary is None:
        raise SystemExit(f"{small} and {large} could not be compared:\n{told}")
    count, over, middle = int(summary[1]), int(summary[2]), float(summary[3])
    most = max((float(found[0]), found[5]) for found in GROWN.findall(told))
    note = f"{count} pages; most: {most[1]}, {most[0]:.2f} times"
    yield Figure("console pages that grow more than 1.5 times (search 3)", over, "pages", goal=Goal(0), note=note,
                 more={"median growth": middle})  # fmt: skip


def _run(module: str, *arguments: str, **settings: str) -> str:
    """What it prints; its exit code only says that a limit was passed."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | settings, check=False, text=True, capture_output=True
    )
    return done.stdout + done.stderr[-2_000:]
