"""Empties a PostgreSQL database in place: a tenth of the work of making it anew from a template."""

import time
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import Connection, Error, sql

OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
ENDED_WITHIN_S = 10
OURS = "relnamespace = 'public'::regnamespace"
# What tells that a test has changed the tables themselves.
SHAPE = f"""SELECT
    (SELECT array_agg(oid ORDER BY oid) FROM pg_class WHERE {OURS}),
    (SELECT array_agg((attrelid, attnum, attname, attnotnull)::text ORDER BY attrelid, attnum) FROM pg_attribute
        WHERE attnum > 0 AND attrelid IN (SELECT oid FROM pg_class WHERE {OURS})),
    (SELECT array_agg(oid ORDER BY oid) FROM pg_constraint),
    (SELECT count(*) FROM pg_trigger),
    (SELECT array_agg(version_num) FROM alembic_version)"""
TOUCHED = f"""SELECT relname FROM pg_class
    WHERE relkind = 'r' AND {OURS} AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0"""
RESTART = (
    f"SELECT setval(oid::regclass, seqstart, false) FROM pg_class JOIN pg_sequence ON seqrelid = oid WHERE {OURS}"
)


class Emptier:
    """Keeps one connection to the database at ``url``, which is freshly made and has no rows yet."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Connection[Any] | None = None
        self._shape: Any = None

    def __enter__(self) -> Self:
        self._shape = self._connected().execute(SHAPE).fetchone()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._forget()

    def empty(self) -> bool:
        """Take away all rows and connections; False when the database must be made anew."""
        try:
            return self._empty(self._connected())
        except Error:
            self._forget()
            return False

    def _empty(self, connection: Connection[Any]) -> bool:
        if not _alone(connection) or connection.execute(SHAPE).fetchone() != self._shape:
            return False
        touched = [sql.Identifier(name) for (name,) in connection.execute(TOUCHED)]
        for table in touched:
            connection.execute(sql.SQL("DELETE FROM {}").format(table))
        if touched:
            connection.execute(sql.SQL("VACUUM {}").format(sql.SQL(", ").join(touched)))
        connection.execute(RESTART)
        return True

    def _connected(self) -> Connection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self._url, autocommit=True)
            # Rows go in any order: nothing is left that could refer to them.
            self._connection.execute("SET session_replication_role = replica")
        return self._connection

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _alone(connection: Connection[Any]) -> bool:
    """End all other connections; whether they are gone."""
    until = time.monotonic() + ENDED_WITHIN_S
    while connection.execute(OTHERS).rowcount:
        if time.monotonic() > until:
            return False
        time.sleep(0.001)
    return True
