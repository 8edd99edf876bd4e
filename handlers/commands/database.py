"""``flask db``: the schema of the database."""

import click
from flask.cli import AppGroup

from handlers.edge import edge
from storage import migrate

commands = AppGroup("db", help="Create and change the tables.")


@commands.command("upgrade")
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Apply all migrations (or those up to REVISION)."""
    migrate.upgrade(edge().database.engine, revision)
    click.echo(f"The database is at {revision}.")


@commands.command("downgrade")
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take migrations back to REVISION; 'base' empties the database."""
    migrate.downgrade(edge().database.engine, revision)
    click.echo(f"The database is at {revision}.")


@commands.command("migration")
@click.argument("message")
def migration(message: str) -> None:
    """Write a new migration from what the models and the database differ in."""
    migrate.write_migration(edge().database.engine, message)
