"""``python -m benchmarks.sizing FIGURES.json [--write docs/sizing.md]``: the tables, from ``make bench``."""

import argparse
import sys
from pathlib import Path

from benchmarks.sizing import tables
from benchmarks.sizing.costs import FigureMissingError, prices, read


def main() -> int:
    """1 where the figures do not do."""
    parser = argparse.ArgumentParser(prog="benchmarks.sizing", description=__doc__)
    parser.add_argument("figures", type=Path, help="what `python -m benchmarks.load --json` wrote")
    parser.add_argument("--write", type=Path, help="put the tables into this page instead of printing them")
    given = parser.parse_args()
    try:
        found = tables.everything(read(given.figures), prices())
    except (OSError, FigureMissingError) as error:
        print(error, file=sys.stderr)
        return 1
    if given.write:
        tables.put(found, given.write)
    else:
        print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
