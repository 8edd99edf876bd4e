"""A PostgreSQL with all its safety on, over a folder that stays: it may be stopped, may die, and is started again.

with open_folder() as folder, server(folder / "data", environment) as postgres:
    postgres.url                  # an empty database
    postgres.ends                 # how often it has ended; like systemd, somebody starts it again a second later
"""

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

import psycopg
import pytest

from tests.journeys.town import wait_for
from tests.support import postgres
from tests.support.folders import short_lived_folder
from tests.support.ports import free_port

SAFE = (
    "fsync=on",
    "synchronous_commit=on",
    "autovacuum=off",
    "max_connections=60",
    "shared_buffers=32MB",
    "max_wal_size=32MB",
    "min_wal_size=2MB",
    "checkpoint_timeout=30s",
    "dynamic_shared_memory_type=mmap",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
)
STARTED_AGAIN_AFTER_S = 1.0
UP_WITHIN_S = 30


class Server:
    """One server. ``start`` may be called again after it has ended, whatever ended it."""

    def __init__(self, programs: Path, folder: Path, environment: Mapping[str, str]) -> None:
        self._programs, self._folder = programs, folder
        self._environment = {**os.environ, **environment}
        self._port, self._over = free_port(), threading.Event()
        self._keeper = threading.Thread(target=self._keep_up, name="keeps PostgreSQL up", daemon=True)
        self._process: subprocess.Popen[bytes] | None = None
        self.ends = 0

    @property
    def url(self) -> str:
        return f"postgresql://{postgres.USER}@127.0.0.1:{self._port}/town"

    @property
    def log(self) -> Path:
        return self._folder.parent / f"{self._folder.name}.log"

    def begin(self) -> None:
        """A new server with an empty database."""
        _run(self._programs / "initdb", "-D", self._folder, "-U", postgres.USER, "--auth=trust", "--encoding=UTF8",
             "--no-locale", "--no-sync", "--wal-segsize=1", cwd=self._folder)  # fmt: skip
        self._keeper.start()
        wait_for(self.answers, UP_WITHIN_S, f"PostgreSQL ({self.log})")
        with psycopg.connect(self._maintenance, autocommit=True) as connection:
            connection.execute("CREATE DATABASE town TEMPLATE template0")

    def answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            psycopg.connect(self._maintenance, connect_timeout=2).close()
            return True
        return False

    def end(self) -> None:
        """For good, and at once."""
        self._over.set()
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
        if self._keeper.ident:
            self._keeper.join(20)

    @property
    def _maintenance(self) -> str:
        return f"postgresql://{postgres.USER}@127.0.0.1:{self._port}/postgres"

    def _keep_up(self) -> None:
        """In one thread: the server ends when the thread that started it does."""
        while not self._over.is_set():
            options = [part for setting in SAFE for part in ("-c", setting)]
            command = [
                *postgres._as_user(),
                self._programs / "postgres",
                "-D",
                self._folder,
                "-p",
                str(self._port),
            ]
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(
                    [*command, *options], stdout=log, stderr=log, cwd=self._folder, env=self._environment
                )
            self._process.wait()
            self.ends += not self._over.is_set()
            self._over.wait(STARTED_AGAIN_AFTER_S)


@contextmanager
def open_folder() -> Iterator[Path]:
    """Where another user may enter, as pytest's folders do not let him."""
    with short_lived_folder() as folder:
        folder.chmod(0o755)
        yield folder


@contextmanager
def server(folder: Path, environment: Mapping[str, str] = MappingProxyType({})) -> Iterator[Server]:
    """A server whose data lie in ``folder``, which is made; skips where no programs of PostgreSQL are."""
    programs = postgres.binaries()
    if programs is None:
        pytest.skip("No usable programs of PostgreSQL are here.")
    folder.mkdir()
    if os.geteuid() == 0:
        shutil.chown(folder, postgres.USER)
    made = Server(programs, folder, environment)
    try:
        made.begin()
        yield made
    finally:
        made.end()


def _run(*command: object, cwd: Path) -> None:
    words = [*postgres._as_user(), *map(str, command)]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd=cwd)
