"""``flask personal``: what an operator does about citizens' data by hand."""

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import select

from bot import audit
from bot.errors import BotError
from bot.personal import erasing, export, rights
from bot.personal.ledger import Ledger
from bot.tickets import tickets
from handlers.edge import Edge, edge
from storage.erasure_ledger import LedgerDamagedError
from storage.models import Erasure, Ticket

commands = AppGroup("personal", help="Citizens' data: copies, erasing, the erasure ledger.")
NO_LEDGER = "There is no ledger: set ERASURE_LEDGER, or name the file."


@commands.command("export")
@click.argument("number")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export_(number: str, file: Path) -> None:
    """Write all that is stored about the reporter of ticket NUMBER into FILE (JSON), for its owner's eyes."""
    here = edge()
    now = here.clock.now()
    with here.database.begin() as session:
        ticket = _ticket(session, number)
        told = export.everything(session, here.rulebook, ticket.citizen, now)
        audit.record(session, None, "personal_export", f"ticket:{ticket.number}", now, export.count(told))
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump(told, out, ensure_ascii=False, indent=2)
    click.echo(f"{file}: {json.dumps(export.count(told))}. Hand it to nobody but the reporter, then delete it.")


@commands.command("erase")
@click.argument("number")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(number: str, yes: bool) -> None:
    """Erase everything about the reporter of ticket NUMBER; it cannot be undone."""
    here = edge()
    if not yes:
        click.confirm(f"Erase all data of the reporter of {number}? This cannot be undone", abort=True)
    now = here.clock.now()
    with here.database.begin() as session:
        citizen = _ticket(session, number).citizen
        if citizen.erased_at is not None:
            raise click.ClickException(f"The reporter of {number} was erased on {citizen.erased_at:%Y-%m-%d}.")
        row = erasing.erase(session, here.rulebook, citizen, now)
        erasing.forget_addresses(session, citizen)
        rights.done_at_once(session, citizen.id, rights.ERASURE, now, row.proof)
        audit.record(session, None, "personal_erase", f"erasure:{row.id}", now, dict(row.counts))
    here.database.cut_log()
    click.echo(f"{erasing.receipt_number(row)}: {json.dumps(row.counts)}, proof {row.proof}")


@commands.command("ledger")
@click.option("--complete", is_flag=True, help="Write what the file lacks, also what it has lost.")
def ledger(complete: bool) -> None:
    """Check the erasure ledger's file and how it and the database stand; exit code 1 when something is wrong."""
    here = edge()
    kept = _ledger(here)
    try:
        lines = sum(1 for _ in kept.file.lines())
        if complete:
            click.echo(f"{kept.complete(here.clock.now())} lines were written.")
            lines = sum(1 for _ in kept.file.lines())
        missing = len(kept.missing())
    except LedgerDamagedError as error:
        raise click.ClickException(f"{kept.path}: {error} Take it from a copy; do not replay it.") from None
    with here.database.read() as session:
        standing = kept.standing(session)
    click.echo(f"{kept.path}: {lines} erasures, whole. Not written yet: {standing.waiting}.")
    if missing:
        click.echo(f"The database lacks {missing} of them: run `flask --app app personal replay {kept.path}`.")
    if standing.cut:
        click.echo("Erasures that were written are gone from it: run this with --complete.")
    if missing or standing.cut:
        sys.exit(1)


@commands.command("replay")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def replay(file: Path | None) -> None:
    """After restoring a backup: erase again whoever FILE (or ERASURE_LEDGER) names. The file is checked first."""
    here = edge()
    kept = Ledger(here.database, here.rulebook, file) if file else _ledger(here)
    try:
        done = kept.replay(here.clock.now())
    except LedgerDamagedError as error:
        raise click.ClickException(f"{kept.path}: {error} Nothing was erased; take it from a copy.") from None
    click.echo(f"Erased again: {done.again}. Erased already: {done.before}. Not in this database: {done.unknown}.")


@commands.command("proof")
@click.argument("receipt")
def proof(receipt: str) -> None:
    """What the receipt of an erasure (HD-12) stands for."""
    number = receipt.upper().removeprefix("HD-")
    with edge().database.read() as session:
        row = session.scalar(select(Erasure).where(Erasure.id == int(number))) if number.isdecimal() else None
    if row is None:
        raise click.ClickException(f"There is no erasure {receipt}; it is written as HD-12.")
    click.echo(f"{erasing.receipt_number(row)} {_stamp(row.at)} {row.reason} {json.dumps(row.counts)}")
    click.echo(f"proof {row.proof}")


def _ledger(here: Edge) -> Ledger:
    if here.ledger is None:
        raise click.ClickException(NO_LEDGER)
    return here.ledger


def _ticket(session: Any, number: str) -> Ticket:
    try:
        return tickets.by_number(session, number.upper())
    except BotError as error:
        raise click.ClickException(str(error)) from None


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
