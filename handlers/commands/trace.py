"""``flask trace``: the road of one message, for whoever looks for where time was lost."""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

import click
from flask.cli import with_appcontext

from bot.watching import road
from bot.watching.road import Step
from handlers.edge import edge


@click.command("trace")
@click.argument("of", metavar="MESSAGE_ID|TICKET")
@with_appcontext
def trace(of: str) -> None:
    """Print when a message was received, decided, answered, sent and delivered; of a ticket all that is about it.

    MESSAGE_ID is ``message`` in the log. No text, name or number is shown.
    """
    here = edge()
    with here.database.read() as session:
        is_id = of.isdecimal() and len(of) < 19
        steps = road.of_message(session, int(of)) if is_id else road.of_ticket(session, of.upper())
    if steps is None:
        kind = "message" if is_id else "ticket"
        raise click.ClickException(f"There is no {kind} {of}; take `message` from the log, or a ticket's number.")
    for line in _lines(steps, here.rulebook.city.zone):
        click.echo(line)


def _lines(steps: Sequence[Step], zone: tzinfo) -> Iterator[str]:
    """Each with its local time, and how long after the first."""
    begun = steps[0].at
    for at, text in steps:
        local = at.astimezone(zone)
        yield f"{local:%Y-%m-%d %H:%M:%S}.{local.microsecond // 1000:03}  {_after(at, begun):>12}  {text}"


def _after(at: datetime, begun: datetime) -> str:
    return f"+{(at - begun).total_seconds():,.3f} s"
