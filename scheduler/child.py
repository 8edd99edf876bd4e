"""A process that the supervisor keeps alive."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).resolve().parent.parent
STOP_WITHIN_S = 8  # a worker gives up by itself before that, and so does gunicorn
STEADY_AFTER_S = 30  # a process that lived this long starts anew without delay
LONGEST_DELAY_S = 2  # loading the application slows a crash loop down by itself


def say(text: str) -> None:
    """A line for the person who started us."""
    print(text, flush=True)  # noqa: T201


class Kept(Protocol):
    """Something that the supervisor starts, keeps up and stops."""

    def start(self) -> None: ...

    def look_after(self) -> None: ...

    def ask_to_stop(self) -> None: ...

    def stop(self) -> None: ...


def stand_back(pid: int, nice: int) -> None:
    """Have a process that leads a session get what processor others leave, where this machine lets us.

    Linux weighs processes within a session only, and sessions (its autogroups) by a number of their own.
    """
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, nice)
    with suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(str(nice), encoding="ascii")


@dataclass
class Child:
    """One process that is kept alive. ``code`` is what it last ended with; ``nice``: how far it stands back when
    there is not enough processor for all, from 0 to 19."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    code: int | None = None
    not_before: float = field(default=0.0)
    is_asked: bool = False
    nice: int = 0

    def start(self) -> None:
        # A group of its own: Ctrl-C reaches only the supervisor, which stops its children in order.
        self.process = subprocess.Popen(self.command, env=dict(self.env), cwd=ROOT, start_new_session=True)  # noqa: S603
        self.started, self.is_asked = time.monotonic(), False
        if self.nice:
            stand_back(self.process.pid, self.nice)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def look_after(self) -> None:
        """Start again when it has died, after a pause that grows while it keeps dying."""
        if self.process is None:
            if time.monotonic() >= self.not_before:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        lived = time.monotonic() - self.started
        self.failures = 0 if lived > STEADY_AFTER_S else self.failures + 1
        delay = min(LONGEST_DELAY_S, 0.2 * 2**self.failures) if self.failures else 0
        say(f"{self.name} ended ({code}); starting it again.")
        self.process, self.code, self.not_before = None, code, time.monotonic() + delay

    def ask_to_stop(self) -> None:
        """Have it begin to end, without waiting for it."""
        if self.process is not None and self.is_running and not self.is_asked:
            self.process.terminate()
            self.is_asked = True

    def stop(self, within_s: float = STOP_WITHIN_S) -> None:
        """Have it end, and wait; it is killed when that takes longer than ``within_s``."""
        if self.process is None or not self.is_running:
            return
        self.ask_to_stop()
        try:
            self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
