"""Where the files of citizens are kept: one interface, and the folder that is its plainest kind.

What is kept is encrypted before it leaves this process, wherever it goes: ``storage.bucket`` is the other kind.
"""

import os
import re
import secrets
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from storage import keyring

KEY = re.compile(r"[A-Za-z0-9_-]{24,64}")
# A photo and its small version, several times over.
LEAST_ROOM = 64 * 1024 * 1024
PROBE = b"Can something be kept here?"


class FileMissingError(Exception):
    """There is no file under that key."""


class StoreError(OSError):
    """The store is away, full or set up wrong: one sentence for operators. Trying later may help."""


class Kept(NamedTuple):
    """A key under which something is kept, and when it was put there."""

    key: str
    at: datetime


class FileStore(Protocol):
    """Keeps content under keys that :func:`new_key` made; everything raises StoreError where it cannot be used."""

    @property
    def where(self) -> str:
        """The place, as a sentence names it."""

    def put(self, key: str, content: bytes) -> None:
        """Keep ``content`` under ``key``, all of it or nothing; what stood there before is replaced."""

    def get(self, key: str) -> bytes:
        """What is kept under ``key``; FileMissingError when nothing is."""

    def delete(self, key: str) -> None:
        """Forget ``key``, older versions too; no error when there is nothing."""

    def keys(self) -> Iterator[str]:
        """All keys under which something is kept, in any order."""

    def listed(self) -> Iterator[Kept]:
        """The same with the times."""

    def secret_of(self, key: str) -> int | None:
        """Which secret it was kept with, as :meth:`storage.keyring.Keyring.secret_of`; FileMissingError."""

    def renew(self, key: str) -> None:
        """Keep the same content with the newest secret; FileMissingError when nothing is kept any more."""

    def blob(self, key: str) -> bytes:
        """What is kept under ``key`` as it lies there, encrypted; FileMissingError."""

    def put_blob(self, key: str, blob: bytes) -> None:
        """Keep what :meth:`blob` of another store gave."""

    def look(self) -> None:
        """Whether it seems to be there, within two seconds and without writing anything."""

    def check(self) -> None:
        """Whether what is put comes back and can be deleted."""


def new_key() -> str:
    """A key that tells nothing and cannot be guessed.

    It is drawn before anything is kept and written to the database first, so that a process which dies in
    between leaves no file that nobody knows of: the next attempt puts the same key again.
    """
    return secrets.token_urlsafe(24)


def place_of(key: str) -> str:
    """Where ``key`` lies, in a folder and in a bucket alike, so that one can be copied to the other."""
    if not KEY.fullmatch(key):
        raise ValueError("This is no key of a file store.")
    return f"{key[:2]}/{key}"


class EncryptedFiles(ABC):
    """What is the same for all stores: nothing is kept but encrypted. They add ``blob`` and the like."""

    @property
    @abstractmethod
    def where(self) -> str: ...

    def put(self, key: str, content: bytes) -> None:
        self.put_blob(key, keyring.current().encrypt_bytes(content))

    def get(self, key: str) -> bytes:
        """KeyringError when it was kept with another secret."""
        return keyring.current().decrypt_bytes(self.blob(key))

    def keys(self) -> Iterator[str]:
        return (kept.key for kept in self.listed())

    def secret_of(self, key: str) -> int | None:
        return keyring.current().secret_of(self.blob(key))

    def renew(self, key: str) -> None:
        self.put(key, self.get(key))

    def check(self) -> None:
        key = new_key()
        self.put(key, PROBE)
        try:
            if self.get(key) != PROBE:
                raise StoreError(f"{self.where} gives back something else than it was given.")
        except FileMissingError:
            raise StoreError(f"{self.where} lacks what was put there a moment ago.") from None
        finally:
            self.delete(key)

    @abstractmethod
    def put_blob(self, key: str, blob: bytes) -> None: ...

    @abstractmethod
    def blob(self, key: str) -> bytes: ...

    @abstractmethod
    def delete(self, key: str) -> None: ...

    @abstractmethod
    def listed(self) -> Iterator[Kept]: ...


class LocalFolder(EncryptedFiles):
    """A folder of this machine, spread over sub-folders by the first two characters."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def where(self) -> str:
        return f"The folder {self._folder}"

    def put_blob(self, key: str, blob: bytes) -> None:
        path = self._path(key)
        unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
        with self._telling():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.parent.mkdir(exist_ok=True, mode=0o700)
            try:
                _write(unfinished, blob)
                unfinished.replace(path)
                sync_folder(path.parent)
            finally:
                unfinished.unlink(missing_ok=True)

    def blob(self, key: str) -> bytes:
        with self._telling():
            try:
                return self._path(key).read_bytes()
            except FileNotFoundError:
                raise FileMissingError(key) from None

    def delete(self, key: str) -> None:
        with self._telling():
            self._path(key).unlink(missing_ok=True)

    def listed(self) -> Iterator[Kept]:
        for path in self._folder.glob("??/*"):
            if KEY.fullmatch(path.name):
                try:
                    yield Kept(path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC))
                except FileNotFoundError:
                    continue  # let go of this moment

    def look(self) -> None:
        with self._telling():
            there = existing(self._folder)
            if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
                raise StoreError(f"{self.where} cannot be written to; look at its owner and permissions.")
            if shutil.disk_usage(there).free < LEAST_ROOM:
                raise StoreError(f"{self.where} has less than {LEAST_ROOM >> 20} MB left; make room on its disk.")

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except StoreError:
            raise
        except OSError as error:
            reason = error.strerror or str(error)
            raise StoreError(
                f"{self.where} cannot be used ({reason}); look at its disk and permissions."
            ) from error

    def _path(self, key: str) -> Path:
        return self._folder / place_of(key)


def _write(path: Path, content: bytes) -> None:
    """On the disk when it returns: the row that names this file is committed next."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def existing(folder: Path) -> Path:
    """``folder``, or as long as nobody has made it the nearest one above it that there is."""
    whole = folder.resolve()
    return next(path for path in (whole, *whole.parents) if path.exists())


def sync_folder(folder: Path) -> None:
    """Have the names of a folder's files on the disk as well."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
