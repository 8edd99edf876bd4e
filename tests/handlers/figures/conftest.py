"""A city with a year of roll-ups, on the Monday morning of ``city_hall``."""

from datetime import date

import pytest
from flask.testing import FlaskClient

from tests.handlers.city_hall import CityHall
from tests.handlers.figures.rolled import Rolled
from tests.handlers.sealed_cases import log_in

LAST_MONDAY, LAST_SUNDAY = date(2026, 11, 16), date(2026, 11, 22)
BEFORE, TODAY = date(2026, 11, 9), date(2026, 11, 23)


@pytest.fixture
def rolled(hall: CityHall) -> Rolled:
    """Every day since the first of September was counted; what was, says the test."""
    found = Rolled(hall.database, hall.now)
    found.counted(date(2026, 9, 1), TODAY)
    return found


@pytest.fixture
def sekda(hall: CityHall) -> FlaskClient:
    """Somebody of the leadership who has logged in."""
    return log_in(hall, "leadership")
