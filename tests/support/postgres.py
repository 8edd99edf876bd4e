"""A throw-away PostgreSQL on a free loopback port: started for a test session, gone after it.

What makes it slow and safe is off unless a test wants it; its data lives in a folder that is deleted.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.support.folders import in_memory
from tests.support.ports import free_port

USER = "postgres"
FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "max_connections=100",
    "shared_buffers=64MB",
    "dynamic_shared_memory_type=mmap",  # inside its folder, so that nothing stays behind even when it is killed
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
)
# What was committed is there after a crash: fsync, synchronous_commit and full_page_writes stay on.
SAFE = FAST[3:]
UP_WITHIN_S = 20


def binaries() -> Path | None:
    """The folder of PostgreSQL's programs, the newest version first; None where there are none to be used."""
    if os.geteuid() == 0 and not (_has_user() and shutil.which("setpriv")):
        return None  # it refuses to run as root
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return versions[-1].parent if versions else None


@dataclass
class Server:
    """One server: its folder with data and log, and how it is run. ``url`` names its database ``postgres``."""

    programs: Path
    folder: Path
    settings: Sequence[str]
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Run it and wait until it can be used; from a thread that stays, for root's ends with its thread."""
        options = [part for setting in self.settings for part in ("-c", setting)]
        command = [
            *_as_user(),
            self.programs / "postgres",
            "-D",
            self.folder / "data",
            "-p",
            str(self.port),
            *options,
        ]
        log = self.folder / "log"
        with log.open("a") as said:
            # setpriv becomes the server, so this process id is the server's own.
            self.process = subprocess.Popen(command, stdout=said, stderr=said, cwd=self.folder)
        _wait_for(self.url, self.process, log)

    def crash(self) -> None:
        """End at once, finishing nothing: the next start repairs the data from the log, as after a power cut."""
        if self.process:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(timeout=10)


@contextmanager
def server(programs: Path, settings: Sequence[str] = FAST, under: Path | None = None) -> Iterator[Server]:
    """A running server that a test may crash and start again. ``under``: where its folder is made."""
    folder = Path(tempfile.mkdtemp(prefix="suarakota-postgres-", dir=under or in_memory()))
    made = Server(programs, folder, settings)
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, USER)
        _initialise(programs, folder / "data")
        made.start()
        yield made
    finally:
        made.crash()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def cluster(programs: Path, settings: Sequence[str] = FAST, under: Path | None = None) -> Iterator[str]:
    """A running server; the URL of its database ``postgres``. ``under``: where its folder is made."""
    with server(programs, settings, under) as running:
        yield running.url


def _initialise(programs: Path, data: Path) -> None:
    command = [programs / "initdb", "-D", data, "-U", USER, "--auth=trust", "--encoding=UTF8", "--no-locale",
               "--no-sync"]  # fmt: skip
    subprocess.run([*_as_user(), *command], check=True, stdout=subprocess.DEVNULL, cwd=data.parent)


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    give_up = time.monotonic() + UP_WITHIN_S
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > give_up:
                raise AssertionError(f"PostgreSQL did not start: {log.read_text()[-2000:]}") from None
            time.sleep(0.05)


def _as_user() -> list[str]:
    """For root: run as user postgres, and end when the test session is killed."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--init-groups", "--pdeathsig=QUIT"]


def _has_user() -> bool:
    try:
        return bool(pwd.getpwnam(USER))
    except KeyError:
        return False
