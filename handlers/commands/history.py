"""``flask nlu import-history``: learn from the complaints that the city already has."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from bot.city.city import City
from bot.errors import BotError
from bot.learning.history import History, Reading, read_history
from bot.learning.labels import Labels, read_map
from bot.learning.tables import read_table
from handlers.edge import edge
from nlu import environment, teaching

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("import-history")
@click.argument("source", type=FILE)
@click.option("--text", required=True, help="Column with the complaint.")
@click.option("--label", required=True, help="Column with its agency or category.")
@click.option("--time", help="Column with its time; without it the order of the file counts.")
@click.option("--map", "mapping", type=FILE, help="CSV label,to or YAML: what labels mean here.")
@click.option("--skip-bad", is_flag=True, help="Leave rows out that have a mistake, and count them.")
@click.option("--most", type=click.IntRange(min=20), default=20_000, show_default=True, help="Newest to use.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Instead of var/history.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Instead of nlu/rasa/models.")
@click.option("--quick", is_flag=True, help="A rough model, to try things out.")
@with_appcontext
def import_history(
    source: Path, text: str, label: str, time: str | None, mapping: Path | None, **how: Any
) -> None:
    """Learn from the past complaints in SOURCE (CSV): masked, scored on the latest fifth, trained on, kept."""
    city = edge().rulebook.city
    try:
        labels = Labels(city, read_map(mapping) if mapping else None)
        reading = Reading(labels, city.zone, time is not None, how["skip_bad"], how["most"])
        entries = read_table(source, text, label, time)
        history = read_history(entries, reading, lambda done: _tell_progress(done, len(entries)))
        _report(history)
        code = teaching.learn_history(_head(city), _rows(history), _options(source, how))
    except (BotError, environment.EnvironmentMissingError) as error:
        raise click.ClickException(str(error)) from None
    sys.exit(code)


def _report(history: History) -> None:
    click.echo(f"{len(history.complaints)} complaints can be learned from.")
    for what, count in history.left_out.items():
        click.echo(f"  left out: {count} {what}")
    if history.rare:
        rare = ", ".join(f"{name} ({count})" for name, count in history.rare.items())
        click.echo(f"  rare, so learned less surely: {rare}")


def _tell_progress(done: int, all_of_them: int) -> None:
    click.echo(f"\rread and masked {done} of {all_of_them}", nl=False, err=True)
    if done == all_of_them:
        click.echo(err=True)


def _head(city: City) -> dict[str, Any]:
    return {
        "agency_of": {code: service.agency for code, service in city.services.items()},
        "agencies": {code: agency.name for code, agency in city.agencies.items()},
    }


def _rows(history: History) -> Iterator[dict[str, Any]]:
    return ({"text": past.text, "services": past.target.services} for past in history.complaints)


def _options(source: Path, how: dict[str, Any]) -> list[str]:
    name = re.sub(r"[^\w-]+", "-", source.stem).strip("-") or "history"
    folders = [f"--{option}={how[option].resolve()}" for option in ("folder", "out") if how[option]]
    return [f"--name={name}", *folders, *(["--quick"] if how["quick"] else [])]
