"""What revisions do to tables that may be large and that the version before is working with.

A revision does one of three things. It makes tables and columns, in a transaction of its own that takes moments;
or it builds and drops indexes of tables that were there; or it fills rows. The last two may take long and go by
what is here: each step is a transaction of its own. A revision that was interrupted begins again, so each of its
steps must bear that.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from alembic import op
from sqlalchemy import Connection, column, func, select, text
from sqlalchemy import table as from_table
from sqlalchemy.sql.elements import TextClause

# Milliseconds a table is waited for: whoever comes meanwhile stands behind us. A revision may wait for some
# tables, one after the other, and a webhook has three seconds. Less than PostgreSQL's deadlock_timeout, so that
# where two wait for each other it is the migration that goes.
GIVE_WAY_AFTER_MS = 300
# What it inserts into and what that refers to.
OF_A_WEBHOOK = ("inbound_messages", "conversations", "tickets")
# Rows of one step of filling: on SQLite everybody else waits for it.
AT_ONCE = 2_000
BROKEN = text("SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(:name) AND NOT indisvalid")


def create_index(name: str, table: str, columns: Sequence[str | TextClause], **options: Any) -> None:
    """As ``op.create_index``, for a table that was there before. On PostgreSQL nobody waits for it; on SQLite
    whoever writes waits for this one index."""
    with _step() as connection:
        if _on_postgresql(connection) and connection.scalar(BROKEN, {"name": name}):
            op.drop_index(name, table, postgresql_concurrently=True)  # of a build that was interrupted
        op.create_index(name, table, columns, if_not_exists=True, postgresql_concurrently=True, **options)


def drop_index(name: str, table: str) -> None:
    """As ``op.drop_index``; on PostgreSQL nobody waits for it."""
    with _step():
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)


def fill(statement: str, table: str) -> None:
    """Run ``statement`` over all rows of ``table``, each time over those with ids above ``:after`` and up to
    ``:through``. It leaves alone what it has done before."""
    for connection, rows in parts_of(table):
        connection.execute(text(statement), rows)


def parts_of(table: str) -> Iterator[tuple[Connection, dict[str, int]]]:
    """As :func:`fill`, for what no statement can say: a connection for each part, and the ids ``after`` and
    ``through``."""
    with _step() as connection:
        last = connection.scalar(select(func.max(column("id"))).select_from(from_table(table))) or 0
    for after in range(0, last, AT_ONCE):
        with _step() as connection:
            yield connection, {"after": after, "through": after + AT_ONCE}


def add_reference(table: str, column: str, target: str) -> None:
    """A column, empty at first, with the id of a row of ``target``. In one statement, for then PostgreSQL does not
    look through the table for rows that refer to nothing."""
    kind = "BIGINT" if _on_postgresql(op.get_bind()) else "INTEGER"
    key = f"CONSTRAINT fk_{table}_{column} REFERENCES {target} (id)"
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind} {key}")


def take(*more: str) -> None:
    """At the beginning of a revision that changes tables which were there, or makes others that refer to them: on
    PostgreSQL, everything at once that a webhook takes, in its order, and ``more``.

    Who takes tickets first and inbound messages later waits for a webhook that waits for the tickets: PostgreSQL
    makes an end of one of the two, of the webhook maybe.
    """
    if _on_postgresql(op.get_bind()):
        op.execute(f"LOCK TABLE {', '.join((*OF_A_WEBHOOK, *more))} IN ACCESS EXCLUSIVE MODE")


def give_way(connection: Connection) -> None:
    """On PostgreSQL: from now on this session waits for a table as long as nobody behind it minds."""
    if _on_postgresql(connection):
        connection.execute(text(f"SET lock_timeout = {GIVE_WAY_AFTER_MS}"))


@contextmanager
def _step() -> Iterator[Connection]:
    """Everything before is committed, and so is this at its end; on PostgreSQL each statement by itself."""
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        if _on_postgresql(connection):
            connection.execute(
                text("SET lock_timeout = 0")
            )  # building waits for long readers, nobody for building
        yield connection
        give_way(connection)


def _on_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"
