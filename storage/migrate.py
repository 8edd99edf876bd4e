"""Brings a database to a version of the schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from storage.queries.one_at_a_time import one_at_a_time

FOLDER = Path(__file__).parent / "migrations"
MIGRATING = 20_263


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Apply migrations up to ``revision``. Of several hosts that start together one does, and the others wait."""
    with engine.begin() as connection:
        one_at_a_time(connection, MIGRATING, "tables")
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take migrations back to ``revision`` (``base`` for an empty database)."""
    with engine.begin() as connection:
        command.downgrade(_config(connection), revision)


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


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    config.attributes["connection"] = connection
    return config
