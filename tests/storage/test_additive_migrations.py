"""While a city is upgraded the old program works on the new tables: a migration only adds."""

from collections.abc import Iterator

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from storage import migrate
from storage.database import Database
from storage.queries.search import is_of_search
from tests.support.databases import opened

# By revision, what is in the old program's way all the same; in a comment why that is right, and what the
# operator must do (stop everything first). The usual way is in two versions: docs/operating.md, "Upgrading".
EXCEPTIONS: dict[str, set[str]] = {}

Columns = dict[str, dict[str, tuple[str, bool, bool]]]


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Database]:
    with opened(empty_database_url) as database:
        yield database


def test_every_migration_only_adds(empty: Database) -> None:
    before: Columns = {}
    for revision in reversed([s.revision for s in ScriptDirectory(str(migrate.FOLDER)).walk_revisions()]):
        migrate.upgrade(empty.engine, revision)
        after = columns(empty)
        taken = set(in_the_way(before, after))
        assert taken == EXCEPTIONS.get(revision, set()), revision
        before = after


def columns(database: Database) -> Columns:
    """Of each table: its columns with their types, whether they must be given, whether they are filled if not."""
    inspector = inspect(database.engine)
    names = [name for name in inspector.get_table_names() if not is_of_search(name)]
    return {
        name: {
            column["name"]: (str(column["type"]), not column["nullable"], column["default"] is not None)
            for column in inspector.get_columns(name)
        }
        for name in names
        if name != "alembic_version"
    }


def in_the_way(before: Columns, after: Columns) -> Iterator[str]:
    """What the program of the version before would trip over."""
    for table, had in before.items():
        if table not in after:
            yield f"{table} is gone"
            continue
        for name, (kind, must, _) in had.items():
            now = after[table].get(name)
            if now is None:
                yield f"{table}.{name} is gone"
            elif now[0] != kind or (now[1] and not must):
                yield f"{table}.{name} was changed"
        for name in after[table].keys() - had.keys():
            _, must, is_filled = after[table][name]
            if must and not is_filled:
                yield f"{table}.{name} must be given"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("ALTER TABLE heartbeats ADD COLUMN host TEXT", set()),
        ("ALTER TABLE heartbeats ADD COLUMN host TEXT NOT NULL DEFAULT ''", set()),
        ("ALTER TABLE heartbeats DROP COLUMN at", {"heartbeats.at is gone"}),
        (
            "ALTER TABLE heartbeats RENAME COLUMN at TO seen",
            {"heartbeats.at is gone", "heartbeats.seen must be given"},
        ),
        ("DROP TABLE heartbeats", {"heartbeats is gone"}),
    ],
)
def test_what_is_in_the_way_is_found(empty: Database, change: str, found: set[str]) -> None:
    migrate.upgrade(empty.engine, "0001")
    before = columns(empty)
    with empty.engine.begin() as connection:
        connection.execute(text(change))
    assert set(in_the_way(before, columns(empty))) == found
