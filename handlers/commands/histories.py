"""``flask history``: verify the chained histories, seal what is older than the chains, hand out an anchor."""

import sys
import time
from datetime import datetime

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from bot.history import anchors
from bot.history.older import seal_older
from bot.history.verifying import Tally, Wanted, verify
from handlers.edge import edge
from storage.models import Ticket
from storage.queries import history_anchors as queries

DAY = click.DateTime(["%Y-%m-%d"])
SHOWN = 1_000  # sentences; behind them they are only counted


@click.group("history")
def history() -> None:
    """The chained histories of tickets and of the audit."""


@history.command("verify")
@click.option("--ticket", "number", help="Only this ticket, and what the audit has about it.")
@click.option("--since", type=DAY, help="Only what has moved since this day, as 2026-11-01.")
@click.option("--anchor", "held", help="A digest that was kept outside: is what came before it still the same?")
@with_appcontext
def verify_all(number: str | None, since: datetime | None, held: str | None) -> None:
    """Walk the chains; one sentence for each thing that does not fit, and then exit code 1."""
    here = edge()
    if number and not _is_known(number):
        raise click.ClickException(f"--ticket: there is no ticket {number}; look the number up in the console.")
    begin = since.replace(tzinfo=here.rulebook.city.zone) if since else None
    tally, began, problems = Tally(), time.monotonic(), 0
    wanted = Wanted(number, begin)
    for source in (verify(here.database, wanted, tally), anchors.verify(here.database, held)):
        for problem in source:
            problems += 1
            if problems <= SHOWN:
                click.echo(str(problem))
    _summary(tally, problems, time.monotonic() - began)
    sys.exit(1 if problems else 0)


@history.command("seal")
@with_appcontext
def seal() -> None:
    """Seal, once, the rows that are older than the chains. It may be stopped and begun again."""
    here, done, began = edge(), 0, time.monotonic()
    for rows in seal_older(here.database):
        done += rows
        click.echo(f"\r{done} rows", nl=False, err=True)
    click.echo(err=True)
    click.echo(f"{done} rows sealed in {time.monotonic() - began:.0f} s.")


@history.command("anchor")
@with_appcontext
def anchor() -> None:
    """Print the newest anchor, made now where today has none. Keep it where nobody of this system can write."""
    here = edge()
    anchors.make(here.database, here.clock.now())
    with here.database.read() as session:
        newest = queries.last_anchor(session)
    if newest is None:
        raise click.ClickException("Nothing has happened yet, so there is nothing to anchor.")
    click.echo(f"{newest.day} {newest.digest}")


def _is_known(number: str) -> bool:
    with edge().database.read() as session:
        return session.scalar(select(Ticket.id).where(Ticket.number == number)) is not None


def _summary(tally: Tally, problems: int, seconds: float) -> None:
    speed = f"{tally.rows / seconds:,.0f}" if seconds else "-"
    click.echo(
        f"{tally.rows} rows in {tally.chains} chains verified in {seconds:.1f} s ({speed} rows/s), "
        f"{tally.erased} of them erased; {tally.unsealed} not sealed; {tally.ended} chains ended."
    )
    if tally.unsealed:
        click.echo("Rows that are older than the chains are sealed by `flask history seal`.")
    click.echo(f"{problems} problems." if problems else "Nothing wrong was found.")
