"""``python -m benchmarks.load [--quick] [--database-url URL] [--json FILE] [--page FILE]``: measure and tell.

``--small`` and ``--large`` name cities of ``make demo`` for the console's pages and their growth.
"""

import argparse
import json
import signal
import sys
import time
import traceback
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks.load import console, databases, growing, model, page, suite
from benchmarks.load.databases import Place, scratch
from benchmarks.load.figures import Figure
from benchmarks.load.machine import described
from benchmarks.load.sizes import FULL, QUICK
from benchmarks.load.standin import standin_running
from benchmarks.load.suite import attempted
from benchmarks.load.table import table
from benchmarks.load.town import model_running
from benchmarks.peers import ratios


def main() -> int:
    """1 where a limit was passed."""
    given, began = _arguments().parse_args(), time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    with scratch(given.folder) as folder:
        machine = described(folder)
        figures = list(_told(_all(given, folder)))
        figures += _told(ratios(figures))
    print(f"\n{table(figures, machine)}, after {time.monotonic() - began:.0f} s")
    if given.json:
        told = {"machine": machine, "quick": given.quick, "figures": [figure.to_json() for figure in figures]}
        given.json.write_text(json.dumps(told, indent=1, ensure_ascii=False), encoding="utf-8")
    if given.page:
        given.page.write_text(page.page(figures, machine), encoding="utf-8")
    return int(any(figure.is_met is False for figure in figures))


def _all(given: argparse.Namespace, folder: Path) -> Iterator[Figure]:
    sizes = QUICK if given.quick else FULL
    with standin_running() as twilio, model_running() as nlu:
        for number, opened in enumerate(_places(given, folder)):
            with opened as place:
                yield from suite.over(place, sizes, twilio, nlu, folder / str(number))
        yield from attempted(lambda: model.understood(nlu, sizes.understood))
    yield from _cities(given)
    if not given.without_peers:
        yield from _peers(quick=given.quick)


def _places(given: argparse.Namespace, folder: Path) -> Iterable[AbstractContextManager[Place]]:
    if given.database_url:
        return [databases.given(given.database_url)]
    return [databases.sqlite(folder), databases.postgresql(folder)]


def _cities(given: argparse.Namespace) -> Iterator[Figure]:
    if given.small:
        yield from attempted(lambda: console.pages(given.small))
    if given.small and given.large:
        yield from attempted(lambda: console.growth(given.small, given.large))
        yield from attempted(lambda: growing.growth(given.small, given.large))


def _peers(*, quick: bool) -> Iterator[Figure]:
    from benchmarks.peers import measured  # needs Rasa's environment

    try:
        yield from measured(quick=quick)
    except Exception:
        traceback.print_exc()


def _told(figures: Iterator[Figure]) -> Iterator[Figure]:
    """Each as soon as it is known: a full run takes its time."""
    for figure in figures:
        what = f"{figure.setup} {figure.measure}: {figure.value:.2f} {figure.unit} ({figure.note})"
        print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)
        yield figure


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.load", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under five minutes in all")
    parser.add_argument("--database-url", default="", help="an empty database; else SQLite and PostgreSQL in turn")
    parser.add_argument("--folder", type=Path, help="where to put what is measured on, on the disk that counts")
    parser.add_argument("--json", type=Path, help="all figures as JSON")
    parser.add_argument("--page", type=Path, help="tables and plots as a page")
    parser.add_argument("--small", default="", help="a city of make demo, as a database URL")
    parser.add_argument("--large", default="", help="one with many more tickets")
    parser.add_argument("--without-peers", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main())
