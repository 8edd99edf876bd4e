"""Fixtures: a number to write to, and somebody who keeps answers."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.rulebook import Rulebook
from storage.database import Database
from tests.bot.standing.keeping import person
from tests.support.clock import MoveableClock
from tests.support.desk import Number


@pytest.fixture
def number(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Iterator[Number]:
    with ThreadPoolExecutor(1) as pool:
        yield Number(database, rulebook, clock, pool)


@pytest.fixture
def user_id(database: Database, clock: MoveableClock) -> int:
    return person(database, clock, "rina@jakarta.example")
