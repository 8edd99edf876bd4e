"""Whether store and database agree: after a restored backup, a lost bucket, an erasing that died half-way."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.rulebook import Rulebook
from storage.comparing import YOUNG, Compared, compare
from storage.database import Database
from storage.files import new_key
from storage.models import MediaFile
from tests.support.clock import MoveableClock
from tests.support.media import Darkroom
from tests.support.pictures import PDF, jpeg

TOMORROW = YOUNG + timedelta(minutes=1)


@pytest.fixture
def room(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock, tmp_path: Path) -> Darkroom:
    """A photo with its small version, and a document."""
    made = Darkroom(sqlite_database, rulebook, clock, tmp_path / "media")
    made.comes(jpeg(), PDF)
    made.work()
    return made


def compared(room: Darkroom, later: timedelta = timedelta()) -> Compared:
    return compare(room.database, room.store, datetime.now(UTC) + later)


def test_a_city_as_it_should_be(room: Darkroom) -> None:
    assert compared(room, TOMORROW) == Compared(3, [], [])


def test_a_file_that_got_lost(room: Darkroom) -> None:
    document = room.rows()[1]
    room.store.delete(document.store_key)
    assert compared(room).missing == [document.id]


def test_a_file_that_no_row_names_is_told_when_it_is_a_day_old(room: Darkroom) -> None:
    """The desk keeps photos before it writes their rows."""
    key = new_key()
    room.store.put(key, b"of a message that a restored database does not know")
    assert compared(room).strays == []
    assert compared(room, TOMORROW).strays == [key]


@pytest.mark.parametrize(("state", "strays"), [("erased", 2), ("failed", 2), ("refused", 2), ("erasing", 0)])
def test_what_should_be_gone_and_is_there_again(room: Darkroom, state: str, strays: int) -> None:
    """A bucket that was set back to yesterday; what is only to be let go of the worker does by itself."""
    photo = room.rows()[0]
    with room.database.begin() as session:
        session.execute(update(MediaFile).where(MediaFile.id == photo.id).values(state=state))
    found = compared(room)
    assert len(found.strays) == strays
    assert all(key.startswith(photo.store_key) for key in found.strays)
    assert found.missing == []


def test_what_is_still_to_be_fetched_is_neither(room: Darkroom) -> None:
    room.comes(jpeg())
    room.store.put(room.rows()[2].store_key, b"put by one who died before the commit")
    assert compared(room, TOMORROW) == Compared(4, [], [])
