"""``flask figures``: the leadership's figures counted anew, for days that were counted by other rules."""

from datetime import date, datetime, timedelta

import click
from flask.cli import with_appcontext

from bot.errors import GoneError
from bot.figures import counting
from bot.figures.warehouse import Warehouse
from handlers.edge import Edge, edge

DAY = click.DateTime(["%Y-%m-%d"])


@click.group("figures")
def figures() -> None:
    """The leadership's figures."""


@figures.command("recount")
@click.option("--from", "first", type=DAY, help="The first day, as 2026-11-01; else the first there is.")
@click.option("--to", "last", type=DAY, help="The last day; else today.")
@with_appcontext
def recount(first: datetime | None, last: datetime | None) -> None:
    """Count all days from the first to the last once more; one line a month."""
    here = edge()
    try:
        counting.must_be_whole(here.database, here.rulebook, first.date() if first else date.max)
    except GoneError as error:
        raise click.ClickException(f"--from: {error}") from None
    days = _days(here, first.date() if first else None, last.date() if last else None)
    if days is None:
        click.echo("Nothing has happened yet, so there is nothing to count.")
        return
    if days[0] > days[1]:
        raise click.ClickException(f"--from: {days[0]} is after {days[1]}; write an earlier day.")
    for day in counting.recount(here.database, here.rulebook, *days, here.clock.now()):
        if counting.ends_month(day):
            click.echo(f"{day:%Y-%m} counted")
    click.echo(f"{(days[1] - days[0]).days + 1} days counted, {days[0]} to {days[1]}.")


@figures.command("export")
@click.option("--day", type=DAY, help="The day, as 2026-11-21; else yesterday.")
@click.option("--full", is_flag=True, help="Everything that ever happened, not only what changed.")
@with_appcontext
def export(day: datetime | None, full: bool) -> None:
    """Write one day's tables for the data warehouse, without personal data, into EXPORT_FOLDER."""
    here = edge()
    folder, now = here.settings.export_folder, here.clock.now()
    if folder is None:
        raise click.ClickException("EXPORT_FOLDER is empty; set it to a folder that the warehouse reads.")
    today = now.astimezone(here.rulebook.city.zone).date()
    wanted = day.date() if day else today - timedelta(days=1)
    if wanted >= today:
        raise click.BadParameter(f"{wanted} is not over; write an earlier day.", param_hint="--day")
    try:
        rows = Warehouse(here.database, here.rulebook, folder).write(wanted, now, full=full)
    except OSError as error:
        raise click.ClickException(
            f"{folder} cannot be written ({error.strerror}); mend that and repeat."
        ) from None
    click.echo(f"{folder / f'{wanted}'}: " + ", ".join(f"{number} {name}" for name, number in rows.items()))


def _days(here: Edge, first: date | None, last: date | None) -> tuple[date, date] | None:
    """None where there is nothing at all; nothing before the first message is counted, and nothing after today.

    Where no first day was asked for, it is the first whose tickets are all there.
    """
    now = here.clock.now()
    began = counting.first_day(here.database, here.rulebook)
    if began is None:
        return None
    lost = counting.lost_until(here.database, here.rulebook)
    whole = max(began, lost + timedelta(days=1)) if lost else began
    today = now.astimezone(here.rulebook.city.zone).date()
    return (max(first, began) if first else whole), min(last or today, today)
