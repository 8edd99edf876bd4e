"""Where files are kept: behind a small interface, so that a bucket can take the place of a local folder."""

import os
import re
import secrets
from pathlib import Path
from typing import Protocol

from storage import keyring

KEY = re.compile(r"[A-Za-z0-9_-]{24,64}")


class FileMissingError(Exception):
    """There is no file under that key."""


class FileStore(Protocol):
    """Keeps content under keys that :func:`new_key` made."""

    def put(self, key: str, content: bytes) -> None:
        """Keep ``content`` under ``key``, all of it or nothing; what stood there before is replaced."""

    def get(self, key: str) -> bytes:
        """What is kept under ``key``; FileMissingError when nothing is."""

    def delete(self, key: str) -> None:
        """Forget ``key``; no error when there is nothing."""


def new_key() -> str:
    """A key that tells nothing and cannot be guessed.

    It is drawn before anything is kept and written to the database first, so that a process which dies in
    between leaves no file that nobody knows of: the next attempt puts the same key again.
    """
    return secrets.token_urlsafe(24)


class LocalFolder:
    """Encrypted files in a folder of this machine, spread over sub-folders by the first two characters."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, content: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
        try:
            _write(unfinished, keyring.current().encrypt_bytes(content))
            unfinished.replace(path)
            sync_folder(path.parent)
        finally:
            unfinished.unlink(missing_ok=True)

    def get(self, key: str) -> bytes:
        """KeyringError when it was kept with another secret."""
        try:
            return keyring.current().decrypt_bytes(self._path(key).read_bytes())
        except FileNotFoundError:
            raise FileMissingError(key) from None

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise ValueError("This is no key of a file store.")
        return self._folder / key[:2] / key


def _write(path: Path, content: bytes) -> None:
    """On the disk when it returns: the row that names this file is committed next."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Have the names of a folder's files on the disk as well."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
