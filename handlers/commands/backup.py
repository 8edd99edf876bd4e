"""``flask backup`` and ``flask restore``: the database and citizens' files as a folder, and back."""

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from bot.delivery import after_restore
from bot.history import anchors
from bot.history.verifying import Tally, Wanted, verify
from bot.personal.ledger import ledger_of
from handlers.edge import Edge, edge
from storage import backup as backups
from storage import keyring, migrate
from storage.backup import Manifest
from storage.dumps import BackupError
from storage.files import StoreError

SHOWN = 20
BUCKETS_OWN = "means of its own: docs/operating.md, Files in a bucket"
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("backup")
@click.argument("folder", type=FOLDER)
@click.option(
    "--with-media/--without-media",
    default=None,
    help="Whether the files of citizens are in it. Those of a folder are otherwise, those of a bucket are not.",
)
@with_appcontext
def backup(folder: Path, with_media: bool | None) -> None:
    """Write a backup into the new folder FOLDER, while the system goes on. SECRET_KEY is not in it."""
    here = edge()
    ledger = here.ledger.path if here.ledger else None
    is_in_bucket = bool(here.settings.media_bucket)
    files = here.files if (not is_in_bucket if with_media is None else with_media) else None
    begun = here.clock.now()
    try:
        manifest = backups.make(here.database, files, folder, _keys(), ledger, begun)
    except BackupError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{folder}: {_told(manifest)}.")
    if not backups.note(here.database, begun):
        click.echo("It could not be noted in the database, so whoever watches does not know of it.")
    click.echo(f"Not in it: SECRET_KEY ({', '.join(manifest.keys)}), without which nobody can read it.")
    if is_in_bucket and files is None:
        click.echo(f"Not in it: the files of citizens. {here.files.where} is backed up by {BUCKETS_OWN}.")
    if ledger:
        click.echo(f"Not in it: the erasure ledger {ledger}; keep its newest copy apart.")


@click.command("restore")
@click.argument("folder", type=FOLDER)
@with_appcontext
def restore(folder: Path) -> None:
    """Put the backup in FOLDER into an empty database and an empty MEDIA_FOLDER, and check it. Nothing may run."""
    here = edge()
    try:
        manifest = backups.restore(here.database, here.files, folder, _keys())
    except (BackupError, StoreError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Restored, as of {manifest.made_at}: {_told(manifest)}.")
    wrong = backups.differences(here.database, here.files, manifest)
    if is_current := migrate.is_current(here.database.engine):
        wrong += _wrong_histories(here)
    for sentence in wrong[:SHOWN]:
        click.echo(sentence)
    if wrong:
        click.echo(f"{len(wrong)} things are not as they were. Do not start anything; try another backup.")
        sys.exit(1)
    click.echo("Counts and histories are as they were.")
    _say_what_next(here, manifest, is_current=is_current)


def _wrong_histories(here: Edge) -> list[str]:
    problems = (*verify(here.database, Wanted(), Tally()), *anchors.verify(here.database))
    return [str(problem) for problem in problems]


def _say_what_next(here: Edge, manifest: Manifest, *, is_current: bool) -> None:
    steps = []
    if is_current:
        doubtful = after_restore.doubt_what_waits(here.database, here.clock.now())
        if doubtful:
            click.echo(f"{doubtful} messages that waited are looked up at the provider before they are sent.")
    else:
        steps.append("flask --app app db upgrade")
        steps.append("flask --app app history verify")
    steps.append(f"flask --app app personal replay {_ledger(here, manifest)}")
    steps.append(f"start web, worker and NLU, then: flask --app app reconcile --since {manifest.made_at[:10]}")
    if here.settings.media_bucket:
        steps.append("flask --app app media check, for files in the bucket that no restored row knows")
    click.echo("Before anybody works with it:")
    for number, step in enumerate(steps, 1):
        click.echo(f"  {number}. {step}")


def _ledger(here: Edge, manifest: Manifest) -> str:
    """The newest copy of the erasure ledger, as far as we know of one."""
    ours = ledger_of(here.database, here.rulebook, here.settings.erasure_ledger)
    return str(ours.path) if ours and ours.file.exists() else f"LEDGER (it was at {manifest.ledger or 'no place'})"


def _told(manifest: Manifest) -> str:
    rows = sum(manifest.tables.values())
    files = "without files of citizens" if manifest.files is None else f"{manifest.files:,} files of citizens"
    return f"{rows:,} rows in {len(manifest.tables)} tables, {files}, schema {manifest.revision}"


def _keys() -> tuple[str, ...]:
    return keyring.current().fingerprints
