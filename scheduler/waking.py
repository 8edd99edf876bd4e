"""How an idle loop learns that there may be work: a look at SQLite's change counter, or PostgreSQL's NOTIFY."""

import sqlite3
import threading
from typing import Protocol

import psycopg
from sqlalchemy import make_url

from storage.database import Database
from storage.patience import connect

LOOK_EVERY_S = 0.03
AT_LEAST_EVERY_S = 1.0
NOTICES = "suarakota"


class Bell(Protocol):
    """Something to wait on while there is nothing to do."""

    def wait(self, stop: threading.Event) -> None:
        """Return when something was written, after a second at the latest, or when ``stop`` is set."""

    def close(self) -> None:
        """Give back what waiting needs."""


def bell_for(database: Database) -> Bell:
    """The bell that fits ``database``."""
    if database.is_sqlite:
        return SqliteBell(database.engine.url.database or "")
    return PostgresBell(database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))


class SqliteBell:
    """``PRAGMA data_version`` changes when another connection commits; asking costs microseconds."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._seen = 0

    def wait(self, stop: threading.Event) -> None:
        try:
            for _ in range(int(AT_LEAST_EVERY_S / LOOK_EVERY_S)):
                if stop.wait(LOOK_EVERY_S) or self._has_changed():
                    return
        except sqlite3.Error:  # its disk is full or broken: whoever waits must not end of that
            self.close()
            stop.wait(AT_LEAST_EVERY_S)

    def close(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None

    def _has_changed(self) -> bool:
        if self._connection is None:  # opened in the thread that uses it
            self._connection = sqlite3.connect(self._path)
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        before, self._seen = self._seen, int(version)
        return before != self._seen


class PostgresBell:
    """LISTEN on a connection of its own; without one it is a slow poll."""

    def __init__(self, url: str) -> None:
        self._url = str(make_url(url).render_as_string(hide_password=False))
        self._connection: psycopg.Connection | None = None

    def wait(self, stop: threading.Event) -> None:
        try:
            connection = self._listening()
            for _ in connection.notifies(timeout=AT_LEAST_EVERY_S, stop_after=1):
                pass
        except psycopg.Error:
            self._connection = None
            stop.wait(AT_LEAST_EVERY_S)

    def close(self) -> None:
        if self._connection:
            self._connection.close()

    def _listening(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self._url, autocommit=True)
            self._connection.execute(f"LISTEN {NOTICES}")
        return self._connection
