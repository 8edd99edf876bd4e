"""The database itself as a file and back: SQLite by its backup interface, PostgreSQL by its own programs."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, inspect, text

from storage.database import Database
from storage.queries.search import is_of_search

SQLITE_FILE, POSTGRES_FILE = "database.db", "database.dump"
PROGRAMS = Path("/usr/lib/postgresql")  # where Debian keeps those of each version
WAIT_S = 10


class BackupError(Exception):
    """A backup could not be made or put back; one sentence that says why and what to do."""


@contextmanager
def dumped(database: Database, folder: Path) -> Iterator[tuple[Path, Connection]]:
    """The database written into ``folder`` while it is in use, and a connection that sees the same state of it.

    BackupError when it cannot be written.
    """
    with (_sqlite if database.is_sqlite else _postgres)(database, folder) as made:
        yield made


def load(database: Database, file: Path) -> None:
    """Fill the empty ``database`` with what ``file`` holds: all of it or nothing. BackupError when that fails."""
    (_load_sqlite if database.is_sqlite else _load_postgres)(database, file)


def tables(connection: Connection) -> list[str]:
    """The tables, without those that only make searching quick."""
    return sorted(name for name in inspect(connection).get_table_names() if not is_of_search(name))


@contextmanager
def _sqlite(database: Database, folder: Path) -> Iterator[tuple[Path, Connection]]:
    file = folder / SQLITE_FILE
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(sqlite3.connect(file)) as target:
            with closing(sqlite3.connect(_path(database), timeout=WAIT_S)) as source:
                source.backup(target, pages=-1)  # in parts it would begin anew with every message that comes in
            target.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
            (found,) = target.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise BackupError(f"The database could not be copied ({error}).") from None
    if found != "ok":
        raise BackupError(f"The database is damaged ({found}); restore the last good backup.")
    engine = create_engine(f"sqlite:///{file}")  # without our own preparations, which would write into it
    try:
        with engine.connect() as connection:
            yield file, connection
    finally:
        engine.dispose()


@contextmanager
def _postgres(database: Database, folder: Path) -> Iterator[tuple[Path, Connection]]:
    """Both look at the same moment: the dump is of the snapshot that the connection exports."""
    file = folder / POSTGRES_FILE
    engine = database.engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        what = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        _run(database, "pg_dump", [*what, f"--file={file}"])
        file.chmod(0o600)
        yield file, connection


def _load_sqlite(database: Database, file: Path) -> None:
    target_path = _path(database)
    target_path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(target_path, os.O_WRONLY | os.O_CREAT, 0o600))
    database.dispose()
    try:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(target_path)) as target:
            source.backup(target, pages=-1)
    except sqlite3.Error as error:
        raise BackupError(f"The database could not be written ({error}); it is empty still.") from None


def _load_postgres(database: Database, file: Path) -> None:
    how = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-comments"]
    _run(database, "pg_restore", [*how, str(file)])
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("ANALYZE"))  # the planner knows nothing of a new database


def _run(database: Database, name: str, options: Sequence[str]) -> None:
    """One of PostgreSQL's programs; the password goes by the environment, for others see a command line."""
    url = database.engine.url
    plain = url._replace(drivername="postgresql", password=None).render_as_string(hide_password=False)
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    command = [_program(name), *options, f"--dbname={plain}"]
    done = subprocess.run(command, env={**os.environ, **secret}, stderr=subprocess.PIPE, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = next(iter(done.stderr.strip().splitlines()), "it said nothing")
        raise BackupError(f"{name} failed: {said}")


def _program(name: str) -> str:
    versions = sorted(PROGRAMS.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which(name)
    if not found:
        raise BackupError(f"{name} is missing; install postgresql-client of the server's version or newer.")
    return found


def _path(database: Database) -> Path:
    path = database.engine.url.database
    if not path or path == ":memory:":
        raise BackupError("This database lives in memory only; there is nothing to back up or restore.")
    return Path(path)
