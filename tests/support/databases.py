"""Migrated databases, one for each test: copied from a template, so that a test pays for no migration."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from storage import migrate
from storage.database import Database, open_database
from tests.support import postgres
from tests.support.emptying import Emptier
from tests.support.folders import short_lived_folder

STRATEGIES_SINCE = 150_000  # PostgreSQL 15
SQLITE, POSTGRESQL = "sqlite", "postgresql"
NO_POSTGRESQL = (
    "WARNING: PostgreSQL IS NOT TESTED: no usable programs of it were found here. Install the package "
    "postgresql, or set TEST_DATABASE_URL to a server on which databases may be created."
)


def kinds() -> list[str]:
    """The databases that can be tested on this machine."""
    return [SQLITE, POSTGRESQL] if given_url() or postgres.binaries() else [SQLITE]


def given_url() -> str:
    """A PostgreSQL server named by TEST_DATABASE_URL instead of a throw-away one."""
    return os.environ.get("TEST_DATABASE_URL", "")


class SqliteTemplate:
    """A migrated file, copied for each test."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "template.db"
        _migrated(f"sqlite:///{self._file}")

    def copy_to(self, file: Path) -> None:
        """A migrated database at ``file``."""
        for suffix in ("-wal", "-shm", ".erasures.jsonl"):
            Path(f"{file}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(self._file, file)

    @contextmanager
    def copy(self) -> Iterator[Database]:
        with self.stock() as stock:
            yield stock.fresh()

    @contextmanager
    def stock(self) -> Iterator["Stock"]:
        """Empty databases, one after the other, in one file."""
        with short_lived_folder() as folder, opened(f"sqlite:///{folder / 'test.db'}") as database:
            yield Stock(database, lambda: self.copy_to(folder / "test.db"))


@dataclass(frozen=True)
class Stock:
    """One database, made anew for each test: what SQLAlchemy has compiled for it stays, which is half the time."""

    database: Database
    renew: Callable[[], object]

    def fresh(self) -> Database:
        """The database, migrated and empty; who still holds a connection to it loses it."""
        self.database.dispose()
        self.renew()
        return self.database


class PostgresTemplate:
    """A migrated database on a server, copied for each test by the server itself."""

    def __init__(self, server_url: str) -> None:
        self._server_url = _plain(server_url)
        self._numbers = itertools.count()
        self._prefix = f"suarakota_test_{os.getpid()}"
        self._template = f"{self._prefix}_template"
        self._create(self._template)
        _migrated(self._url(self._template))

    @contextmanager
    def stock(self) -> Iterator["Stock"]:
        """Empty databases, one after the other, under one name."""
        with self.empty(self._template) as url, opened(url) as database, Emptier(_plain(url)) as emptier:
            name = str(database.engine.url.database)
            yield Stock(database, lambda: emptier.empty() or self._replace(name))

    def _replace(self, name: str) -> None:
        self._run("DROP DATABASE {} WITH (FORCE)", name)
        self._create(name, self._template)

    @contextmanager
    def empty(self, template: str = "template0") -> Iterator[str]:
        """The URL of a new database, dropped at the end."""
        name = f"{self._prefix}_{next(self._numbers)}"
        self._create(name, template)
        try:
            yield self._url(name)
        finally:
            self._run("DROP DATABASE {} WITH (FORCE)", name)

    def drop(self) -> None:
        self._run("DROP DATABASE {} WITH (FORCE)", self._template)

    def _create(self, name: str, template: str = "template0") -> None:
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template, file_copy=True)

    def _run(self, statement: str, *names: str, file_copy: bool = False) -> None:
        with psycopg.connect(self._server_url, autocommit=True) as connection:
            if file_copy and connection.info.server_version >= STRATEGIES_SINCE:
                statement += " STRATEGY file_copy"  # with fsync off that is quicker than the usual way
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _url(self, name: str) -> str:
        return make_url(self._server_url).set(database=name).render_as_string(hide_password=False)


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """A database that is closed at the end."""
    database = open_database(url)
    try:
        yield database
    finally:
        database.dispose()


def _migrated(url: str) -> None:
    with opened(url) as database:
        migrate.upgrade(database.engine)
    # SQLite has brought its log into the file when the last connection was closed.


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
