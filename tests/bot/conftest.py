"""A number to write to and a room in which files are fetched, on each database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.rulebook import Rulebook
from storage.database import Database
from tests.support.announced import Quarter
from tests.support.clock import MoveableClock
from tests.support.desk import Number
from tests.support.lost import Line
from tests.support.media import Darkroom


@pytest.fixture
def number(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Iterator[Number]:
    with ThreadPoolExecutor(4) as pool:
        yield Number(database, rulebook, clock, pool)


@pytest.fixture
def room(database: Database, rulebook: Rulebook, clock: MoveableClock, tmp_path: Path) -> Darkroom:
    return Darkroom(database, rulebook, clock, tmp_path / "media")


@pytest.fixture
def quick(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock, tmp_path: Path) -> Darkroom:
    """On one database only, where its kind makes no difference."""
    return Darkroom(sqlite_database, rulebook, clock, tmp_path / "media")


@pytest.fixture
def quarter(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Quarter:
    return Quarter(database, rulebook, clock)


@pytest.fixture
def small_quarter(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock) -> Quarter:
    """On one database only, where its kind makes no difference."""
    return Quarter(sqlite_database, rulebook, clock)


@pytest.fixture
def line(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Line:
    return Line(database, rulebook, clock)


@pytest.fixture
def quick_line(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock) -> Line:
    """Where the kind of database makes no difference."""
    return Line(sqlite_database, rulebook, clock)
