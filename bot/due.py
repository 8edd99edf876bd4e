"""What is due is done in one transaction; where that fails each by itself, and what fails alone is put off."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

import structlog
from sqlalchemy.orm import Session

from storage.database import Database
from storage.patience import AWAY

log = structlog.get_logger()

# Until somebody has mended it: a service that config.yml has no more, a step that only a newer version knows.
PUT_OFF = timedelta(hours=1)
Row = TypeVar("Row")


@dataclass(frozen=True)
class Due(Generic[Row]):
    """How rows of one kind are done.

    ``name``: what their ids are called in the log. ``take``: what is due, locked, of the one with that id or of
    all; ``do``: how much there was; ``put_off``: one of them, for :data:`PUT_OFF` or so.
    """

    name: str
    take: Callable[[Session, int | None], Sequence[Row]]
    id_of: Callable[[Row], int]
    do: Callable[[Session, Sequence[Row]], int]
    put_off: Callable[[Row], None]


def carry_out(database: Database, due: Due[Row]) -> int:
    """Do what is due; how much there was. One row that always fails keeps nothing else from being done.

    A database that is away or busy is no row's fault: that is raised, and all is tried again with the next tick.
    """
    ids: list[int] = []
    try:
        with database.begin() as session:
            rows = due.take(session, None)
            ids += map(due.id_of, rows)
            return due.do(session, rows)
    except AWAY:
        raise
    except Exception:
        if not ids:
            raise
    return sum(_alone(database, due, row_id) for row_id in ids)


def _alone(database: Database, due: Due[Row], row_id: int) -> int:
    try:
        with database.begin() as session:
            return due.do(session, due.take(session, row_id))
    except AWAY:
        raise
    except Exception:
        log.exception("due_failed", **{due.name: row_id})
    with database.begin() as session:
        rows = due.take(session, row_id)
        for row in rows:
            due.put_off(row)
    return len(rows)
