"""A city is upgraded while it works: whoever writes meanwhile, as the version before does, hardly waits."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from storage import migrate
from storage.database import Database
from tests.support import databases
from tests.support.databases import PostgresTemplate, opened

EVERY_S = 0.02
REFUSED_AFTER_S = 3  # a webhook's patience
TWILIO_GIVES_UP_AFTER_S = 15  # docs/operating.md: SQLite's table for searching is filled in one piece
MILLION = pytest.param(1_000_000, marks=[pytest.mark.faults, pytest.mark.processes])
BEFORE = "0001"
AT = "'2026-11-21 08:00:00+00:00'"
VALUES = {"no": False, "nothing": b""}
SERIES = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)"
TICKET = (
    "number, citizen_id, conversation_id, kind, service, agency, status, urgent, story, masked_story, created_at,"
    " forward_at, verify_by, answer_by, solve_by, reopened, moves, version"
)
MESSAGE = "channel, external_id, address_hash, address, received_at, lane, state, text, content, raw"
# Every tenth ticket is open, as in a city that has worked for a year.
FILL = (
    f"INSERT INTO citizens (created_at, hide_name) VALUES ({AT}, :no)",
    "INSERT INTO conversations (channel, address_hash, address, citizen_id, language, created_at, dialogue, lane,"
    f" attempts, lease_token) VALUES ('sms', 'x', :nothing, 1, 'id', {AT}, :nothing, 1, 0, 0)",
    f"INSERT INTO tickets ({TICKET}) {SERIES} SELECT 'T' || i, 1, 1, 'lapor', 'pohon', 'tamhut', 'waiting', :no,"
    f" :nothing, 'pohon tumbang di Jl. Kenanga ' || i, {AT}, {AT}, {AT}, {AT}, {AT}, 0, 0, 1 FROM n",
    f"UPDATE tickets SET status = 'done', closed_at = {AT} WHERE id % 10 != 0",
    f"INSERT INTO inbound_messages ({MESSAGE}, conversation_id) {SERIES} SELECT 'sms', 'M' || i, 'x', :nothing,"
    f" {AT}, 1, 'done', 'pohon tumbang ' || i, :nothing, :nothing, 1 FROM n",
    "INSERT INTO ticket_events (ticket_id, at, kind, actor, status, data)"
    f" SELECT id, {AT}, 'filed', 'citizen', 'received', '{{}}' FROM tickets",
)
COMES_IN = text(
    f"INSERT INTO inbound_messages ({MESSAGE})"
    f" VALUES ('sms', :id, 'y', :nothing, {AT}, 1, 'new', 'banjir', :nothing, :nothing)"
)


class OldProgram:
    """Stores a message every 20 ms. ``waits``: how long each took, in seconds."""

    def __init__(self, database: Database) -> None:
        self.waits: list[float] = []
        self._database = database
        self._ended = threading.Event()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        thread = threading.Thread(target=self._store_all)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    def _store_all(self) -> None:
        for number in count():
            began = time.monotonic()
            self._store(f"new {number}")
            self.waits.append(time.monotonic() - began)
            if self._ended.wait(EVERY_S):
                return

    def _store(self, external_id: str) -> None:
        with self._database.engine.begin() as connection:
            connection.execute(COMES_IN, {**VALUES, "id": external_id})


def filled(database: Database, rows: int) -> None:
    migrate.upgrade(database.engine, BEFORE)
    for statement in FILL:
        with database.engine.begin() as connection:
            connection.execute(text(statement), {**VALUES, "rows": rows})


@pytest.mark.parametrize("rows", [100_000, MILLION])
def test_nobody_is_refused_while_tables_are_upgraded(empty_database_url: str, rows: int) -> None:
    with opened(empty_database_url) as database, opened(empty_database_url) as elsewhere:
        filled(database, rows)
        old, began = OldProgram(elsewhere), time.monotonic()
        with old.at_work():
            migrate.upgrade(database.engine)
        print(f"{rows} rows: {time.monotonic() - began:.1f} s, longest wait {max(old.waits):.2f} s")  # noqa: T201
        assert migrate.is_current(database.engine)
        with database.engine.connect() as connection:
            stored = connection.scalar(text("SELECT count(*) FROM inbound_messages WHERE state = 'new'"))
    assert stored == len(old.waits)
    of_a_large_file = elsewhere.is_sqlite and rows > 100_000
    assert max(old.waits) < (TWILIO_GIVES_UP_AFTER_S if of_a_large_file else REFUSED_AFTER_S)


def test_behind_somebody_who_reads_for_long_nobody_queues(empty_database_url: str) -> None:
    with opened(empty_database_url) as database, opened(empty_database_url) as elsewhere:
        filled(database, 10)
        old = OldProgram(elsewhere)
        with ThreadPoolExecutor() as pool, old.at_work():
            with elsewhere.read() as session:
                session.execute(text("SELECT count(*) FROM tickets"))
                upgrade = pool.submit(migrate.upgrade, database.engine)
                time.sleep(3 * migrate.LOOK_EVERY_S)
                assert elsewhere.is_sqlite or not upgrade.done()
            upgrade.result()
        assert max(old.waits) < REFUSED_AFTER_S


# They fill, or build indexes, in many transactions.
@pytest.mark.parametrize("revision", ["0004b", "0006b", "0009b", "0012b"])
def test_a_revision_of_many_transactions_can_begin_again(empty_database_url: str, revision: str) -> None:
    with opened(empty_database_url) as database:
        filled(database, 10)
        migrate.upgrade(database.engine, revision)
        with database.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": revision.rstrip("b")})
        migrate.upgrade(database.engine)
        assert migrate.is_current(database.engine)
        with database.engine.connect() as connection:
            held = "SELECT count(*), count(DISTINCT ticket_id) FROM assignments"
            assert connection.execute(text(held)).one() == (1, 1)


def test_an_index_whose_building_was_interrupted_is_built_anew(request: pytest.FixtureRequest) -> None:
    if databases.POSTGRESQL not in databases.kinds():
        return  # the summary says loudly that PostgreSQL is not tested
    template: PostgresTemplate = request.getfixturevalue("postgresql_template")
    with template.empty() as url, opened(url) as database:
        filled(database, 10)
        broken = text("CREATE UNIQUE INDEX CONCURRENTLY ix_tickets_created_at ON tickets (created_at)")
        outside = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with outside.connect() as connection, pytest.raises(IntegrityError):
            connection.execute(broken)  # they are all of one time, and it stays half built
        migrate.upgrade(database.engine)
        indexes = {index["name"]: index["unique"] for index in inspect(database.engine).get_indexes("tickets")}
        assert indexes["ix_tickets_created_at"] is False
