"""``flask personal``: what an operator does by hand."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select

from bot.personal import erasing
from handlers.commands import personal
from handlers.edge import KEY
from storage.erasure_ledger import LedgerLine
from storage.models import AuditEntry, Citizen, Erasure, Ticket
from tests.handlers.city_hall import NAME, CityHall

Run = Callable[..., Result]


@pytest.fixture
def run(hall: CityHall) -> Run:
    hall.app.cli.add_command(personal.commands)
    return lambda *words, **more: hall.app.test_cli_runner().invoke(args=["personal", *map(str, words)], **more)


def ledger(hall: CityHall) -> Path:
    return Path(f"{hall.database.engine.url.database}.erasures.jsonl")


@pytest.fixture(autouse=True)
def no_old_ledger(hall: CityHall) -> None:
    """The database's file has the same name in each test."""
    ledger(hall).unlink(missing_ok=True)


def test_an_export_is_readable_by_its_owner_alone_and_noted(hall: CityHall, run: Run, tmp_path: Path) -> None:
    number, _ = hall.forwarded("Pipa bocor")
    file = tmp_path / "copy.json"
    assert run("export", number, file).exit_code == 0
    assert json.loads(file.read_text())["reports"][0]["told"] == "Pipa bocor"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with hall.database.read() as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.subject, entry.data["reports"]) == ("personal_export", f"ticket:{number}", 1)
    assert run("export", number, file).exit_code != 0, "a file that is there is not written over"


def test_erasing_asks_first_and_tells_the_receipt(hall: CityHall, run: Run) -> None:
    number, _ = hall.forwarded()
    assert run("erase", number, input="n\n").exit_code == 1
    with hall.database.read() as session:
        assert session.scalars(select(Citizen.name)).one() == NAME
    done = run("erase", number, "--yes")
    assert done.exit_code == 0
    assert "HD-1" in done.output
    with hall.database.read() as session:
        assert session.scalars(select(Citizen.name)).one() is None
        proof = session.scalars(select(Erasure.proof)).one()
    assert proof in run("proof", "HD-1").output
    assert "was erased on" in run("erase", number, "--yes").output
    assert run("proof", "HD-9").exit_code == 1


def test_an_unknown_ticket_is_told(run: Run, tmp_path: Path) -> None:
    for words in (("erase", "JK-NICHTS-0", "--yes"), ("export", "JK-NICHTS-0", tmp_path / "x")):
        assert "Tidak ada laporan bernomor" in run(*words).output


def test_the_ledger_is_completed_and_checked(hall: CityHall, run: Run) -> None:
    number, _ = hall.forwarded()
    run("erase", number, "--yes")
    assert "Not written yet: 1" in run("ledger").output
    assert "1 lines were written" in run("ledger", "--complete").output
    well = run("ledger")
    assert (well.exit_code, "1 erasures, whole" in well.output) == (0, True)
    ledger(hall).write_text(ledger(hall).read_text().replace('"citizen": 1', '"citizen": 2'))
    assert run("ledger").exit_code == 1


def test_a_restored_backup_is_told_everywhere_and_replayed(hall: CityHall, run: Run) -> None:
    """Restored by hand: the ledger has somebody whom the database still knows."""
    hall.forwarded("Pipa bocor")
    with hall.database.read() as session:
        citizen = session.scalars(select(Citizen)).one()
    kept = hall.app.extensions[KEY].ledger
    line = LedgerLine(
        erasure=7,
        citizen=citizen.id,
        since=erasing.stamp(citizen.created_at),
        at=erasing.stamp(hall.now),
        reason="request",
        counts={"tickets": 1},
        proof="p",
    )
    kept.file.append([line])
    health = hall.browser().get("/healthz?deep=1").json
    assert (health["erasures"]["ok"], health["erasures"]["trouble"]) == (False, ["erasures_not_replayed"])
    assert run("ledger").exit_code == 1
    done = run("replay", kept.path)
    assert "Erased again: 1. Erased already: 0. Not in this database: 0." in done.output
    assert "Erased already: 1" in run("replay").output
    with hall.database.read() as session:
        assert session.scalars(select(Ticket.story)).one() == ""
    assert hall.browser().get("/healthz?deep=1").json["erasures"]["ok"] is True
    assert run("ledger").exit_code == 0
