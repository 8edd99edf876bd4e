"""A city that other systems ask, on one database and on each."""

import pytest

from tests.handlers.city_hall import CityHall
from tests.handlers.open311.place import Place


@pytest.fixture
def place(hall: CityHall) -> Place:
    return Place(hall)


@pytest.fixture
def any_place(any_hall: CityHall) -> Place:
    """Once on SQLite and once on PostgreSQL."""
    return Place(any_hall)
