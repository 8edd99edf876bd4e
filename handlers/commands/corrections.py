"""``flask nlu export-corrections``: what people decided in the console, for the next training."""

import json
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from bot.learning import corrections
from handlers.edge import edge


@click.command("export-corrections")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def export_corrections(target: Path) -> None:
    """Write messages with the meaning people gave them to TARGET (.jsonl); those without labels beside it."""
    with edge().database.read() as session:
        labelled, unlabelled = corrections.labelled(session), corrections.unlabelled(session)
    to_label = target.with_name(f"{target.stem}.unlabelled{target.suffix or '.jsonl'}")
    try:
        _write(target, labelled)
        _write(to_label, unlabelled)
    except OSError as error:
        raise click.ClickException(f"{target} cannot be written: {error.strerror}.") from None
    click.echo(f"{len(labelled)} messages whose meaning people decided: {target}")
    click.echo(
        f"{len(unlabelled)} unsure messages whose intent and service are still to be written in: {to_label}"
    )


def _write(path: Path, examples: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(e, ensure_ascii=False) + "\n" for e in examples), encoding="utf-8")
