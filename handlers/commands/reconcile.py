"""``flask reconcile``: what citizens wrote and the webhook never got."""

from datetime import UTC, datetime, timedelta, tzinfo

import click
from flask.cli import with_appcontext

from bot.intake.reconciliation import Compared, Reconciler
from handlers.channels.twilio_archive import archive_of, lines_of
from handlers.edge import Edge, edge

SHOWN = 4  # digits of a number
LONGEST = timedelta(days=400)  # what is older is not listed by Twilio


@click.command("reconcile")
@click.option("--since", help="From this day on, as 2026-11-20, or this time, as 2026-11-20T14:30.")
@with_appcontext
def reconcile(since: str | None) -> None:
    """Store the inbound messages that Twilio lists and the inbox lacks; one line a number of ours."""
    here = edge()
    start = _start(since, here) if since else None
    found = _reconciler(here).run(start)
    for compared in found:
        click.echo(_line(compared))
    error = next((compared.error for compared in found if compared.error), None)
    if error:
        raise click.ClickException(str(error))


def _reconciler(here: Edge) -> Reconciler:
    archive = archive_of(here.settings)
    if archive is None:
        raise click.ClickException(
            "There is no Twilio account to compare with; set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and a sender."
        )
    return Reconciler(here.database, here.rulebook.words, archive, here.clock, lines_of(here.settings))


def _line(compared: Compared) -> str:
    number = f"{compared.line} (...{compared.our_address[-SHOWN:]})"
    return f"{number}: {compared.listed} listed, {compared.stored} were missing and are stored now."


def _start(text: str, here: Edge) -> datetime:
    try:
        start = _read(text, here.rulebook.city.zone)
    except (ValueError, OverflowError):
        raise click.ClickException(f"--since: '{text}' is no day; write for example 2026-11-20.") from None
    if start > here.clock.now():
        raise click.ClickException(f"--since: {text} is still to come; write an earlier day.")
    if start < here.clock.now() - LONGEST:
        raise click.ClickException(f"--since: {text} is more than {LONGEST.days} days ago; write a later day.")
    return start


def _read(text: str, zone: tzinfo) -> datetime:
    """A day begins where the city is."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
