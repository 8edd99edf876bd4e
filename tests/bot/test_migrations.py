"""The migrations make exactly the tables that the models describe, on both databases, there and back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import LargeBinary, Table, inspect, select, text
from sqlalchemy.types import TypeDecorator

from bot.intake import inbox
from bot.messages import Content
from bot.rulebook import Rulebook
from storage import keyring, migrate
from storage.database import Database
from storage.keyring import Keyring, KeyringError
from storage.models import Base, InboundMessage
from storage.queries.search import is_of_search
from tests.support.clock import MoveableClock
from tests.support.databases import SqliteTemplate, opened
from tests.support.messages import by_whatsapp

PERSONAL = {
    "citizens": {"name"},
    "conversations": {"address", "dialogue"},
    "inbound_messages": {"address", "content", "raw"},
    "quarantine": {"raw"},
    "outbound_messages": {"recipient", "body"},
    "tickets": {"story", "place"},
    "ticket_events": {"note"},
    "attachments": {"content"},
    "handovers": {"text", "answer"},
    "simulated_files": {"content"},
    "users": {"phone"},
    "civil_servants": {"name"},
    "media_files": {"url", "transcript"},
}


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Database]:
    with opened(empty_database_url) as database:
        yield database


def tables(database: Database) -> set[str]:
    found = inspect(database.engine).get_table_names()
    return {name for name in found if not is_of_search(name)} - {"alembic_version"}


def differences(database: Database) -> list[object]:
    with database.engine.connect() as connection:
        opts = {"compare_type": True, "compare_server_default": True}
        opts["include_name"] = lambda name, *_: not is_of_search(name)
        context = MigrationContext.configure(connection, opts=opts)
        return list(compare_metadata(context, Base.metadata))


def test_up_down_and_up_again(empty: Database) -> None:
    migrate.upgrade(empty.engine)
    assert tables(empty) == set(Base.metadata.tables)
    assert migrate.is_current(empty.engine)
    migrate.downgrade(empty.engine, "base")
    assert tables(empty) == set()
    assert not migrate.is_current(empty.engine)
    migrate.upgrade(empty.engine)
    assert differences(empty) == []


def test_each_step_can_be_taken_back(empty: Database) -> None:
    steps = [script.revision for script in ScriptDirectory(str(migrate.FOLDER)).walk_revisions()]
    for revision in reversed(steps):
        migrate.upgrade(empty.engine, revision)
        migrate.downgrade(empty.engine, "-1")
        migrate.upgrade(empty.engine, revision)
    assert migrate.is_current(empty.engine)


def test_later_steps_there_and_back_keep_what_is_stored(empty: Database) -> None:
    migrate.upgrade(empty.engine, "0001")
    store_a_ticket(empty)
    migrate.upgrade(empty.engine)
    migrate.downgrade(empty.engine, "0001")
    with empty.engine.connect() as connection:
        kept = connection.execute(
            text("SELECT t.number, e.kind FROM tickets t JOIN ticket_events e ON t.id = e.ticket_id")
        )
        assert kept.all() == [("JK-7Q2M9X-4", "filed")]


def store_a_ticket(database: Database) -> None:
    """A row in each of the tables around a ticket, as the first version of the schema had them."""
    at = {"at": "2026-11-21 08:00:00+00:00", "no": False, "nothing": b""}
    with database.engine.begin() as connection:
        for statement in (
            "INSERT INTO citizens (id, created_at, hide_name) VALUES (1, :at, :no)",
            "INSERT INTO conversations (id, channel, address_hash, address, citizen_id, language, created_at,"
            " dialogue, lane, attempts, lease_token)"
            " VALUES (1, 'sms', 'x', :nothing, 1, 'id', :at, :nothing, 1, 0, 0)",
            "INSERT INTO tickets (id, number, citizen_id, conversation_id, kind, service, agency, status, urgent,"
            " story, masked_story, created_at, forward_at, verify_by, answer_by, solve_by, reopened, moves,"
            " version) VALUES (1, 'JK-7Q2M9X-4', 1, 1, 'lapor', 'pohon', 'tamhut', 'waiting', :no, :nothing, '',"
            " :at, :at, :at, :at, :at, 0, 0, 1)",
            "INSERT INTO ticket_events (ticket_id, at, kind, actor, status, data)"
            " VALUES (1, :at, 'filed', 'citizen', 'received', '{}')",
        ):
            connection.execute(text(statement), at)


def test_applying_twice_changes_nothing(database: Database) -> None:
    migrate.upgrade(database.engine)
    assert migrate.is_current(database.engine)


def test_the_models_and_the_migrations_agree(database: Database) -> None:
    assert differences(database) == []


def test_a_migration_that_fails_leaves_nothing_behind(empty: Database) -> None:
    with empty.engine.begin() as connection:
        connection.execute(text("CREATE TABLE tickets (id INTEGER)"))  # in the way of the first migration
    with pytest.raises(Exception, match="tickets"):
        migrate.upgrade(empty.engine)
    assert tables(empty) == {"tickets"}


@pytest.mark.parametrize("table", PERSONAL)
def test_personal_columns_are_encrypted(table: str) -> None:
    encrypted = {column.name for column in encrypted_columns(Base.metadata.tables[table])}
    assert encrypted >= PERSONAL[table]


def encrypted_columns(table: Table) -> list[object]:
    return [c for c in table.columns if isinstance(c.type, TypeDecorator) and isinstance(c.type.impl, LargeBinary)]


def test_what_a_citizen_told_cannot_be_read_in_the_raw_file(
    sqlite_template: SqliteTemplate, rulebook: Rulebook, clock: MoveableClock
) -> None:
    secrets = ("+628000001234", "628000001234", "Sari", "081234567890", "3171012303450001", "rahasia.example")
    content = Content(f"banjir, hubungi {secrets[3]}, NIK {secrets[4]}", profile_name=secrets[2])
    message = by_whatsapp(content=content, raw={"Url": f"https://{secrets[5]}", "From": f"whatsapp:{secrets[0]}"})
    with sqlite_template.copy() as database:
        with database.begin() as session:
            inbox.store(session, message, rulebook.words, clock.now())
        with database.begin() as session:
            inbox.place_new(session, clock.now())
        raw = everything(Path(str(database.engine.url.database)))
    assert b"banjir" in raw  # what is masked can be searched
    assert [secret for secret in secrets if secret.encode() in raw] == []


def everything(file: Path) -> bytes:
    """The file and its log beside it."""
    return b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))


def test_without_the_key_nothing_can_be_read(database: Database, rulebook: Rulebook, clock: MoveableClock) -> None:
    with database.begin() as session:
        inbox.store(session, by_whatsapp("banjir"), rulebook.words, clock.now())
    keyring.use(Keyring(("another secret",)))
    with database.read() as session, pytest.raises(KeyringError):
        session.scalars(select(InboundMessage)).all()


def test_a_new_secret_in_front_reads_what_is_stored_and_finds_the_same_citizen(
    database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    for secrets in (("test secret",), ("new secret", "test secret")):
        keyring.use(Keyring(secrets))
        with database.begin() as session:
            inbox.store(session, by_whatsapp("banjir"), rulebook.words, clock.now())
            inbox.place_new(session, clock.now())
    with database.read() as session:
        messages = session.scalars(select(InboundMessage)).all()
    assert [message.content["text"] for message in messages] == ["banjir", "banjir"]
    assert len({message.conversation_id for message in messages}) == 1
