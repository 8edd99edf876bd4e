"""``flask nlu``: train, serve and try the language model of the other environment."""

import csv
import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from bot.learning import meaning_report
from handlers.commands.corrections import export_corrections
from handlers.commands.history import import_history
from handlers.commands.promotion import promote, rollback
from handlers.edge import edge
from nlu import environment
from nlu.client import NluUnavailableError, Understanding

commands = AppGroup("nlu", help="Train, serve and try the language model.")
for learning in (import_history, promote, rollback, export_corrections):
    commands.add_command(learning)


@commands.command("train", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def train(arguments: tuple[str, ...]) -> None:
    """Train a model from nlu/rasa/data; shows its progress."""
    _run_there(["train", *arguments])


@commands.command("serve", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def serve(arguments: tuple[str, ...]) -> None:
    """Serve the newest model on loopback (--port N)."""
    _run_there(["serve", *arguments])


@commands.command("evaluate", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def evaluate(arguments: tuple[str, ...]) -> None:
    """Measure the model on labelled messages (--data FILE, --html FILE)."""
    _run_there(["evaluate", *arguments])


@commands.command("thresholds", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def thresholds(arguments: tuple[str, ...]) -> None:
    """Compute thresholds from held-out folds of the training data; takes some minutes."""
    _run_there(["thresholds", *arguments])


@commands.command("parse")
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
def parse(source: Path, target: Path) -> None:
    """Understand the column 'text' of SOURCE and write it with what was understood to TARGET (CSV)."""
    rows, columns = _read(source)
    try:
        understandings = _understand([row["text"] for row in rows])
    except (NluUnavailableError, environment.EnvironmentMissingError) as error:
        raise click.ClickException(str(error)) from None
    rulebook = edge().rulebook
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*columns, *meaning_report.COLUMNS])
        writer.writeheader()
        for row, understanding in zip(rows, understandings, strict=True):
            writer.writerow({**row, **meaning_report.describe(row["text"], understanding, rulebook)})
    click.echo(f"{len(rows)} messages understood: {target}")


def _understand(texts: list[str]) -> list[Understanding]:
    """By the running server where one is named, else by loading the model for this one time."""
    client = edge().nlu
    if client and client.is_ready():
        return client.understand(texts)
    return environment.parse(texts)


def _read(source: Path) -> tuple[list[dict[str, str]], list[str]]:
    csv.field_size_limit(sys.maxsize)
    try:
        with source.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            rows, columns = list(reader), list(reader.fieldnames or ())
    except (UnicodeDecodeError, csv.Error):
        raise click.ClickException(f"{source.name} is no CSV file in UTF-8; save it as such.") from None
    if "text" not in columns:
        raise click.ClickException(f"{source.name} has no column 'text'; name the column with the messages so.")
    return [{key: value or "" for key, value in row.items() if key is not None} for row in rows], columns


def _run_there(arguments: list[str]) -> None:
    try:
        code = environment.run(arguments)
    except environment.EnvironmentMissingError as error:
        raise click.ClickException(str(error)) from None
    sys.exit(code)
