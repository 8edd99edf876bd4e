"""The folder of files: for its owner only, all or nothing, and one sentence where it cannot be used."""

import os
from pathlib import Path

import pytest

from storage import files as module
from storage.files import LocalFolder, StoreError, new_key

PHOTO = b"\xff\xd8\xff a photo of a pothole" * 50


@pytest.fixture
def store(tmp_path: Path) -> LocalFolder:
    return LocalFolder(tmp_path / "media")


def files(tmp_path: Path) -> list[Path]:
    return [path for path in tmp_path.rglob("*") if path.is_file()]


def test_on_the_disk_it_is_for_the_owner_only(store: LocalFolder, tmp_path: Path) -> None:
    store.put(new_key(), PHOTO)
    [file] = files(tmp_path)
    assert b"pothole" not in file.read_bytes()
    assert [path.stat().st_mode & 0o077 for path in (file, file.parent, tmp_path / "media")] == [0, 0, 0]


def test_a_write_that_fails_leaves_nothing_and_keeps_what_was_there(tmp_path: Path) -> None:
    class FullDisk(LocalFolder):
        def _path(self, key: str) -> Path:
            return Unwritable(super()._path(key))

    class Unwritable(type(Path())):  # type: ignore[misc]
        def replace(self, target: object) -> None:
            raise OSError(28, "No space left on device")

    key = new_key()
    LocalFolder(tmp_path).put(key, PHOTO)
    with pytest.raises(StoreError, match=r"The folder .* cannot be used \(No space left on device\)"):
        FullDisk(tmp_path).put(key, b"half")
    assert LocalFolder(tmp_path).get(key) == PHOTO
    assert len(files(tmp_path)) == 1


def test_what_cannot_be_a_folder_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file stands here")
    store = LocalFolder(tmp_path / "media")
    for use in (store.look, store.check, lambda: store.put(new_key(), PHOTO)):
        with pytest.raises(StoreError, match=r"The folder .*media cannot be"):
            use()


def test_a_disk_with_no_room_for_a_photo_is_told_before_it_is_full(
    store: LocalFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.look()
    monkeypatch.setattr(module, "LEAST_ROOM", 1 << 62)
    with pytest.raises(StoreError, match="make room on its disk"):
        store.look()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_somebody_else_is_told(store: LocalFolder, tmp_path: Path) -> None:
    (tmp_path / "media").mkdir(mode=0o500)
    with pytest.raises(StoreError, match="look at its owner"):
        store.look()
