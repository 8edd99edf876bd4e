"""Writing everything that is encrypted anew with the first secret, while everybody goes on working.

What is encrypted is found through the column types of the models, so nothing can be forgotten in a list. A value
is read, written anew in memory, and put back only where nobody has changed it meanwhile: a transaction is as short
as its batch, none waits for the computing, and whatever was missed is found by the next pass. Interrupted it is
simply begun again: what is written with the first secret is passed over.
"""

import time
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Column, LargeBinary, Table, and_, bindparam, func, select, type_coerce, update

from storage import keyring
from storage.database import Database
from storage.files import FileMissingError, FileStore
from storage.models import Base, MediaFile
from storage.types import ENCRYPTED, EncryptedBytes

BATCH, BATCH_OF_FILES = 200, 10
PAUSE_S = 0.005  # for whoever waits to write on SQLite
FILES = "files"

# How many values were written with which secret, 0 for the first; None: with none that is known here.
Uses = Counter[int | None]


class Progress(NamedTuple):
    """So many rows (or files) of ``name`` have been looked at of about ``total``, and ``renewed`` values."""

    name: str
    seen: int
    total: int
    renewed: int


@dataclass(frozen=True)
class _Sealed:
    """A table with columns that are encrypted."""

    table: Table
    key: Column[Any]
    columns: tuple[Column[Any], ...]

    @property
    def batch(self) -> int:
        return BATCH_OF_FILES if any(isinstance(c.type, EncryptedBytes) for c in self.columns) else BATCH


def sealed_tables() -> list[_Sealed]:
    """All tables with encrypted columns."""
    found = []
    for table in Base.metadata.sorted_tables:
        columns = tuple(column for column in table.columns if isinstance(column.type, ENCRYPTED))
        if columns:
            [key] = table.primary_key.columns
            found.append(_Sealed(table, key, columns))
    return found


def uses(database: Database, files: FileStore | None = None) -> dict[str, Uses]:
    """Of each table, and of the files, how many values were written with which secret."""
    found = {}
    for sealed in sealed_tables():
        counted: Uses = Counter()
        for rows in _batches(database, sealed):
            counted.update(
                keyring.current().secret_of(blob) for row in rows for blob in row[1:] if blob is not None
            )
        found[sealed.table.name] = counted
    if files is not None:
        found[FILES] = Counter(number for _, number in _files(files))
    return found


def renew(database: Database, files: FileStore | None = None) -> Generator[Progress]:
    """Write with the first secret whatever is written with another; tells how far it is after each batch.

    KeyringError where a value was written with no secret that is known here; what came before is renewed by then.
    """
    for sealed in sealed_tables():
        yield from _renew_table(database, sealed)
    if files is not None:
        yield from _renew_files(database, files)


def _renew_table(database: Database, sealed: _Sealed) -> Iterator[Progress]:
    seen = renewed = 0
    with database.read() as session:
        total = session.scalar(select(func.count()).select_from(sealed.table)) or 0
    for rows in _batches(database, sealed):
        seen += len(rows)
        renewed += _renew_rows(database, sealed, rows)
        yield Progress(sealed.table.name, seen, max(total, seen), renewed)


def _renew_rows(database: Database, sealed: _Sealed, rows: Sequence[Any]) -> int:
    """How many values were written anew; columns that change together are written together."""
    ring = keyring.current()
    alike: dict[tuple[int, ...], list[dict[str, Any]]] = {}
    for row in rows:
        old = {n: blob for n, blob in enumerate(row[1:]) if blob is not None and ring.secret_of(blob) != 0}
        if old:
            values = {f"old_{n}": blob for n, blob in old.items()}
            values |= {f"new_{n}": ring.renewed(blob) for n, blob in old.items()}
            alike.setdefault(tuple(old), []).append({"row_key": row[0], **values})
    if not alike:
        return 0
    with database.begin() as session:
        for numbers, values_of_rows in alike.items():
            session.connection().execute(_rewriting(sealed, numbers), values_of_rows)
    time.sleep(PAUSE_S)
    return sum(len(numbers) * len(found) for numbers, found in alike.items())


def _rewriting(sealed: _Sealed, numbers: tuple[int, ...]) -> Any:
    """Only where nobody has written there since it was read."""
    columns = [(n, sealed.columns[n]) for n in numbers]
    same = [type_coerce(column, LargeBinary) == bindparam(f"old_{n}", type_=LargeBinary) for n, column in columns]
    new = {column.name: bindparam(f"new_{n}", type_=LargeBinary) for n, column in columns}
    return update(sealed.table).where(sealed.key == bindparam("row_key"), and_(*same)).values(new)


def _batches(database: Database, sealed: _Sealed) -> Iterator[Sequence[Any]]:
    """Rows as they are stored, by key; each batch in a transaction of its own that holds up nobody."""
    raw = (type_coerce(column, LargeBinary).label(column.name) for column in sealed.columns)
    rows = select(sealed.key, *raw).order_by(sealed.key).limit(sealed.batch)
    last: Any = None
    while True:
        with database.read() as session:
            found = session.execute(rows if last is None else rows.where(sealed.key > last)).all()
        if not found:
            return
        last = found[-1][0]
        yield found


def _files(files: FileStore) -> Iterator[tuple[str, int | None]]:
    for key in files.keys():  # noqa: SIM118 - it is no mapping
        try:
            yield key, files.secret_of(key)
        except FileMissingError:
            continue  # let go of meanwhile


def _renew_files(database: Database, files: FileStore) -> Iterator[Progress]:
    """Files are replaced whole. What its citizen wanted gone in the same moment is let go of again."""
    keys = list(files.keys())
    renewed = 0
    for begin in range(0, len(keys), BATCH):
        batch = keys[begin : begin + BATCH]
        changed = [key for key in batch if _renew_file(files, key)]
        for key in erased_of(database, changed):
            files.delete(key)
        renewed += len(changed)
        yield Progress(FILES, begin + len(batch), len(keys), renewed)


def _renew_file(files: FileStore, key: str) -> bool:
    try:
        if files.secret_of(key) == 0:
            return False
        files.renew(key)
    except FileMissingError:
        return False
    return True


def erased_of(database: Database, keys: Sequence[str]) -> list[str]:
    """Of these those whose file was to be erased meanwhile; a small picture's key begins with its file's."""
    if not keys:
        return []
    of_file = {key: (key, key.removesuffix("-small")) for key in keys}
    wanted = {name for names in of_file.values() for name in names}
    erased = select(MediaFile.store_key).where(
        MediaFile.store_key.in_(wanted), MediaFile.state.in_(("erasing", "erased"))
    )
    with database.read() as session:
        found = set(session.scalars(erased))
    return [key for key, names in of_file.items() if found.intersection(names)]
