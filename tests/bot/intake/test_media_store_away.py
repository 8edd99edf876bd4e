"""The store of files is full, down or closed for hours: all stays queued, and nobody is told of a loss."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.intake.media import BACK_OFF, STORE_AWAY
from storage.bucket import Bucket
from storage.files import LocalFolder, StoreError
from storage.models import Conversation
from storage.queries.media import erase_files
from tests.support.media import Darkroom
from tests.support.pictures import PDF, jpeg
from tests.support.s3 import Store, Wire


class Fickle(LocalFolder):
    """A folder on a disk that is full as long as a test wants."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.is_full = self.is_closed = False

    def put_blob(self, key: str, blob: bytes) -> None:
        if self.is_full:
            raise StoreError("No room.")
        super().put_blob(key, blob)

    def delete(self, key: str) -> None:
        if self.is_closed:
            raise StoreError("Nothing can be deleted here.")
        super().delete(key)


@pytest.fixture
def disk(room: Darkroom) -> Fickle:
    return Fickle(room.folder)


def pass_time(room: Darkroom) -> None:
    room.clock.move(seconds=STORE_AWAY.total_seconds())


def erase(room: Darkroom) -> None:
    with room.database.begin() as session:
        erase_files(session, list(session.scalars(select(Conversation.id))))


def test_for_longer_than_any_file_is_waited_for(room: Darkroom, disk: Fickle) -> None:
    """A file that cannot be had is given up after 36 minutes; one that cannot be kept is not."""
    room.comes(jpeg(), PDF)
    queue, disk.is_full = room.queue(store=disk), True
    for _ in range(24):
        queue.round()
        room.clock.move(minutes=5)
    assert [row.state for row in room.rows()] == ["waiting", "waiting"]
    assert room.told() == []
    disk.is_full = False
    while queue.round():
        pass
    assert room.outcomes() == [("kept", None), ("kept", None)]
    assert len(room.on_disk()) == 3


def test_meanwhile_it_is_tried_four_times_a_minute_and_not_more(room: Darkroom, disk: Fickle) -> None:
    """Each try fetches a file from the provider again."""
    room.comes(*[PDF] * 5)
    queue, disk.is_full = room.queue(store=disk), True
    for _ in range(60):
        for _ in range(3):
            queue.round()
        room.clock.move(seconds=1)
    assert sum(room.shelf.asked.values()) == 4


def test_it_takes_no_try_away_from_a_file_that_cannot_be_had_either(room: Darkroom, disk: Fickle) -> None:
    room.comes(PDF)
    queue, disk.is_full = room.queue(store=disk), True
    for _ in range(10):
        queue.round()
        pass_time(room)
    room.shelf.files.clear()
    for pause in BACK_OFF:
        assert queue.round() == 1
        assert room.outcomes() == [("waiting", "http_404")]
        room.clock.move(seconds=pause)
    queue.round()
    assert room.outcomes() == [("failed", "http_404")]


def test_one_that_lets_go_of_nothing_still_takes_photos(room: Darkroom, disk: Fickle) -> None:
    """An object lock, or a policy without deleting."""
    room.comes(jpeg())
    queue = room.queue(store=disk)
    assert queue.round() == 1
    erase(room)
    disk.is_closed = True
    room.comes(PDF, phone="+628000009999", address="whatsapp:+628000009999")
    assert queue.round() == 1
    assert [row.state for row in room.rows()] == ["erasing", "kept"]
    disk.is_closed = False
    pass_time(room)
    assert queue.round() == 1
    assert [row.state for row in room.rows()] == ["erased", "kept"]
    assert len(room.on_disk()) == 1


def test_what_was_put_behind_an_erasing_is_let_go_of_when_that_is_possible(room: Darkroom, disk: Fickle) -> None:
    room.comes(PDF)
    queue = room.queue(store=disk)

    def erased_while_it_is_fetched(url: str) -> None:
        erase(room)
        assert room.queue("two", store=LocalFolder(room.folder)).round() == 1
        disk.is_closed = True

    room.shelf.before = erased_while_it_is_fetched
    queue.round()
    assert len(room.on_disk()) == 1
    disk.is_closed = False
    pass_time(room)
    queue.round()
    assert [row.state for row in room.rows()] == ["erased"]
    assert room.on_disk() == []


@pytest.mark.parametrize("trouble", ["down", "silent", "cut"])
def test_a_bucket_that_goes_away_in_the_middle(room: Darkroom, s3: Store, wire: Wire, trouble: str) -> None:
    bucket = s3.bucket(url=wire.url, timeout_s=1)
    room.comes(jpeg(), jpeg((20, 20)), PDF)
    queue = room.queue(store=bucket)
    assert queue.round() == 1
    wire.becomes(trouble, after=0)
    queue.round()
    assert [row.state for row in room.rows()] == ["kept", "waiting", "waiting"]
    wire.becomes("whole")
    pass_time(room)
    while queue.round():
        pass
    assert room.outcomes() == [("kept", None)] * 3
    kept = {row.store_key for row in room.rows()}
    assert {key.removesuffix("-small") for key, _ in bucket.listed()} == kept
    assert room.told() == []


def test_whoever_is_erased_is_gone_from_a_bucket_in_all_versions(room: Darkroom, s3: Store) -> None:
    """Also where a backup of the bucket brought it back: what the ledger replays is let go of again."""
    access = s3.access(versions=True)
    bucket = Bucket(access)
    room.comes(jpeg(), PDF)
    room.work(store=bucket)
    before = {key: bucket.blob(key) for key, _ in bucket.listed()}
    assert len(before) == 3
    erase(room)
    room.work(store=bucket)
    assert s3.versions(access.bucket) == []
    for key, blob in before.items():  # the bucket is set back to yesterday, as the database is
        bucket.put_blob(key, blob)
    with room.database.begin() as session:
        for row in room.rows():
            session.merge(row).state = "kept"
    erase(room)
    room.clock.move(seconds=timedelta(minutes=1).total_seconds())
    room.work(store=bucket)
    assert s3.versions(access.bucket) == []
    assert [row.state for row in room.rows()] == ["erased", "erased"]
