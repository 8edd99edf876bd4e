"""``flask keys``: which secrets are in use, and how the oldest gets out of use; docs/keys.md tells how."""

import sys
from collections import Counter
from collections.abc import Iterable, Mapping

import click
from flask.cli import AppGroup

from handlers.edge import Edge, edge
from storage import keyring, reindexing, rotation
from storage.rotation import Progress, Uses

commands = AppGroup("keys", help="The secrets of SECRET_KEY: what is written with which, and how to change them.")

PASSES = 3  # what others wrote with an older secret in the meantime is found by the next one
ONE_ONLY = (
    "SECRET_KEY has one secret, so nothing can be behind it. Add the new one, as docs/keys.md tells, and repeat."
)


@commands.command("status")
def status() -> None:
    """How much is written with which secret; the secrets themselves are never shown."""
    _say_secrets()
    here = edge()
    values = rotation.uses(here.database, here.files)
    hashes = reindexing.uses(here.database)
    _table("Encrypted values", values)
    _table("Keyed hashes", hashes)
    _judge(here, values, hashes)


@commands.command("rotate")
def rotate() -> None:
    """Write every encrypted value and file with the newest secret. May be stopped and begun again at any time."""
    _need_two()
    here = edge()
    for _ in range(PASSES):
        _show(rotation.renew(here.database, here.files))
        left = _behind(rotation.uses(here.database, here.files))
        if not left:
            click.echo("Verified: every encrypted value is written with the newest secret.")
            return
    raise click.ClickException(
        f"{left} values are still written with an older secret: a process with another SECRET_KEY is at work. "
        "Restart web and worker with the newest secret in front, and repeat."
    )


@commands.command("reindex")
def reindex() -> None:
    """Compute every keyed hash anew with the newest secret. May be stopped and begun again at any time."""
    _need_two()
    here = edge()
    for _ in range(PASSES):
        _show(reindexing.reindex(here.database))
        left = _behind(reindexing.uses(here.database))
        if not left:
            click.echo("Verified: every hash that can be computed is one of the newest secret.")
            _say_unsure(here)
            return
    raise click.ClickException(
        f"{left} hashes are still of an older secret: a process with another SECRET_KEY is at work, or a number "
        "has two conversations on one channel. Restart web and worker, repeat; docs/keys.md tells the rest."
    )


def _need_two() -> None:
    if len(keyring.current().secrets) < 2:
        raise click.ClickException(ONE_ONLY)


def _say_secrets() -> None:
    click.echo("Secrets, the newest first, by their fingerprints:")
    for number, fingerprint in enumerate(keyring.current().fingerprints, 1):
        click.echo(f"  {number}  {fingerprint}  {'writes and reads' if number == 1 else 'reads'}")


def _table(title: str, uses: Mapping[str, Uses]) -> None:
    numbers = range(len(keyring.current().secrets))
    heads = [*(f"{number + 1}" for number in numbers), "none of them"]
    click.echo(f"\n{title:<36}" + "".join(f"{head:>14}" for head in heads))
    for name, counted in uses.items():
        if counted:
            cells = (counted[number] for number in (*numbers, None))
            click.echo(f"  {name:<34}" + "".join(f"{cell:>14,}" for cell in cells))


def _judge(here: Edge, values: Mapping[str, Uses], hashes: Mapping[str, Uses]) -> None:
    """What that means for the oldest secret."""
    click.echo("")
    if lost := _sum(values)[None]:
        click.echo(f"{lost} values were written with none of these secrets: put the missing one back at the end.")
    if strange := _sum(hashes)[None]:
        click.echo(f"{strange} hashes belong to no address beside them; they are left as they are.")
    behind = ((_behind(values), "rotate"), (_behind(hashes), "reindex"))
    for number, command in behind:
        if number:
            click.echo(f"{number} still need an older secret: run flask --app app keys {command}.")
    if not any(number for number, _ in behind) and len(keyring.current().secrets) > 1:
        oldest = keyring.current().fingerprints[-1]
        click.echo(f"Nothing needs {oldest} any more: it can be taken out of SECRET_KEY.")
    _say_unsure(here)


def _say_unsure(here: Edge) -> None:
    unsure = reindexing.unsure(here.database)
    if len(keyring.current().secrets) > 1 and unsure.servants:
        click.echo(
            f"{unsure.servants} civil servants have never written, so their numbers are known to nobody: "
            "those registered before the newest secret must be registered again."
        )
    if len(keyring.current().secrets) > 1 and unsure.citizens:
        click.echo(f"{unsure.citizens} citizens have a number and no conversation; they will not be recognised.")


def _sum(uses: Mapping[str, Uses]) -> Uses:
    total: Uses = Counter()
    for counted in uses.values():
        total.update(counted)
    return total


def _behind(uses: Mapping[str, Uses]) -> int:
    return sum(count for number, count in _sum(uses).items() if number not in (0, None))


def _show(steps: Iterable[Progress]) -> None:
    """One line a table, at its end; on a terminal its progress before."""
    before: Progress | None = None
    for step in steps:
        if before is not None and before.name != step.name:
            _line(before)
        elif sys.stderr.isatty():
            click.echo(f"\r  {step.name}: {step.seen:,} of {step.total:,}", nl=False, err=True)
        before = step
    if before is not None:
        _line(before)


def _line(step: Progress) -> None:
    click.echo(f"  {step.name}: {step.seen:,} looked at, {step.renewed:,} written anew")
