"""Folders in memory: the tests of a database commit often, and should not wait for a disk."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

IN_MEMORY, ENOUGH = "/dev/shm", 1 << 30


def in_memory() -> str | None:
    """Where to put what is short-lived; None (the usual place) where memory cannot be used for it."""
    usable = os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ENOUGH
    return IN_MEMORY if usable else None


@contextmanager
def short_lived_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="suarakota-", dir=in_memory()) as folder:
        yield Path(folder)
