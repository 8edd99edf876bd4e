"""Whether the store holds what the database says, and nothing else.

What no row names cannot be erased with its citizen, so it must not lie there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from storage.database import Database
from storage.files import FileStore
from storage.models import MediaFile
from storage.queries.media import KEPT

# The desk keeps photos before it writes their rows, so what is young may yet get one.
YOUNG = timedelta(days=1)
SMALL = "-small"
BATCH = 500
ALIVE = (KEPT, "waiting", "erasing")


@dataclass(frozen=True)
class Compared:
    """``files`` in the store; ids of ``missing`` rows, without a file; keys of ``strays``, without a row."""

    files: int
    missing: Sequence[int]
    strays: Sequence[str]


def compare(database: Database, store: FileStore, now: datetime) -> Compared:
    """Rows first, then the store: what is put or let go of meanwhile is not held against anybody."""
    rows = _rows(database)
    there, strays = set(), []
    for key, at in store.listed():
        there.add(key)
        state = rows.get(key.removesuffix(SMALL), (0, ""))[1]
        if state not in ALIVE and (state or now - at > YOUNG):
            strays.append(key)
    kept = [number for key, (number, state) in rows.items() if state == KEPT and key not in there]
    return Compared(len(there), _still_kept(database, kept), strays)


def _rows(database: Database) -> dict[str, tuple[int, str]]:
    with database.read() as session:
        found = session.execute(
            select(MediaFile.store_key, MediaFile.id, MediaFile.state).execution_options(yield_per=BATCH)
        )
        return {key: (number, state) for key, number, state in found}


def _still_kept(database: Database, ids: Sequence[int]) -> list[int]:
    found: list[int] = []
    with database.read() as session:
        for some in _batches(ids):
            found += session.scalars(select(MediaFile.id).where(MediaFile.id.in_(some), MediaFile.state == KEPT))
    return found


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[begin : begin + BATCH] for begin in range(0, len(ids), BATCH))
