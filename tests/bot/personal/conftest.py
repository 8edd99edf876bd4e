"""Fixtures: a city whose reports can be filed, closed and grow old."""

import pytest

from bot.rulebook import Rulebook
from storage.database import Database
from tests.support.clock import MoveableClock
from tests.support.counted import Figured


@pytest.fixture
def city(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Figured:
    return Figured(database, rulebook, clock)
