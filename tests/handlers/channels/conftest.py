"""An installation whose WhatsApp goes through Meta, over real HTTP."""

from collections.abc import Iterator

import pytest

from bot.rulebook import Rulebook
from storage.database import Database
from tests.standins.meta import Meta, meta_running
from tests.standins.meta_posts import MetaLine
from tests.support.clock import MoveableClock
from tests.support.gateway import GatewayWeb, gateway_web
from tests.support.meta import meta_settings


@pytest.fixture(scope="module")
def meta_server() -> Iterator[Meta]:
    with meta_running() as running:
        yield running


@pytest.fixture
def meta(meta_server: Meta) -> Meta:
    """Meta's stand-in; it has seen nothing yet."""
    meta_server.clear()
    return meta_server


@pytest.fixture
def meta_web(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock) -> Iterator[GatewayWeb]:
    with gateway_web(sqlite_database, rulebook, clock, meta_settings()) as web:
        yield web


@pytest.fixture
def line(meta_web: GatewayWeb) -> MetaLine:
    return MetaLine(meta_web.url)
