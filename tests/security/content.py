"""Whether anything in a database has changed: one digest over every row of every table."""

import hashlib

from sqlalchemy import inspect, text

from storage.database import Database


def digest(database: Database) -> str:
    """Over all rows as they are stored, so that one byte more or other in any column shows."""
    found = hashlib.sha256()
    for table in tables(database):
        for row in rows(database, table):
            found.update(row.encode("utf-8", "surrogatepass"))
    return found.hexdigest()


def tables(database: Database) -> list[str]:
    """Those that are really there, not those that the models know; of a search index, the tables below it."""
    found = set(inspect(database.engine).get_table_names())
    return sorted(found - set(_virtual(database)))


def _virtual(database: Database) -> list[str]:
    if database.engine.dialect.name != "sqlite":
        return []
    with database.read() as session:
        return list(session.scalars(text("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%'")))


def rows(database: Database, table: str) -> list[str]:
    """In an order that does not depend on where they lie."""
    with database.read() as session:
        return sorted(f"{table}{_plain(row)}" for row in session.execute(text(f'SELECT * FROM "{table}"')))


def _plain(row: object) -> str:
    return repr(tuple(bytes(v) if isinstance(v, memoryview) else v for v in row))  # type: ignore[attr-defined]
