"""Fixtures: a city with one report, for the weekly letter and for the nightly export."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.rulebook import Rulebook
from storage.database import Database
from tests.bot.figures_report.office import POTHOLE, House, Office
from tests.support.clock import MoveableClock, at
from tests.support.desk import Number


@pytest.fixture
def office(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Iterator[Office]:
    """A city with one report of the Tuesday before last; the week after it is not counted yet."""
    clock.at = at("2026-11-10T10:00+07:00")
    with ThreadPoolExecutor(4) as pool:
        found = Office(database, rulebook, clock, pool)
        found.says("jalan di Jl. Melati berlubang, saya Budi", POTHOLE)
        clock.at = at("2026-11-23T08:00+07:00")
        yield found


@pytest.fixture
def house(database: Database, rulebook: Rulebook, clock: MoveableClock, tmp_path: Path) -> Iterator[House]:
    """One report, on a Tuesday at ten."""
    with ThreadPoolExecutor(4) as pool:
        number = Number(database, rulebook, clock, pool)
        number.says("jalan di Jl. Melati berlubang", POTHOLE)
        number.later(minutes=10)
        yield House(number, tmp_path / "exports")
