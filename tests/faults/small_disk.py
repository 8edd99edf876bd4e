"""A disk of a few megabytes, in memory, that a test can fill to the last byte and empty again."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

BALLAST = "ballast"
BLOCK = 4096


@dataclass(frozen=True)
class SmallDisk:
    """Mounted at ``folder``."""

    folder: Path

    def fill(self) -> None:
        """Not one more byte goes onto it."""
        with (self.folder / BALLAST).open("ab", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(BLOCK))
            except OSError:
                return

    def is_freed(self) -> None:
        (self.folder / BALLAST).unlink()

    @property
    def free(self) -> int:
        """Bytes."""
        state = os.statvfs(self.folder)
        return state.f_bavail * state.f_frsize


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """A disk at ``folder``, which must exist; skips where this user or machine mounts nothing."""
    if os.geteuid() != 0:
        pytest.skip("Only root may mount a small disk to fill.")
    options = f"size={megabytes}m,mode=755"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False, capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"No small disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield SmallDisk(folder)
    finally:
        # Lazily: a process of the test that has not ended yet must not keep it for ever.
        subprocess.run(["umount", "--lazy", folder], check=True)
