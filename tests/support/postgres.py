"""A throw-away PostgreSQL on a free loopback port: started for a test session, gone after it.

Everything that makes it slow and safe is off; its data lives in a folder that is deleted.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def cluster(programs: Path) -> Iterator[str]:
    """A running server; the URL of its database ``postgres``."""
    folder = Path(tempfile.mkdtemp(prefix="suarakota-postgres-", dir=in_memory()))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, USER)
        _initialise(programs, folder / "data")
        with _server(programs, folder / "data") as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(programs: Path, data: Path) -> None:
    command = [programs / "initdb", "-D", data, "-U", USER, "--auth=trust", "--encoding=UTF8", "--no-locale",
               "--no-sync"]  # fmt: skip
    subprocess.run([*_as_user(), *command], check=True, stdout=subprocess.DEVNULL, cwd=data.parent)


@contextmanager
def _server(programs: Path, data: Path) -> Iterator[str]:
    port = free_port()
    options = [part for setting in FAST for part in ("-c", setting)]
    command = [*_as_user(), programs / "postgres", "-D", data, "-p", str(port), *options]
    with (data.parent / "log").open("w") as log:
        # setpriv becomes the server, so this process id is the server's own.
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=data.parent)
    url = f"postgresql://{USER}@127.0.0.1:{port}/postgres"
    try:
        _wait_for(url, process, data.parent / "log")
        yield url
    finally:
        process.send_signal(signal.SIGQUIT)  # at once; there is nothing to keep
        process.wait(timeout=10)


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
