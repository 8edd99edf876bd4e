"""What tests of the pages share; how it is put together stands in ``city_hall.py``."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.handlers.city_hall import CityHall, build


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[CityHall]:
    """The web app on a database of its own."""
    made = build(tmp_path)
    yield made
    made.database.dispose()
