"""Libraries that are put in front of libc's in the processes of a test, made from ``shims/*.c`` by the machine's
own compiler: a clock that can be set for them alone, a disk that can be broken for them alone.
"""

import atexit
import shutil
import struct
import subprocess
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

SOURCES = Path(__file__).parent / "shims"
COMPILER = shutil.which("cc")
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="No C compiler (cc) is here to make the shim with.")


@cache
def library(name: str) -> Path:
    """``shims/name.c`` as a shared library; CalledProcessError where it cannot be made."""
    made = Path(mkdtemp(prefix="suarakota-shims-")) / f"{name}.so"
    atexit.register(shutil.rmtree, made.parent, ignore_errors=True)
    command = [COMPILER or "cc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", made, SOURCES / f"{name}.c"]
    subprocess.run([*command, "-ldl"], check=True)
    made.chmod(0o755)
    made.parent.chmod(0o755)  # PostgreSQL runs as another user
    return made


@dataclass(frozen=True)
class WrongClock:
    """The clock of the processes that get ``environment``: right until it is set."""

    file: Path

    def __post_init__(self) -> None:
        self.set(timedelta(0))

    @property
    def environment(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(library("clock")), "SHIM_CLOCK": str(self.file)}

    def set(self, ahead: timedelta) -> None:
        """From now on the clock is ``ahead`` of the right time; behind it where that is negative."""
        nanoseconds = round(ahead.total_seconds() * 1e9)
        with self.file.open("r+b" if self.file.exists() else "w+b") as file:
            file.write(struct.pack("q", nanoseconds))  # one write of eight bytes: nobody sees half of it


@dataclass(frozen=True)
class BreakableDisk:
    """The files ``under`` a folder, as the processes see them that get ``environment``: syncing them fails while
    it is broken. ``kept``: a folder for what was synced, all that a power cut leaves behind; none, no copies.
    """

    under: Path
    switch: Path
    kept: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {"SHIM_KEPT": str(self.kept)} if self.kept else {}
        named = {"SHIM_UNDER": str(self.under), "SHIM_BROKEN": str(self.switch)}
        return {"LD_PRELOAD": str(library("disk")), **named, **kept}

    def breaks(self) -> None:
        self.switch.touch()

    def is_mended(self) -> None:
        self.switch.unlink(missing_ok=True)
