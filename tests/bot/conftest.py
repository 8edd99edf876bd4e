"""A number to write to, on each database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.rulebook import Rulebook
from storage.database import Database
from tests.support.clock import MoveableClock
from tests.support.desk import Number


@pytest.fixture
def number(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Iterator[Number]:
    with ThreadPoolExecutor(4) as pool:
        yield Number(database, rulebook, clock, pool)
