"""``flask create-user``: console accounts."""

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from bot.city import COORDINATORS, City
from bot.errors import BotError, RefusedError
from bot.roles import ROLES
from handlers import auth
from handlers.edge import edge
from storage.models import User


@click.command("create-user")
@click.argument("email")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@click.option("--role", type=click.Choice(ROLES), default="coordinator")
@click.option("--agency", help="Code of the agency of an agency_officer, as in config.yml.")
@with_appcontext
def create_user(email: str, password: str, role: str, agency: str | None) -> None:
    """Add a console account for EMAIL."""
    here = edge()
    try:
        _check_agency(here.rulebook.city, agency)
        with here.database.begin() as session:
            auth.create_user(session, email, password, role, here.clock.now(), agency)
    except BotError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{email} can log in as {role}{f' of {agency}' if agency else ''}.")


def _check_agency(city: City, agency: str | None) -> None:
    if agency is not None and (agency not in city.agencies or agency == COORDINATORS):
        raise RefusedError(f"'{agency}' is no agency of this city; use one of {', '.join(city.agencies)}.")


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
