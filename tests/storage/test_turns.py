"""On SQLite one transaction at a time writes: whoever waits for a turn gets one, however busy the others are."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from storage import patience
from storage.database import Database
from tests.support.statements import statements_of

WRITERS, HELD_S, TURNS = 6, 0.008, 3


@contextmanager
def busy(database: Database) -> Iterator[None]:
    """Others write one transaction after the other, without a pause."""
    stop = threading.Event()

    def work() -> None:
        connection = sqlite3.connect(str(database.engine.url.database), timeout=60, isolation_level=None)
        while not stop.is_set():
            connection.execute("BEGIN IMMEDIATE")
            time.sleep(HELD_S)
            connection.execute("COMMIT")
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def write(database: Database) -> None:
    with database.begin() as session:
        session.execute(text("SELECT 1"))


def test_a_webhook_gets_its_turn_among_a_busy_worker_s_transactions(sqlite_database: Database) -> None:
    """By SQLite's own waiting one of these takes ten seconds, and is then refused."""
    with busy(sqlite_database):
        for _ in range(TURNS):
            write(sqlite_database)


def test_whoever_has_little_time_is_told_in_time(sqlite_database: Database) -> None:
    with sqlite_database.begin() as session:
        session.execute(text("SELECT 1"))
        began = time.monotonic()
        with patience.at_most(0.5), pytest.raises(OperationalError, match="locked"):
            write(sqlite_database)
        assert 0.3 < time.monotonic() - began < 5


def test_whoever_reads_waits_for_nobody(sqlite_database: Database) -> None:
    with sqlite_database.begin() as session:
        session.execute(text("CREATE TABLE waits (x INTEGER)"))
        with sqlite_database.read() as other, statements_of(sqlite_database) as seen:
            assert other.scalar(text("SELECT 1")) == 1
        assert not [statement for statement in seen if "IMMEDIATE" in statement]
