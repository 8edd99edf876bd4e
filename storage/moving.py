"""Files on their way from one store to another, while everybody goes on working.

As long as some are left behind both are read, and what is new goes into the new one. The move may be stopped
anywhere and begun again: a file is deleted where it was only after it was read back from where it is.
"""

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from storage.database import Database
from storage.files import EncryptedFiles, FileMissingError, FileStore, Kept
from storage.keyring import KeyringError
from storage.rotation import erased_of

BATCH, AT_ONCE = 200, 8
MOVED, GONE, DIFFERS = "moved", "gone", "differs"


class TwoStores(EncryptedFiles):
    """``new`` with what is still in ``old``."""

    def __init__(self, new: FileStore, old: FileStore) -> None:
        self.new, self.old = new, old

    @property
    def where(self) -> str:
        return self.new.where

    def put_blob(self, key: str, blob: bytes) -> None:
        self.new.put_blob(key, blob)
        self.old.delete(key)

    def blob(self, key: str) -> bytes:
        """Asked for a third time where it may have been on its way just then."""
        for store in (self.new, self.old):
            try:
                return store.blob(key)
            except FileMissingError:
                continue
        return self.new.blob(key)

    def delete(self, key: str) -> None:
        self.old.delete(key)
        self.new.delete(key)

    def listed(self) -> Iterator[Kept]:
        seen = set()
        for kept in self.old.listed():
            seen.add(kept.key)
            yield kept
        yield from (kept for kept in self.new.listed() if kept.key not in seen)

    def look(self) -> None:
        self.new.look()


def move(database: Database, old: FileStore, new: FileStore, at_once: int = BATCH) -> Generator[Counter[str]]:
    """Bring everything from ``old`` to ``new``; after each batch how many files have been ``moved``, were
    ``gone`` by then, or ``differ`` from what ``new`` has under their key, and stay. StoreError."""
    done: Counter[str] = Counter()
    keys = old.keys()
    with ThreadPoolExecutor(AT_ONCE, "move") as pool:
        while batch := list(islice(keys, at_once)):
            done.update(pool.map(lambda key: _move(old, new, key), batch))
            _let_go(database, new, batch)
            yield done.copy()


def _move(old: FileStore, new: FileStore, key: str) -> str:
    try:
        blob = old.blob(key)
    except FileMissingError:
        return GONE
    if not _has(new, key):
        new.put_blob(key, blob)
    if _is_same(new, key, blob, old):
        old.delete(key)
        return MOVED
    return DIFFERS if _has(old, key) else GONE


def _has(store: FileStore, key: str) -> bool:
    try:
        store.blob(key)
    except FileMissingError:
        return False
    return True


def _is_same(new: FileStore, key: str, blob: bytes, old: FileStore) -> bool:
    """Whether the new store holds it; with another secret, where ``keys rotate`` was at work."""
    try:
        return new.blob(key) == blob or new.get(key) == old.get(key)
    except (KeyringError, FileMissingError):
        return False


def _let_go(database: Database, new: FileStore, keys: Sequence[str]) -> None:
    """What its citizen wanted gone while it was on its way."""
    for key in erased_of(database, keys):
        new.delete(key)
