"""``flask create-user``: console accounts."""

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from bot.errors import BotError
from handlers import auth
from handlers.edge import edge
from storage.models import User


@click.command("create-user")
@click.argument("email")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@click.option("--role", type=click.Choice(auth.ROLES), default="coordinator")
@with_appcontext
def create_user(email: str, password: str, role: str) -> None:
    """Add a console account for EMAIL."""
    here = edge()
    try:
        with here.database.begin() as session:
            auth.create_user(session, email, password, role, here.clock.now())
    except BotError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{email} can log in as {role}.")


@click.command("first-account")
@with_appcontext
def first_account() -> None:
    """Add the administrator named by ADMIN_EMAIL and ADMIN_PASSWORD, unless there is any account."""
    here = edge()
    try:
        with here.database.begin() as session:
            if session.scalar(select(User.id).limit(1)) is not None:
                return
            password = here.settings.admin_password
            auth.create_user(session, here.settings.admin_email, password, "administrator", here.clock.now())
    except BotError as error:
        raise click.ClickException(f"ADMIN_EMAIL or ADMIN_PASSWORD: {error}") from None
    click.echo(f"{here.settings.admin_email} can log in as administrator.")
