"""Fixtures that all tests share. What they are made of is in ``tests/support``."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from bot.rulebook import Rulebook, load_rulebook
from bot.settings import Settings
from handlers import auth
from storage import keyring
from storage.database import Database
from storage.keyring import Keyring
from tests.support import databases, postgres, routes, thrift
from tests.support.clock import MoveableClock, at
from tests.support.databases import PostgresTemplate, SqliteTemplate, Stock
from tests.support.folders import short_lived_folder
from tests.support.outbox import Post
from tests.support.settings import isolated_settings
from tests.support.twilio import Twilio, twilio_running

if TYPE_CHECKING:
    from tests.support import s3 as s3_stores


def pytest_collection_finish() -> None:
    thrift.pay_less()
    routes.use()


@pytest.fixture(autouse=True)
def test_keyring() -> Keyring:
    """The keys that a test's encrypted columns are written with."""
    keys = Keyring(("test secret",))
    keyring.use(keys)
    return keys


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> None:
    """Argon2id as ever, at the least cost."""
    auth.passwords.use(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def clock() -> MoveableClock:
    """Stands at a Tuesday morning in Jakarta, 10:00, until a test moves it."""
    return MoveableClock(at("2026-11-24T10:00+07:00"))


@pytest.fixture
def settings() -> Settings:
    """An installation with an invented Twilio account, whatever this machine's environment says."""
    return isolated_settings()


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    """The real sample city with its sentences; an NLU server is configured."""
    return load_rulebook(isolated_settings())


@pytest.fixture(params=databases.kinds())
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated, empty database: the test runs once on SQLite and once on PostgreSQL."""
    fresh: Database = request.getfixturevalue(f"{request.param}_stock").fresh()
    yield fresh
    fresh.dispose()


@pytest.fixture(params=databases.kinds())
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table, once on SQLite and once on PostgreSQL."""
    if request.param == databases.SQLITE:
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    with request.getfixturevalue("postgresql_template").empty() as url:
        yield url


@pytest.fixture
def sqlite_database(sqlite_stock: Stock) -> Iterator[Database]:
    """For tests in which the kind of database makes no difference."""
    fresh = sqlite_stock.fresh()
    yield fresh
    fresh.dispose()


@pytest.fixture
def post(database: Database, clock: MoveableClock) -> Iterator[Post]:
    """An outbox, a courier and a provider in this process that a test directs."""
    office = Post(database, clock)
    yield office
    office.close()


@pytest.fixture
def local_post(sqlite_database: Database, clock: MoveableClock) -> Iterator[Post]:
    """For what is decided without the database's help."""
    office = Post(sqlite_database, clock)
    yield office
    office.close()


@pytest.fixture(scope="session")
def twilio_process() -> Iterator[Twilio]:
    with twilio_running() as twilio:
        yield twilio


@pytest.fixture
def twilio(twilio_process: Twilio) -> Twilio:
    """Twilio's stand-in, a process that all tests share; it has seen nothing yet."""
    twilio_process.clear()
    return twilio_process


@pytest.fixture(scope="session")
def s3() -> "Iterator[s3_stores.Store]":
    """An S3-compatible store, a process that all tests share; each makes buckets of its own."""
    from tests.support.s3 import store_running  # the library is large, and few tests need it

    with store_running() as store:
        yield store


@pytest.fixture
def wire(s3: "s3_stores.Store") -> "Iterator[s3_stores.Wire]":
    """A wire to that store, which a test can cut."""
    from tests.support.s3 import Wire

    made = Wire(s3.url)
    yield made
    made.close()


@pytest.fixture(scope="session")
def sqlite_template() -> Iterator[SqliteTemplate]:
    with short_lived_folder() as folder:
        yield SqliteTemplate(folder)


@pytest.fixture(scope="session")
def sqlite_stock(sqlite_template: SqliteTemplate) -> Iterator[Stock]:
    with sqlite_template.stock() as stock:
        yield stock


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server on which databases can be created: the one that was named, or a throw-away one."""
    programs = postgres.binaries()
    if databases.given_url() or programs is None:
        yield databases.given_url()
        return
    with postgres.cluster(programs) as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_template(postgres_url: str) -> Iterator[PostgresTemplate]:
    template = PostgresTemplate(postgres_url)
    yield template
    template.drop()


@pytest.fixture(scope="session")
def postgresql_stock(postgresql_template: PostgresTemplate) -> Iterator[Stock]:
    with postgresql_template.stock() as stock:
        yield stock


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if databases.POSTGRESQL not in databases.kinds():
        terminalreporter.write_line(databases.NO_POSTGRESQL, red=True, bold=True)
