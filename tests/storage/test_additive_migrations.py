"""While a city is upgraded the old program works on the new tables: a migration only adds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Inspector, inspect, text

from storage import migrate
from storage.database import Database
from storage.queries.search import is_of_search
from tests.support.databases import opened

# By revision, what is in the old program's way all the same; in a comment why that is right, and what the
# operator must do (stop everything first). The usual way is in two versions: docs/operating.md, "Upgrading".
EXCEPTIONS: dict[str, set[str]] = {
    # They refuse to change or delete what happened to a ticket, and what was done at a desk. The version before
    # does neither: it inserts, which they do not look at. Those of 0008, on the table that it makes, go.
    "0012": {
        "audit_entries: trigger audit_entries_append_only",
        "audit_entries: trigger audit_entries_no_delete",
        "audit_entries: trigger audit_entries_no_update",
        "ticket_events: trigger ticket_events_append_only",
        "ticket_events: trigger ticket_events_no_delete",
        "ticket_events: trigger ticket_events_no_update",
    },
    # On SQLite: they write what is searched, in the same transaction, and refuse nothing.
    "0013": {f"tickets: trigger tickets_search_{what}" for what in ("delete", "insert", "shorten", "update")},
}
TRIGGERS = {
    "sqlite": "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgrelid::regclass::text, tgname, pg_get_functiondef(tgfoid) FROM pg_trigger"
    " WHERE NOT tgisinternal",
}

Columns = dict[str, tuple[str, bool, bool]]


@dataclass(frozen=True)
class Shape:
    """A table. ``columns``: their types, whether they must be given, whether they are filled if not; ``refusals``:
    what may refuse a row, and is none of the columns."""

    columns: Columns
    refusals: frozenset[str]


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Database]:
    with opened(empty_database_url) as database:
        yield database


def test_every_migration_only_adds(empty: Database) -> None:
    before: dict[str, Shape] = {}
    for revision in reversed([s.revision for s in ScriptDirectory(str(migrate.FOLDER)).walk_revisions()]):
        migrate.upgrade(empty.engine, revision)
        after = shapes(empty)
        taken = set(in_the_way(before, after))
        assert taken <= EXCEPTIONS.get(revision, set()), revision  # each database has some of them
        before = after


SMALL = {"users"}
NEW_TABLE = re.compile(r'op\.create_table\(\s*"(\w+)"')
INDEXED = re.compile(r'op\.create_index\(\s*[^,]+,\s*"?(\w+)')


def test_indexes_of_tables_that_were_there_are_built_beside_writers() -> None:
    for file in (migrate.FOLDER / "versions").glob("2*.py"):
        source = file.read_text()
        assert set(INDEXED.findall(source)) <= {*NEW_TABLE.findall(source), *SMALL}, file.name


def shapes(database: Database) -> dict[str, Shape]:
    """Of each table."""
    inspector = inspect(database.engine)
    triggers = triggers_of(database)
    names = [name for name in inspector.get_table_names() if not is_of_search(name) and name != "alembic_version"]
    return {
        name: Shape(columns(inspector, name), frozenset(triggers.get(name, set()) | uniques(inspector, name)))
        for name in names
    }


def columns(inspector: Inspector, table: str) -> Columns:
    return {
        column["name"]: (str(column["type"]), not column["nullable"], column["default"] is not None)
        for column in inspector.get_columns(table)
    }


def uniques(inspector: Inspector, table: str) -> set[str]:
    """By their columns: under which name they refuse makes no difference. Checks as well."""
    indexes = [index["column_names"] for index in inspector.get_indexes(table) if index["unique"]]
    constraints = [constraint["column_names"] for constraint in inspector.get_unique_constraints(table)]
    checks = {f"check {check['sqltext']}" for check in inspector.get_check_constraints(table)}
    return checks | {f"unique {', '.join(map(str, sorted(map(str, of))))}" for of in (*indexes, *constraints)}


def triggers_of(database: Database) -> dict[str, set[str]]:
    """By table, with what they do, so that one that was changed is seen."""
    found: dict[str, set[str]] = {}
    with database.engine.connect() as connection:
        for table, name, does in connection.execute(text(TRIGGERS[database.engine.dialect.name])):
            found.setdefault(table, set()).add(f"trigger {name}\n{does}")
    return found


def in_the_way(before: dict[str, Shape], after: dict[str, Shape]) -> Iterator[str]:
    """What the program of the version before would trip over."""
    for table, had in before.items():
        if table not in after:
            yield f"{table} is gone"
            continue
        for refusal in after[table].refusals - had.refusals:
            yield f"{table}: {refusal.partition(chr(10))[0]}"
        for refusal in had.refusals - after[table].refusals:
            if refusal.startswith("unique"):  # an INSERT ... ON CONFLICT names it
                yield f"{table}: {refusal} is gone"
        yield from columns_in_the_way(table, had.columns, after[table].columns)


def columns_in_the_way(table: str, had: Columns, has: Columns) -> Iterator[str]:
    for name, (kind, must, _) in had.items():
        now = has.get(name)
        if now is None:
            yield f"{table}.{name} is gone"
        elif now[0] != kind or (now[1] and not must):
            yield f"{table}.{name} was changed"
    for name in has.keys() - had.keys():
        _, must, is_filled = has[name]
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
        ("CREATE INDEX ix_x ON heartbeats (at)", set()),
        ("CREATE UNIQUE INDEX ix_x ON heartbeats (at)", {"heartbeats: unique at"}),
    ],
)
def test_what_is_in_the_way_is_found(empty: Database, change: str, found: set[str]) -> None:
    migrate.upgrade(empty.engine, "0001")
    before = shapes(empty)
    with empty.engine.begin() as connection:
        connection.execute(text(change))
    assert set(in_the_way(before, shapes(empty))) == found


REFUSING = {
    "sqlite": ("CREATE TRIGGER refuse BEFORE INSERT ON heartbeats BEGIN SELECT RAISE(ABORT, 'no'); END",),
    "postgresql": (
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$",
        "CREATE TRIGGER refuse BEFORE INSERT ON heartbeats FOR EACH ROW EXECUTE FUNCTION refuse()",
    ),
}


def test_a_trigger_is_in_the_way(empty: Database) -> None:
    migrate.upgrade(empty.engine, "0001")
    before = shapes(empty)
    with empty.engine.begin() as connection:
        for statement in REFUSING[empty.engine.dialect.name]:
            connection.execute(text(statement))
    assert set(in_the_way(before, shapes(empty))) == {"heartbeats: trigger refuse"}
