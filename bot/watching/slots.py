"""A place for each process of one machine in the folder in which they count together.

The folder is ``PROMETHEUS_MULTIPROC_DIR``. A process holds a slot by a lock on a file as long as it lives, so the
next one goes on with the files of one that was killed: counts never go back, and there are never more files than
processes at once. Process ids would not do: two containers that share the folder may have the same.
"""

import fcntl
import os
from pathlib import Path

from prometheus_client import values

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
MOST = 1_000
# Room is taken at once: a full disk is told when the process starts, and not by SIGBUS in the middle of work.
ROOM = 256 * 1024
KINDS = ("counter", "histogram")


class Slot:
    """Calling it gives this process's name in the folder; another one after a fork. OSError without room."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pid, self._number, self._held = 0, 0, -1

    def __call__(self) -> str:
        if os.getpid() != self._pid:
            self._pid, self._number = os.getpid(), self._free()
        return f"slot{self._number}"

    def _free(self) -> int:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in range(MOST):
            if self._take(number):
                return number
        raise OSError(f"All {MOST} places in {self._folder} are taken.")

    def _take(self, number: int) -> bool:
        lock = os.open(self._folder / f"slot{number}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        for kind in KINDS:
            _make_room(self._folder / f"{kind}_slot{number}.db")
        self._held = lock  # as long as we live
        return True


def _make_room(file: Path) -> None:
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(handle, 0, ROOM)
    finally:
        os.close(handle)


def count_together() -> Path | None:
    """Let all metrics that are made from now on count in the folder that the environment names.

    None where it names none or there is no room: this process then counts for itself alone, and works.
    """
    named = os.environ.get(FOLDER)
    folder = Path(named) if named else None
    kept = values.MutexValue
    try:
        values.ValueClass = values.MultiProcessValue(Slot(folder)) if folder else kept  # type: ignore[no-untyped-call]
    except OSError:
        values.ValueClass, folder = kept, None
    return folder
