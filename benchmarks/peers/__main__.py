"""``python -m benchmarks.peers [--quick] [--json FILE]``: the peers and the floors alone."""

import argparse
import json
import signal
import sys
import time
from pathlib import Path

from benchmarks.load.machine import described
from benchmarks.load.table import table
from benchmarks.peers import connector, measured


def main() -> int:
    given, began, figures = _arguments().parse_args(), time.monotonic(), []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    connector.model()  # its training is nobody's measurement
    for figure in measured(quick=given.quick):
        figures.append(figure)
        print(
            f"{figure.system} {figure.setup} {figure.measure}: {figure.value:.1f} {figure.unit}", file=sys.stderr
        )
    machine = described(Path("/tmp"))
    print(f"\n{table(figures, machine)}, after {time.monotonic() - began:.0f} s")
    if given.json:
        told = {"machine": machine, "quick": given.quick, "figures": [figure.to_json() for figure in figures]}
        given.json.write_text(json.dumps(told, indent=1, ensure_ascii=False), encoding="utf-8")
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.peers", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two or three minutes")
    parser.add_argument("--json", type=Path, help="all figures as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
