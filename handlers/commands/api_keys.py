"""``flask api-key``: keys of other systems at the command line."""

import click
from flask.cli import AppGroup

from bot import audit
from bot.accounts import api_keys
from bot.accounts.api_keys import LONGEST_DAYS, SCOPES, Wish
from bot.city.city import COORDINATORS
from bot.errors import BotError
from handlers.edge import edge
from storage.queries import api_keys as queries

SHOWN = 500
commands = AppGroup("api-key", help="Keys by which other systems join (docs/open311.md).")


@commands.command("create")
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="May be repeated."
)
@click.option("--agency", help="Code of the agency whose reports it may report on, as in config.yml.")
@click.option("--days", type=click.IntRange(1, LONGEST_DAYS), help="So long it holds; else for ever.")
def create(name: str, scopes: tuple[str, ...], agency: str | None, days: int | None) -> None:
    """Make a key for NAME and print it: this once, for it is kept nowhere."""
    here = edge()
    now = here.clock.now()
    agencies = [code for code in here.rulebook.city.agencies if code != COORDINATORS]
    try:
        with here.database.begin() as session:
            key, text = api_keys.create(session, Wish(name, scopes, agency, days), None, now, agencies)
            data = {"name": key.name, "scopes": list(key.scopes), "agency": agency}
            audit.record(session, None, "create_api_key", f"api_key:{key.id}", now, data)
    except BotError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{text}\nThis is key {key.id}, {key.name}. It is shown this once; keep it where secrets are kept.")


@commands.command("list")
def list_keys() -> None:
    """All keys with what they may do; never the keys themselves."""
    here = edge()
    now = here.clock.now()
    with here.database.read() as session:
        for key in queries.listed(session, SHOWN):
            state = "holds" if api_keys.holds(key, now) else "revoked" if key.revoked_at else "expired"
            used = f"used {key.used_at:%Y-%m-%d %H:%M}" if key.used_at else "never used"
            click.echo("\t".join([str(key.id), f"{key.prefix}...", key.name, ",".join(key.scopes),
                                  key.agency or "-", state, used]))  # fmt: skip


@commands.command("revoke")
@click.argument("key_id", type=click.IntRange(1, 2**63 - 1))
def revoke(key_id: int) -> None:
    """From now on key KEY_ID (the number in the list) opens nothing."""
    here = edge()
    now = here.clock.now()
    try:
        with here.database.begin() as session:
            is_new = api_keys.revoke(session, key_id, now)
            if is_new:
                audit.record(session, None, "revoke_api_key", f"api_key:{key_id}", now, {})
    except BotError:
        raise click.ClickException(
            f"There is no key {key_id}; 'flask --app app api-key list' shows all."
        ) from None
    click.echo(f"Key {key_id} opens nothing any more." if is_new else f"Key {key_id} was revoked before.")
