"""A scheduler as a process of its own: the worker's tick, again and again, by a clock that a test can set.

``python -m tests.support.ticker URL CLOCK LEADER`` prints ``ready`` and starts at a line on its input. The file
CLOCK holds an ISO time, which does not pass by itself; LEADER is ``lock`` or ``all``: one leads, or everybody.
"""

import sys
import time
from datetime import datetime
from pathlib import Path
from tempfile import gettempdir

from bot.clock import Clock
from bot.rulebook import load_rulebook
from scheduler.worker import Parts, _tick
from storage import keyring
from storage.database import Database
from storage.files import LocalFolder
from storage.keyring import Keyring
from storage.leading import Leadership
from tests.support.databases import opened
from tests.support.desk import ScriptedNlu
from tests.support.settings import isolated_settings

SECRET = "test secret"
BETWEEN_TICKS_S = 0.02


class Everybody(Leadership):
    """No lock: every scheduler thinks that it is the one."""

    def is_ours(self) -> bool:
        return True


def leadership(database: Database, kind: str) -> Leadership:
    return Leadership(database) if kind == "lock" else Everybody(database)


def main() -> None:
    """Tick until killed."""
    url, clock_file, leader = sys.argv[1:]
    keyring.use(Keyring((SECRET,)))
    rulebook = load_rulebook(isolated_settings())
    clock = Clock(lambda: datetime.fromisoformat(Path(clock_file).read_text()))
    with opened(url) as database:
        parts = Parts(database, rulebook, ScriptedNlu(), {}, clock, {}, LocalFolder(Path(gettempdir())))
        ours = leadership(database, leader)
        print("ready", flush=True)  # noqa: T201 - the test waits for it
        sys.stdin.readline()
        while True:
            _tick(parts, ours)
            time.sleep(BETWEEN_TICKS_S)


if __name__ == "__main__":
    main()
