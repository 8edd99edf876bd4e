"""The export's files: described, the same again, whole or not at all whatever the disk does."""

import errno
import os
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from storage.models import NightlyExport, Ticket
from tests.bot.figures_report.office import LITTLE_ROOM, TUESDAY, House, agrees
from tests.support.clock import at
from tests.support.desk import meaning
from tests.support.rolled_up import counted, figures


def test_the_descriptor_agrees_with_the_files(house: House) -> None:
    figures(house.number.database, TUESDAY, filed=3)
    house.night(TUESDAY)
    agrees(house, TUESDAY)
    assert house.described()["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    with house.number.database.read() as session:
        rows = session.get_one(NightlyExport, TUESDAY).rows
    assert rows == {one["name"]: one["rows"] for one in house.described()["resources"]}


def test_the_same_night_twice_is_the_same_files(house: House) -> None:
    house.night(TUESDAY)
    first = {one["name"]: one["hash"] for one in house.described()["resources"]}
    house.warehouse.write(TUESDAY, house.number.clock.now())
    assert {one["name"]: one["hash"] for one in house.described()["resources"]} == first


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow any more, so that writing fails in the middle of one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LITTLE_ROOM, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_nothing_and_is_tried_again(house: House) -> None:
    house.number.clock.at = at("2026-11-25T00:30+07:00")
    counted(house.number.database, TUESDAY, TUESDAY, house.number.clock.now())
    with capture_logs() as logs, full_disk():
        assert house.tick() == 0
    assert [(log["event"], log["day"], log["code"]) for log in logs] == [
        ("export_failed", "2026-11-24", errno.EFBIG)
    ]
    assert list(house.folder.iterdir()) == []
    assert house.noted() == []
    assert house.tick() == 1
    agrees(house, TUESDAY)


def test_a_full_disk_leaves_what_stood_there(house: House) -> None:
    house.night(TUESDAY)
    before = house.described()
    with full_disk(), pytest.raises(OSError, match="File too large"):
        house.warehouse.write(TUESDAY, house.number.clock.now() + timedelta(hours=1))
    assert house.described() == before
    assert list(house.folder.iterdir()) == [house.folder / "2026-11-24"]
    agrees(house, TUESDAY)


def test_a_folder_that_cannot_be_written_is_tried_again(house: House) -> None:
    house.folder.write_text("a file stands where the folder should be")
    assert house.night(TUESDAY) == 0
    assert house.noted() == []
    house.folder.unlink()
    assert house.tick() == 1
    agrees(house, TUESDAY)


def test_what_a_killed_writer_left_is_cleared_away_in_time(house: House) -> None:
    left = house.folder / ".2026-11-24.abcd.part"
    left.mkdir(parents=True)
    house.night(TUESDAY)
    assert left.exists()  # another scheduler may be at it
    shutil.rmtree(left)
    left.mkdir()
    long_ago = 1_000_000_000
    os.utime(left, (long_ago, long_ago))
    house.warehouse.write(TUESDAY, house.number.clock.now())
    assert house.days() == ["2026-11-24"]


def test_whoever_had_their_data_erased_stays_as_an_anonymous_fact(house: House) -> None:
    house.night(TUESDAY)
    house.number.clock.at = at("2026-11-25T10:00+07:00")
    house.number.says("hapus data saya", meaning("hapus_data"))
    house.number.says("ya")
    with house.number.database.read() as session:
        assert session.scalars(select(Ticket)).one().story == ""
    house.night(date(2026, 11, 25))
    [row] = house.table("tickets", date(2026, 11, 25))
    assert row["outcome"] == "withdrawn"
    assert row["ticket"] == house.table("tickets")[0]["ticket"]
