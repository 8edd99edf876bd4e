"""The clock that the simulator moves: one offset for all processes of a database."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot import clock as clocks
from bot.clock import Clock, simulated_clock
from storage.database import Database
from storage.queries import simulated_time
from tests.support.clock import MoveableClock
from tests.support.statements import statements_of

DAY = timedelta(days=1)


def advance(database: Database, by: timedelta) -> None:
    with database.begin() as session:
        simulated_time.locked_ahead(session)
        simulated_time.advance(session, by)


def test_it_starts_at_the_systems_time(database: Database, clock: MoveableClock) -> None:
    simulated = simulated_clock(database, Clock(clock.now))
    assert simulated.now() == simulated.system() == clock.now()


def test_what_one_process_moves_another_sees(
    database: Database, clock: MoveableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "LOOK_EVERY_S", 0.05)
    web, worker = (simulated_clock(database, Clock(clock.now)) for _ in range(2))
    assert worker.now() == clock.now()
    advance(database, DAY)
    web.look()
    assert web.now() == clock.now() + DAY
    time.sleep(0.06)
    assert worker.now() == clock.now() + DAY
    advance(database, -DAY)
    web.look()
    assert web.now() == web.system() == clock.now()


def test_it_looks_at_most_twice_a_second(sqlite_database: Database, clock: MoveableClock) -> None:
    simulated = simulated_clock(sqlite_database, Clock(clock.now))
    with statements_of(sqlite_database) as statements:
        for _ in range(100):
            simulated.now()
    assert len([statement for statement in statements if "simulated_time" in statement]) == 1


def test_without_its_table_time_goes_on_as_it_did(sqlite_database: Database, clock: MoveableClock) -> None:
    simulated = simulated_clock(sqlite_database, Clock(clock.now))
    advance(sqlite_database, DAY)
    simulated.look()
    with sqlite_database.begin() as session:
        session.execute(text("DROP TABLE simulated_time"))
    simulated.look()
    assert simulated.now() == clock.now() + DAY
