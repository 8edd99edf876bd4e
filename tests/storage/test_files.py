"""The file store: encrypted, all or nothing, under keys that it is safe to use as names."""

import threading
from pathlib import Path

import pytest

from storage import keyring
from storage.files import FileMissingError, LocalFolder, new_key
from storage.keyring import Keyring, KeyringError

PHOTO = b"\xff\xd8\xff a photo of a pothole" * 50


@pytest.fixture
def store(tmp_path: Path) -> LocalFolder:
    return LocalFolder(tmp_path / "media")


def files(tmp_path: Path) -> list[Path]:
    return [path for path in tmp_path.rglob("*") if path.is_file()]


def test_what_is_put_is_there_until_it_is_deleted(store: LocalFolder, tmp_path: Path) -> None:
    key = new_key()
    store.put(key, PHOTO)
    assert store.get(key) == PHOTO
    store.put(key, b"another")
    assert store.get(key) == b"another"
    store.delete(key)
    store.delete(key)
    with pytest.raises(FileMissingError):
        store.get(key)
    assert files(tmp_path) == []


def test_on_the_disk_it_is_encrypted_and_for_the_owner_only(store: LocalFolder, tmp_path: Path) -> None:
    store.put(new_key(), PHOTO)
    [file] = files(tmp_path)
    assert b"pothole" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    keyring.use(Keyring(("another secret",)))
    with pytest.raises(KeyringError):
        store.get(file.name)


@pytest.mark.parametrize(
    "key", ["", "short", "../../../../../../etc/passwd-and-more", "a" * 65, "kartu/" + "a" * 30]
)
def test_only_keys_of_ours_are_names(store: LocalFolder, key: str) -> None:
    for use in (store.get, store.delete, lambda k: store.put(k, b"x")):
        with pytest.raises(ValueError, match="no key"):
            use(key)


def test_a_write_that_fails_leaves_nothing_and_keeps_what_was_there(tmp_path: Path) -> None:
    class FullDisk(LocalFolder):
        def _path(self, key: str) -> Path:
            return Unwritable(super()._path(key))

    class Unwritable(type(Path())):  # type: ignore[misc]
        def replace(self, target: object) -> None:
            raise OSError("No space left on device")

    key = new_key()
    LocalFolder(tmp_path).put(key, PHOTO)
    with pytest.raises(OSError, match="No space"):
        FullDisk(tmp_path).put(key, b"half")
    assert LocalFolder(tmp_path).get(key) == PHOTO
    assert len(files(tmp_path)) == 1


def test_whoever_reads_meanwhile_sees_the_old_or_the_new(store: LocalFolder) -> None:
    key, seen = new_key(), set()
    store.put(key, b"a" * 100_000)
    writer = threading.Thread(target=lambda: [store.put(key, bytes([n]) * 100_000) for n in b"bcdef"])
    writer.start()
    while writer.is_alive():
        seen.add(frozenset(store.get(key)))
    assert all(len(letters) == 1 for letters in seen)
