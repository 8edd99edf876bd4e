"""The leadership's report within the worker's tick, and the export beside it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.clock import Clock
from bot.figures.warehouse import Warehouse
from bot.rulebook import Rulebook
from scheduler.worker import Parts, _export, _tick
from storage.database import Database
from storage.files import LocalFolder
from storage.leading import Leadership
from storage.models import Digest, OutboundMessage
from tests.support.clock import MoveableClock, at
from tests.support.desk import Number, ScriptedNlu, meaning
from tests.support.rolled_up import counted

LEADERSHIP = "sekda@jakarta.example"
POTHOLE = meaning("lapor", "jalan_rusak", place="Jl. Melati")


@pytest.fixture
def parts(database: Database, rulebook: Rulebook, clock: MoveableClock, tmp_path: Path) -> Parts:
    """A worker of a city in which one report has come to the end of the ladder; its next list is on Monday."""
    clock.at = at("2026-11-10T10:00+07:00")
    with ThreadPoolExecutor(4) as pool:
        number = Number(database, rulebook, clock, pool)
        number.says("jalan di Jl. Melati berlubang", POTHOLE)
        number.later(days=19, hours=21)
    clock.at = at("2026-11-30T08:00:01+07:00")
    return Parts(database, rulebook, ScriptedNlu(), {}, Clock(clock.now), {}, LocalFolder(tmp_path))


def letters(database: Database) -> list[str]:
    with database.read() as session:
        rows = session.scalars(select(OutboundMessage).order_by(OutboundMessage.id))
        return [row.key.partition(":")[0] for row in rows if row.recipient == LEADERSHIP]


def ticks(parts: Parts) -> None:
    leadership = Leadership(parts.database)
    for _ in range(3):
        _tick(parts, leadership)
    leadership.release()


def test_one_letter_on_monday_with_the_ladders_list_in_it(parts: Parts) -> None:
    counted(parts.database, date(2026, 11, 23), date(2026, 11, 29), at("2026-11-30T00:10+07:00"))
    ticks(parts)
    assert letters(parts.database) == ["weekly"]
    with parts.database.read() as session:
        row = session.scalars(select(Digest).where(Digest.kind == "leadership")).one()
        assert row.due_at is None
        assert row.done_at is not None


def test_without_figures_the_list_goes_out_as_before(parts: Parts) -> None:
    ticks(parts)
    assert letters(parts.database) == ["list"]


def test_who_leads_writes_the_export(
    database: Database, rulebook: Rulebook, clock: MoveableClock, tmp_path: Path
) -> None:
    counted(database, date(2026, 11, 23), date(2026, 11, 23), clock.now())
    warehouse = Warehouse(database, rulebook, tmp_path / "exports")
    first, second = Leadership(database), Leadership(database)
    assert first.is_ours()
    leads = second.is_ours()  # on SQLite everybody does
    _export(warehouse, Clock(clock.now), second)
    assert (tmp_path / "exports" / "2026-11-23").exists() is leads
    _export(warehouse, Clock(clock.now), first)
    assert (tmp_path / "exports" / "2026-11-23").exists()
    first.release()
    second.release()
