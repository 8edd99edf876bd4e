"""``flask subscriptions``: systems that are told what happens to tickets, without the console."""

import click
from flask.cli import AppGroup

from bot.errors import BotError
from bot.subscribers import events, managing
from bot.subscribers.managing import Wish
from handlers.channels.subscriber import checks_address
from handlers.edge import edge
from storage.queries import subscriptions as queries
from storage.queries.subscriptions import Listed

commands = AppGroup("subscriptions", help="Systems that are told what happens to tickets (docs/webhooks-out.md).")


@commands.command("list")
def list_subscriptions() -> None:
    """Show every subscription and how it stands."""
    with edge().database.read() as session:
        found = queries.listed(session)
    if not found:
        click.echo("There are no subscriptions.")
    for one in found:
        click.echo(_line(one))


@commands.command("add")
@click.argument("name")
@click.argument("url")
@click.option("--type", "types", multiple=True, type=click.Choice(events.TYPES), help="Only these; else all.")
@click.option("--agency", default="", help="Only tickets that this agency holds.")
def add_subscription(name: str, url: str, types: tuple[str, ...], agency: str) -> None:
    """Have events posted to URL from now on; prints the secret, which is shown this once."""
    here = edge()
    check = checks_address(loopback=here.settings.simulator_enabled)
    try:
        with here.database.begin() as session:
            wish = Wish(name, url, types, agency)
            made = managing.add(session, here.rulebook.city, wish, check, None, here.clock.now())
    except BotError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Subscription {made.id} is there. Its secret, shown this once:\n{made.secret}")


@commands.command("end")
@click.argument("subscription_id", type=click.IntRange(min=1, max=2**63 - 1))
def end_subscription(subscription_id: int) -> None:
    """End a subscription for good; its address and secrets are forgotten."""
    here = edge()
    with here.database.begin() as session:
        is_new = managing.end(session, subscription_id, here.clock.now())
    if not is_new:
        raise click.ClickException(f"There is no subscription {subscription_id}, or it has ended.")
    click.echo(f"Subscription {subscription_id} has ended.")


def _line(one: Listed) -> str:
    found = one.subscription
    stands = "posted to"
    if found.suspended_at is not None:
        stands = f"suspended ({found.suspended_for}) since {found.suspended_at:%Y-%m-%d %H:%M} UTC"
    elif found.failing_since is not None:
        stands = f"failing ({found.error}) since {found.failing_since:%Y-%m-%d %H:%M} UTC"
    return f"{found.id}  {found.name}  {found.url}  {stands}, {one.waiting} waiting"
