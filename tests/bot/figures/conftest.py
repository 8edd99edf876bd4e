"""A city whose figures are counted, on each database."""

import pytest

from bot.rulebook import Rulebook
from storage.database import Database
from tests.support.clock import MoveableClock
from tests.support.counted import Figured


@pytest.fixture
def city(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Figured:
    """On a Tuesday morning, 24 November 2026."""
    return Figured(database, rulebook, clock)


@pytest.fixture
def small_city(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock) -> Figured:
    """Where the kind of database makes no difference."""
    return Figured(sqlite_database, rulebook, clock)
