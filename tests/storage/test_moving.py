"""Files are brought from the folder into a bucket while the city goes on: nothing is lost or comes back."""

from pathlib import Path

import pytest
from sqlalchemy import update

from storage import keyring, moving
from storage.bucket import Bucket
from storage.database import Database
from storage.files import FileMissingError, LocalFolder, StoreError, new_key
from storage.keyring import Keyring
from storage.models import MediaFile
from storage.moving import TwoStores
from tests.support.rows import one_in_every_table
from tests.support.s3 import Store, Wire

PHOTO = b"a photo of a pothole" * 100
FEW = 10


@pytest.fixture
def folder(tmp_path: Path) -> LocalFolder:
    return LocalFolder(tmp_path / "media")


def filled(folder: LocalFolder, count: int = 30) -> dict[str, bytes]:
    kept = {new_key(): f"photo {number}".encode() for number in range(count)}
    for key, content in kept.items():
        folder.put(key, content)
    return kept


def moved(database: Database, old: LocalFolder, new: Bucket) -> dict[str, int]:
    *_, last = moving.move(database, old, new, FEW)
    return dict(last)


def test_everything_is_in_the_bucket_and_nothing_in_the_folder(
    sqlite_database: Database, folder: LocalFolder, s3: Store
) -> None:
    kept, bucket = filled(folder, 2 * FEW + 3), s3.bucket()
    assert moved(sqlite_database, folder, bucket) == {"moved": 2 * FEW + 3}
    assert {key: bucket.get(key) for key, _ in bucket.listed()} == kept
    assert list(folder.keys()) == []
    assert list(moving.move(sqlite_database, folder, bucket)) == []


def test_a_store_that_goes_away_stops_it_and_it_goes_on_there(
    sqlite_database: Database, folder: LocalFolder, s3: Store, wire: Wire
) -> None:
    kept, bucket = filled(folder, 2 * FEW), s3.bucket(url=wire.url)
    steps = moving.move(sqlite_database, folder, bucket, FEW)
    assert next(steps) == {"moved": FEW}
    wire.becomes("down")
    with pytest.raises(StoreError):
        next(steps)
    both = TwoStores(bucket, folder)
    wire.becomes("whole")
    assert {key: both.get(key) for key, _ in both.listed()} == kept, "half way everything can be read"
    moved(sqlite_database, folder, bucket)
    assert {key: bucket.get(key) for key, _ in bucket.listed()} == kept
    assert list(folder.keys()) == []


def test_who_died_behind_the_copy_and_before_the_deleting_is_no_matter(
    sqlite_database: Database, folder: LocalFolder, s3: Store
) -> None:
    kept, bucket = filled(folder, 3), s3.bucket()
    for key in kept:
        bucket.put_blob(key, folder.blob(key))
    assert moved(sqlite_database, folder, bucket) == {"moved": 3}


def test_one_that_was_written_with_another_secret_meanwhile(
    sqlite_database: Database, folder: LocalFolder, s3: Store
) -> None:
    kept, bucket = filled(folder, 1), s3.bucket()
    keyring.use(Keyring(("new", "test secret")))
    for key in kept:
        bucket.put(key, folder.get(key))
    assert moved(sqlite_database, folder, bucket) == {"moved": 1}


def test_what_is_another_in_the_bucket_stays_in_both(
    sqlite_database: Database, folder: LocalFolder, s3: Store
) -> None:
    [(key, content)] = filled(folder, 1).items()
    bucket = s3.bucket()
    bucket.put(key, b"something else")
    assert moved(sqlite_database, folder, bucket) == {"differs": 1}
    assert (folder.get(key), bucket.get(key)) == (content, b"something else")


def test_what_is_erased_while_it_is_moved_does_not_come_back(
    sqlite_database: Database, folder: LocalFolder, s3: Store
) -> None:
    class ErasedOnTheWay(LocalFolder):
        def blob(self, key: str) -> bytes:
            found = super().blob(key)
            with sqlite_database.begin() as session:
                session.execute(update(MediaFile).values(state="erased"))
            self.delete(key)
            return found

    key, bucket = new_key(), s3.bucket()
    with sqlite_database.begin() as session:
        one_in_every_table(session)
        session.execute(update(MediaFile).values(store_key=key, state="kept"))
    folder.put(key, PHOTO)
    list(moving.move(sqlite_database, ErasedOnTheWay(folder._folder), bucket))
    assert list(bucket.keys()) == []


class TestTwoStores:
    def test_what_is_new_goes_into_the_bucket(self, folder: LocalFolder, s3: Store) -> None:
        bucket = s3.bucket()
        both, [old] = TwoStores(bucket, folder), filled(folder, 1)
        key = new_key()
        both.put(key, PHOTO)
        both.renew(old)
        assert set(bucket.keys()) == {key, old} == set(both.keys())
        assert list(folder.keys()) == []

    def test_what_is_deleted_is_gone_from_both(self, folder: LocalFolder, s3: Store) -> None:
        bucket = s3.bucket()
        both, [key] = TwoStores(bucket, folder), filled(folder, 1)
        bucket.put_blob(key, folder.blob(key))
        both.delete(key)
        assert list(bucket.keys()) == list(folder.keys()) == []

    def test_a_file_that_is_moved_between_two_looks_is_found(self, folder: LocalFolder, s3: Store) -> None:
        [(key, content)] = filled(folder, 1).items()
        bucket = s3.bucket()

        class MovedJustNow(LocalFolder):
            def blob(self, key: str) -> bytes:
                bucket.put_blob(key, super().blob(key))
                raise FileMissingError(key)

        assert TwoStores(bucket, MovedJustNow(folder._folder)).get(key) == content
