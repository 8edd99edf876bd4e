"""Brings a database to a version of the schema, while the version before works with it (docs/operating.md).

Each revision is a transaction of its own; what it does to large tables stands in ``storage.migrations.in_use``.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from storage.migrations.in_use import give_way

FOLDER = Path(__file__).parent / "migrations"
MIGRATING = text("SELECT pg_try_advisory_lock(20263)")
LOOK_EVERY_S = 0.5
COMES_AGAIN_FOR_S = 600
# A table is in use for long (lock_not_available), or two waited for each other (deadlock_detected).
IN_USE = ("55P03", "40P01")


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Apply migrations up to ``revision``. Of several hosts that start together one does, and the others wait.

    A revision that finds a table in use gives way and comes again, for ten minutes; then an OperationalError.
    """
    until = time.monotonic() + COMES_AGAIN_FOR_S
    with _alone(engine):
        while not _is_done(engine, revision, until):
            time.sleep(LOOK_EVERY_S)


def downgrade(engine: Engine, revision: str) -> None:
    """Take migrations back to ``revision`` (``base`` for an empty database)."""
    with _alone(engine):
        _run(engine, command.downgrade, revision)


def write_migration(engine: Engine, message: str) -> None:
    """Compare the models with the database and write what differs as a new migration, to be read over."""
    with engine.begin() as connection:
        command.revision(_config(connection), message, autogenerate=True)


def is_current(engine: Engine) -> bool:
    """Whether the database has all migrations."""
    return _present(engine) == ScriptDirectory(str(FOLDER)).get_current_head()


def fits(engine: Engine) -> bool:
    """Whether this program can work on the tables: they have all that it knows, or are a newer program's."""
    present = _present(engine)
    return present is not None and (is_current(engine) or present not in known_revisions())


def known_revisions() -> frozenset[str]:
    """All versions of the schema that this program knows."""
    return frozenset(script.revision for script in ScriptDirectory(str(FOLDER)).walk_revisions())


def _present(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _is_done(engine: Engine, revision: str, until: float) -> bool:
    try:
        _run(engine, command.upgrade, revision)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) not in IN_USE or time.monotonic() > until:
            raise
        return False
    return True


def _run(engine: Engine, go: Callable[[Config, str], None], revision: str) -> None:
    with _own_connection(engine) as connection:
        give_way(connection)
        connection.commit()
        go(_config(connection), revision)


@contextmanager
def _own_connection(engine: Engine) -> Iterator[Connection]:
    """Nobody else's afterwards: how it waits and where its transactions end is changed. Its locks go with it."""
    with engine.connect() as connection:
        try:
            yield connection
        finally:
            connection.invalidate()


def _alone(engine: Engine) -> AbstractContextManager[None]:
    return _alone_on_sqlite(engine) if engine.dialect.name == "sqlite" else _alone_on_postgresql(engine)


@contextmanager
def _alone_on_sqlite(engine: Engine) -> Iterator[None]:
    """By a lock on the database's folder: one on the file would be in SQLite's way."""
    folder = os.open(Path(str(engine.url.database)).parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


@contextmanager
def _alone_on_postgresql(engine: Engine) -> Iterator[None]:
    """By a lock that goes with its session. It is asked for again and again: who stands waiting for it counts as
    somebody who reads, and an index is not built before all have read who began earlier; each would wait for the
    other."""
    with _own_connection(engine) as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        while not connection.scalar(MIGRATING):
            time.sleep(LOOK_EVERY_S)
        yield


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    config.attributes["connection"] = connection
    return config
