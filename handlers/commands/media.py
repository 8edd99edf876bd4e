"""``flask media``: citizens' files from the folder into the bucket, and whether store and database agree."""

import sys
from collections import Counter

import click
from flask.cli import AppGroup

from bot.intake.file_store import bucket_of
from handlers.edge import edge
from storage import moving
from storage.comparing import Compared, compare
from storage.files import LocalFolder, StoreError

commands = AppGroup("media", help="The files of citizens: into a bucket, and compared with the database.")

SHOWN = 20
NO_BUCKET = "MEDIA_BUCKET is not set. Set it, restart web and worker, then repeat this."


@commands.command("move")
def move() -> None:
    """Bring what is in MEDIA_FOLDER into MEDIA_BUCKET, while all goes on. May be stopped and begun again."""
    here = edge()
    if not here.settings.media_bucket:
        raise click.ClickException(NO_BUCKET)
    folder, bucket = LocalFolder(here.settings.media_folder), bucket_of(here.settings)
    done: Counter[str] = Counter()
    try:
        bucket.check()
        for done in moving.move(here.database, folder, bucket):
            click.echo(f"  {done[moving.MOVED]:,} files moved and read back")
    except StoreError as error:
        raise click.ClickException(f"{error} What was moved is moved; repeat this when it is mended.") from None
    if done[moving.DIFFERS]:
        click.echo(
            f"{done[moving.DIFFERS]:,} files are others in the bucket than in the folder; they stay in both."
        )
        sys.exit(1)
    click.echo("Nothing is left in the folder. Restart web and worker, and the folder is not looked at any more.")


@commands.command("check")
@click.option("--delete", is_flag=True, help="Delete what no row of the database names.")
def check(delete: bool) -> None:
    """Compare the store with the database; exit code 1 where they differ. Everybody goes on working."""
    here = edge()
    try:
        found = compare(here.database, here.files, here.clock.now())
        if delete:
            for key in found.strays:
                here.files.delete(key)
    except StoreError as error:
        raise click.ClickException(str(error)) from None
    _say(found, deleted=delete)
    if found.missing or (found.strays and not delete):
        sys.exit(1)


def _say(found: Compared, *, deleted: bool) -> None:
    click.echo(f"{found.files:,} files are in the store.")
    if found.missing:
        some = ", ".join(map(str, found.missing[:SHOWN]))
        click.echo(f"{len(found.missing):,} are missing that the database names (media_files.id {some}).")
    if found.strays and deleted:
        click.echo(f"{len(found.strays):,} that no citizen's message names were deleted.")
    elif found.strays:
        click.echo(f"{len(found.strays):,} are named by no citizen's message; delete them with --delete.")
    if not found.missing and not found.strays:
        click.echo("They are those that the database names.")
