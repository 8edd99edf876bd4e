"""``flask db``: the schema of the database."""

import click
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError

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


@commands.command("check")
def check() -> None:
    """Whether the tables fit the program, or are those of a newer one; exit code 1 when not."""
    try:
        is_fit = migrate.fits(edge().database.engine)
    except SQLAlchemyError as error:
        raise click.ClickException(f"The database cannot be reached ({type(error).__name__}).") from None
    if not is_fit:
        raise click.ClickException("The database lacks migrations; run `flask --app app db upgrade`.")
    click.echo("The tables fit the program.")


@commands.command("migration")
@click.argument("message")
def migration(message: str) -> None:
    """Write a new migration from what the models and the database differ in."""
    migrate.write_migration(edge().database.engine, message)
