"""Starts a program of ours as a process of its own and waits until it says that it is ready."""

import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bot.settings import ROOT

READY_WITHIN_S = 20


@dataclass(frozen=True)
class Started:
    """A running stand-in: its process, and the port and address that it listens on."""

    process: "subprocess.Popen[str]"
    port: int
    host: str = "127.0.0.1"

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


@contextmanager
def running(module: str, *arguments: str) -> Iterator[Started]:
    """``python -m module arguments``, which prints ``ready PORT``; stopped at the end by its process id."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    try:
        yield Started(process, _port(process))
    finally:
        stop(process)


def stop(process: "subprocess.Popen[str]", kind: signal.Signals = signal.SIGTERM) -> None:
    """Ask this process to end; kill it when it does not listen."""
    if process.poll() is None:
        process.send_signal(kind)
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()


def _port(process: "subprocess.Popen[str]") -> int:
    assert process.stdout
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        if not selector.select(READY_WITHIN_S):
            raise AssertionError(f"{_name(process.args)} did not become ready within {READY_WITHIN_S} s.")
    word, _, port = process.stdout.readline().strip().partition(" ")
    if word != "ready":
        raise AssertionError(f"{_name(process.args)} ended before it was ready; see its messages above.")
    return int(port)


def _name(arguments: object) -> str:
    return " ".join(map(str, arguments)) if isinstance(arguments, Sequence) else str(arguments)
