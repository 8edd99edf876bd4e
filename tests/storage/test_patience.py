"""Whoever has little time hears soon that the database is away; nobody else is hurried."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from storage.database import Database
from storage.patience import ANOTHER_AFTER_S, DatabaseAwayError, Gate, at_most
from tests.faults.relay import Relay
from tests.support.databases import PostgresTemplate, opened

A_MOMENT, SOON_S = 0.4, 1.5
ASK = text("SELECT 1")


def ask(database: Database) -> None:
    with database.begin() as session:
        session.execute(ASK)


def ask_in_time(database: Database) -> None:
    with at_most(SOON_S):
        ask(database)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Somebody else writes into the SQLite file all the time."""
    with opened(f"sqlite:///{path}") as other, other.begin() as session:
        session.execute(ASK)
        yield


@contextmanager
def behind_a_wire(template: PostgresTemplate) -> Iterator[tuple[Database, Relay]]:
    with template.empty() as url, Relay(int(make_url(url).port or 0)) as wire:
        relayed = make_url(url).set(port=wire.port).render_as_string(hide_password=False)
        with opened(relayed) as database:
            ask(database)
            yield database, wire


def test_a_held_sqlite_file_is_not_waited_for_long(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/held.db") as database:
        ask(database)
        with held(tmp_path / "held.db"), at_most(A_MOMENT):
            began = time.monotonic()
            with pytest.raises(OperationalError, match="locked"):
                ask(database)
        assert A_MOMENT * 0.9 < time.monotonic() - began < SOON_S
        with at_most(A_MOMENT):
            ask(database)


def test_who_has_time_waits_for_the_sqlite_file(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/held.db") as database, ThreadPoolExecutor(1) as pool:
        with at_most(A_MOMENT):
            ask(database)
        with held(tmp_path / "held.db"):
            asking = pool.submit(ask, database)
            time.sleep(2 * A_MOMENT)
            assert not asking.done()
        asking.result(SOON_S)


def test_a_silent_postgresql_is_not_waited_for_long(postgresql_template: PostgresTemplate) -> None:
    with behind_a_wire(postgresql_template) as (database, wire):
        wire.falls_silent()
        began = time.monotonic()
        with at_most(A_MOMENT), pytest.raises(OperationalError):
            ask(database)
        assert time.monotonic() - began < SOON_S
        wire.carries()
        with at_most(SOON_S):
            ask(database)


def test_nobody_takes_what_a_silent_postgresql_says_late(postgresql_template: PostgresTemplate) -> None:
    """The answer to a question that was given up must not be read as the answer to the next one."""
    with behind_a_wire(postgresql_template) as (database, _):
        with at_most(A_MOMENT), pytest.raises(OperationalError), database.begin() as session:
            session.execute(text("SELECT 'late' FROM pg_sleep(1)"))
        with database.begin() as session:
            assert session.scalar(text("SELECT 'new'")) == "new"


def test_connecting_takes_no_longer_either(postgresql_template: PostgresTemplate) -> None:
    with behind_a_wire(postgresql_template) as (database, wire):
        database.dispose()
        wire.hangs()
        began = time.monotonic()
        with at_most(A_MOMENT), pytest.raises(OperationalError):
            ask(database)
        assert time.monotonic() - began < 2 + SOON_S  # psycopg waits two seconds at least


def test_who_has_time_waits_for_postgresql(postgresql_template: PostgresTemplate) -> None:
    with behind_a_wire(postgresql_template) as (database, _), database.begin() as session:
        assert session.scalar(text("SELECT 'slow' FROM pg_sleep(0.8)")) == "slow"


def test_while_it_is_away_one_at_a_time_tries() -> None:
    gate, over, tries = Gate(), threading.Event(), threading.Barrier(2)
    with pytest.raises(OperationalError), at_most(SOON_S), gate.passed():
        raise away()

    def try_long() -> None:
        with at_most(SOON_S), gate.passed():
            tries.wait(SOON_S)
            over.wait(SOON_S)

    with ThreadPoolExecutor(1) as pool:
        trying = pool.submit(try_long)
        tries.wait(SOON_S)
        for _ in range(3):
            with at_most(SOON_S), pytest.raises(DatabaseAwayError), gate.passed():
                pytest.fail("it was let in")
        with gate.passed():
            pass  # who has time is never turned away, and here finds that it is back
        with at_most(SOON_S), gate.passed():
            pass
        over.set()
        trying.result(SOON_S)


def test_one_that_asks_for_long_keeps_nobody_out_for_long() -> None:
    """It may be a page that is slow, and the database be well."""
    gate, asks, over = Gate(), threading.Event(), threading.Event()
    with pytest.raises(OperationalError), at_most(SOON_S), gate.passed():
        raise away()

    def ask_for_long() -> None:
        with at_most(60), gate.passed():
            asks.set()
            over.wait(60)

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask_for_long)
        asks.wait(SOON_S)
        with pytest.raises(DatabaseAwayError):
            passes(gate)
        time.sleep(ANOTHER_AFTER_S)
        passes(gate)
        passes(gate)  # it is open again
        over.set()
        asking.result(SOON_S)


def test_other_failures_turn_nobody_away() -> None:
    gate = Gate()
    with pytest.raises(ValueError, match="wrong"), at_most(SOON_S), gate.passed():
        raise ValueError("wrong")
    with ThreadPoolExecutor(1) as pool, at_most(SOON_S), gate.passed():
        pool.submit(passes, gate).result(SOON_S)


@pytest.mark.parametrize(
    "refusal", ["query_canceled", "deadlock_detected", "serialization_failure", "lock_not_available"]
)
def test_a_postgresql_that_refuses_one_statement_is_not_away(
    postgresql_template: PostgresTemplate, refusal: str
) -> None:
    """A page that took too long says nothing about the webhooks' chances."""
    refused = text(f"DO $$ BEGIN RAISE {refusal}; END $$")
    with postgresql_template.empty() as url, opened(url) as database, ThreadPoolExecutor(1) as pool:
        with pytest.raises(OperationalError), database.begin() as session:
            session.execute(refused)
        with at_most(SOON_S), database.begin():
            pool.submit(ask_in_time, database).result(SOON_S)


def test_one_who_tries_may_ask_twice_at_once() -> None:
    gate = Gate()
    with pytest.raises(OperationalError), at_most(SOON_S), gate.passed():
        raise away()
    with at_most(SOON_S), gate.passed(), gate.passed():
        pass


def passes(gate: Gate) -> None:
    with at_most(SOON_S), gate.passed():
        pass


def away() -> OperationalError:
    return OperationalError("SELECT 1", {}, ConnectionError("away"))
