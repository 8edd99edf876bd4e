"""A number that strangers write to, on each database."""

import pytest

from bot.rulebook import Rulebook
from bot.settings import Settings
from storage.database import Database
from tests.support.clock import MoveableClock
from tests.support.hotline import Hotline


@pytest.fixture
def hotline(database: Database, rulebook: Rulebook, clock: MoveableClock, settings: Settings) -> Hotline:
    return Hotline(database, rulebook, clock, settings)


@pytest.fixture
def local_hotline(
    sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock, settings: Settings
) -> Hotline:
    """For what does not depend on the kind of database."""
    return Hotline(sqlite_database, rulebook, clock, settings)
