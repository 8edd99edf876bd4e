"""``flask create-user`` and what else an operator does with console accounts at the command line."""

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from bot import audit
from bot.accounts import reset_links, second_factor
from bot.accounts.accounts import create_user as make_user
from bot.accounts.roles import ROLES
from bot.city.city import COORDINATORS, City
from bot.errors import BotError, RefusedError
from bot.standing import canned
from handlers.edge import edge
from storage.models import User
from storage.queries import accounts as queries
from storage.queries.one_at_a_time import one_at_a_time

FIRST_ACCOUNT = 20_264


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
            make_user(session, email, password, role, here.clock.now(), agency)
    except BotError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{email} can log in as {role}{f' of {agency}' if agency else ''}.")


def _check_agency(city: City, agency: str | None) -> None:
    if agency is not None and (agency not in city.agencies or agency == COORDINATORS):
        raise RefusedError(f"'{agency}' is no agency of this city; use one of {', '.join(city.agencies)}.")


@click.command("reset-link")
@click.argument("email")
@click.option("--without-second-factor", is_flag=True, help="Take the second factor off as well.")
@with_appcontext
def reset_link(email: str, without_second_factor: bool) -> None:
    """Print a link by which the owner of EMAIL chooses a new password, where no letter arrives."""
    here = edge()
    now = here.clock.now()
    with here.database.begin() as session:
        user = queries.by_email(session, email.strip().lower())
        if user is None:
            raise click.ClickException(f"'{email}' has no account, or a disabled one; look at /console/accounts.")
        if without_second_factor:
            second_factor.remove(user)
        data = {"without_second_factor": without_second_factor}
        audit.record(session, None, "reset_link_by_operator", f"user:{user.id}", now, data)
        link = reset_links.without_letter(session, here.rulebook, user, now)
    click.echo(f"{link}\nIt works once, within an hour. Hand it to nobody but {user.email}.")


@click.command("first-account")
@with_appcontext
def first_account() -> None:
    """Add the administrator named by ADMIN_EMAIL and ADMIN_PASSWORD, unless there is any account."""
    here = edge()
    try:
        with here.database.begin() as session:
            one_at_a_time(session, FIRST_ACCOUNT, "account")  # other hosts may start at the same moment
            if session.scalar(select(User.id).limit(1)) is not None:
                return
            password = here.settings.admin_password
            now = here.clock.now()
            user = make_user(session, here.settings.admin_email, password, "administrator", now)
            session.flush()
            canned.ship(session, here.rulebook, user.id, now)
    except BotError as error:
        raise click.ClickException(f"ADMIN_EMAIL or ADMIN_PASSWORD: {error}") from None
    click.echo(f"{here.settings.admin_email} can log in as administrator.")
