"""The databases that are measured on, on a real disk and as safe as in production: a SQLite file, and a PostgreSQL
of its own with fsync on, thrown away afterwards."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support import postgres

# As a fresh installation has them, but for room and place. fsync, full_page_writes and autovacuum are on.
DURABLE = (
    "synchronous_commit=on",
    "shared_buffers=256MB",
    "max_connections=100",
    "dynamic_shared_memory_type=mmap",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
)
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"


@dataclass(frozen=True)
class Place:
    """A database to be measured on. ``pid``: its server; None where there is none."""

    name: str
    url: str
    pid: int | None = None


@contextmanager
def scratch(under: Path | None = None) -> Iterator[Path]:
    """A folder on the disk, where every user may look into what is in there."""
    folder = Path(tempfile.mkdtemp(prefix="suarakota-load-", dir=under))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def sqlite(folder: Path) -> Iterator[Place]:
    yield Place(SQLITE, f"sqlite:///{folder}/load.db")


@contextmanager
def postgresql(folder: Path) -> Iterator[Place]:
    """A server of its own under ``folder``, on the disk."""
    programs = postgres.binaries()
    if programs is None:
        raise SystemExit("No PostgreSQL is installed here; install it, or name one with --database-url.")
    with postgres.cluster(programs, DURABLE, folder) as url:
        yield Place(POSTGRESQL, url, _server_of(url))


@contextmanager
def given(url: str) -> Iterator[Place]:
    """An empty database that somebody names."""
    yield Place(POSTGRESQL if url.startswith("postgres") else SQLITE, url)


def _server_of(url: str) -> int:
    """The process that was just started: the one that has our port among its arguments."""
    port = url.rpartition(":")[2].partition("/")[0]
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"postgres") and port.encode() in words:
            return int(folder.name)
    return os.getpid()
