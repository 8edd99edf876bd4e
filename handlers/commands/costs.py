"""``flask costs``: what a month of messages cost."""

from collections.abc import Iterator

import click
from flask.cli import with_appcontext

from bot.delivery.cost_report import Line, Report, report
from handlers.edge import edge
from handlers.months import MONTH, Month


@click.command("costs")
@click.option("--month", help="As 2026-11; the present one when it is left out.")
@with_appcontext
def costs(month: str | None) -> None:
    """Print messages and costs by channel, and how many messages a resolved ticket took."""
    here = edge()
    zone = here.rulebook.city.zone
    today = here.clock.now().astimezone(zone).date()
    if month is not None and not MONTH.fullmatch(month):
        raise click.BadParameter(f"'{month}' is no month; write for example {today:%Y-%m}.", param_hint="--month")
    wanted = Month.of(month or "", today)
    with here.database.read() as session:
        found = report(session, *wanted.bounds(zone))
    click.echo(wanted.code)
    for line in _said(found):
        click.echo(f"  {line}")


def _said(found: Report) -> Iterator[str]:
    yield from map(_line, found.lines)
    yield from (f"in all: {amount:.2f} {currency}" for currency, amount in found.totals())
    per = f"{found.per_resolved:.1f}" if found.per_resolved is not None else "no ticket was resolved, so no"
    yield f"{per} messages a resolved ticket ({found.messages} messages, {found.resolved} resolved)"


def _line(line: Line) -> str:
    cost = f"{line.amount:.2f} {line.currency}" if line.currency else "no price"
    return f"{line.channel}: {line.received} received, {line.sent} sent, {cost}"
