"""``flask retention``: what the city does not keep any longer, counted and dropped by hand; docs/retention.md."""

from datetime import timedelta

import click
from flask.cli import AppGroup

from bot.personal import retention
from bot.personal.retention import Retention
from handlers.edge import edge

commands = AppGroup("retention", help="What is older than the city wants to keep it (config.yml, retention).")

NOTHING_NAMED = "config.yml names no time under `retention`, so everything is kept."


@commands.command("plan")
def plan() -> None:
    """Count what would be dropped now. Nothing is changed."""
    here = edge()
    now = here.clock.now()
    if not here.rulebook.city.retention.is_any:
        click.echo(NOTHING_NAMED)
        return
    with here.database.read() as session:
        for planned in retention.plan(session, here.rulebook, now):
            before = planned.cutoff.astimezone(here.rulebook.city.zone).date()
            click.echo(f"{planned.name:<24}{planned.rows:>12,}  before {before} ({planned.span})")


@commands.command("run")
@click.option("--minutes", type=click.IntRange(1, 600), help="Stop after so long; a later run goes on there.")
@click.option("--vacuum", is_flag=True, help="Give the room of what was dropped back to the disk at the end.")
def run(minutes: int | None, vacuum: bool) -> None:
    """Drop what is due now, in small steps; web and worker go on meanwhile. May be stopped at any time."""
    here = edge()
    if not here.rulebook.city.retention.is_any:
        raise click.ClickException(f"{NOTHING_NAMED} Nothing to do.")
    keeper = Retention(here.database, here.rulebook)
    done, is_all = keeper.run(here.clock.now(), timedelta(minutes=minutes) if minutes else None)
    for what, rows in sorted(done.items()):
        click.echo(f"{what:<44}{rows:>12,}")
    click.echo("Nothing is left to do." if is_all else "There is more: run it again, or leave it to the night.")
    if vacuum:
        click.echo("Giving back the room; this may take a while.")
        keeper.vacuum()
