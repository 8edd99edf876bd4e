"""What every store of files does, a folder and a bucket alike: the same tests for all of them."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import keyring
from storage.files import FileMissingError, FileStore, LocalFolder, new_key
from storage.keyring import Keyring, KeyringError
from storage.moving import TwoStores
from tests.support.s3 import Store

PHOTO = b"\xff\xd8\xff a photo of a pothole" * 50
KINDS: dict[str, Callable[[Path, Store], FileStore]] = {
    "folder": lambda folder, s3: LocalFolder(folder / "media"),
    "bucket": lambda folder, s3: s3.bucket(),
    "bucket with versions, behind a prefix": lambda folder, s3: s3.bucket(versions=True, prefix="suarakota/"),
    "folder on its way into a bucket": lambda folder, s3: TwoStores(s3.bucket(), LocalFolder(folder / "media")),
}


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path, s3: Store) -> FileStore:
    """An empty one of each kind."""
    return KINDS[request.param](tmp_path, s3)


class TestFileStore:
    def test_what_is_put_is_there_until_it_is_deleted(self, store: FileStore) -> None:
        key = new_key()
        store.put(key, PHOTO)
        assert store.get(key) == PHOTO
        store.put(key, b"another")
        assert store.get(key) == b"another"
        store.delete(key)
        store.delete(key)
        with pytest.raises(FileMissingError):
            store.get(key)
        assert list(store.keys()) == []

    def test_one_of_two_files_with_like_names_goes(self, store: FileStore) -> None:
        key = new_key()
        store.put(key, PHOTO)
        store.put(f"{key}-small", b"small")
        store.delete(key)
        assert store.get(f"{key}-small") == b"small"
        assert list(store.keys()) == [f"{key}-small"]

    def test_an_empty_and_a_large_file(self, store: FileStore) -> None:
        """The largest that citizens can send is 16 MB."""
        for content in (b"", bytes(range(256)) * 65_536):
            key = new_key()
            store.put(key, content)
            assert store.get(key) == content

    def test_what_lies_there_is_encrypted(self, store: FileStore) -> None:
        key = new_key()
        store.put(key, PHOTO)
        assert b"pothole" not in store.blob(key)
        keyring.use(Keyring(("another secret",)))
        with pytest.raises(KeyringError):
            store.get(key)

    def test_what_lies_there_can_be_carried_to_another_as_it_is(self, store: FileStore, tmp_path: Path) -> None:
        key, other = new_key(), LocalFolder(tmp_path / "other")
        store.put(key, PHOTO)
        other.put_blob(key, store.blob(key))
        assert other.get(key) == PHOTO
        store.delete(key)
        store.put_blob(key, other.blob(key))
        assert store.get(key) == PHOTO

    def test_it_is_written_anew_with_the_newest_secret(self, store: FileStore) -> None:
        key = new_key()
        keyring.use(Keyring(("old",)))
        store.put(key, PHOTO)
        keyring.use(Keyring(("new", "old")))
        assert store.secret_of(key) == 1
        store.renew(key)
        assert (store.secret_of(key), store.get(key)) == (0, PHOTO)
        keyring.use(Keyring(("new",)))
        assert store.get(key) == PHOTO

    def test_many_are_listed_each_once_with_its_time(self, store: FileStore) -> None:
        keys = {new_key() for _ in range(30)}
        for key in keys:
            store.put(key, b"x")
        listed = list(store.listed())
        assert {kept.key for kept in listed} == keys == set(store.keys())
        assert len(listed) == 30
        assert all(abs(datetime.now(UTC) - kept.at) < timedelta(minutes=1) for kept in listed)

    @pytest.mark.parametrize(
        "key", ["", "short", "../../../../../../etc/passwd-and-more", "a" * 65, "kartu/" + "a" * 30]
    )
    def test_only_keys_of_ours_are_names(self, store: FileStore, key: str) -> None:
        for use in (store.get, store.delete, lambda k: store.put(k, b"x")):
            with pytest.raises(ValueError, match="no key"):
                use(key)

    def test_whoever_reads_meanwhile_sees_the_old_or_the_new(self, store: FileStore) -> None:
        key, seen = new_key(), set()
        store.put(key, b"a" * 100_000)
        writer = threading.Thread(target=lambda: [store.put(key, bytes([n]) * 100_000) for n in b"bcdef"])
        writer.start()
        while writer.is_alive():
            seen.add(frozenset(store.get(key)))
        writer.join()
        assert all(len(letters) == 1 for letters in seen)

    def test_it_says_that_it_is_well_and_nothing_stays_of_the_question(self, store: FileStore) -> None:
        store.look()
        store.check()
        assert list(store.keys()) == []
