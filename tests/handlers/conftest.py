"""What tests of the pages share; how it is put together stands in ``city_hall.py``."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from bot.rulebook import Rulebook
from bot.settings import Settings
from storage.database import Database
from tests.handlers.city_hall import CityHall, build, on
from tests.standins.citizen import Citizen
from tests.support.clock import MoveableClock
from tests.support.gateway import GatewayWeb, gateway_settings, gateway_web
from tests.support.settings import OUR_WHATSAPP, isolated_settings
from tests.support.web import LINE, Web


@pytest.fixture
def hall(tmp_path: Path, sqlite_database: Database, rulebook: Rulebook) -> CityHall:
    """The web app as an installation without any account runs it."""
    return build(tmp_path, rulebook, sqlite_database)


@pytest.fixture
def rina(hall: CityHall) -> FlaskClient:
    """A coordinator who has logged in; of a test's own ``hall`` where it has one."""
    return hall.coordinator()


@pytest.fixture
def any_hall(database: Database, rulebook: Rulebook, tmp_path: Path) -> CityHall:
    """The web app once on SQLite and once on PostgreSQL."""
    return on(database, rulebook, isolated_settings(public_url="http://localhost", media_folder=tmp_path))


@pytest.fixture
def web(database: Database, rulebook: Rulebook, clock: MoveableClock, settings: Settings) -> Web:
    return Web(database, rulebook, clock, settings)


@pytest.fixture
def local_web(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock, settings: Settings) -> Web:
    """For what never reaches the database."""
    return Web(sqlite_database, rulebook, clock, settings)


@pytest.fixture
def sari() -> Citizen:
    return Citizen(LINE, OUR_WHATSAPP, name="Sari")


@pytest.fixture
def gateway(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Iterator[GatewayWeb]:
    with gateway_web(database, rulebook, clock, gateway_settings()) as served:
        yield served


@pytest.fixture
def local_gateway(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock) -> Iterator[GatewayWeb]:
    """For what never reaches the database."""
    with gateway_web(sqlite_database, rulebook, clock, gateway_settings()) as served:
        yield served
