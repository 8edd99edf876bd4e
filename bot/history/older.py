"""Seals rows that nobody sealed when they were written: those from before the chains, and clones made in SQL.

They get chains of their own (``before:...``) beside those that go on, so it makes no difference when this is done.
What somebody put in later without a link is not sealed: it is reported by the verification.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from bot.history.checking import Row
from bot.history.links import AUDIT_SHAPE, BEFORE, EVENT_SHAPE, chain_of_ticket, genesis, link_of, seal
from bot.history.rows import audit_chain, audit_row, event_row
from storage.database import Database
from storage.models import AuditEntry, TicketEvent
from storage.queries import history_older as queries
from storage.queries.history import Histories
from storage.queries.history_older import Stood
from storage.queries.history_walk import Raw, first_linked, stands

BATCH = 1_000
Place = tuple[Any, int]


@dataclass(frozen=True)
class _Old:
    """One row, the chain that it shall be in, and how it reads."""

    raw: Raw
    chain: str
    row: Row


@dataclass(frozen=True)
class _Kind:
    """How the rows of one table are found and read."""

    model: Histories
    first: Place
    find: Callable[[Session, Any, int | None, int], Iterable[Raw]]
    read: Callable[[Session, list[Raw]], Iterator[_Old]]


def seal_older(database: Database, *, newer_too: bool = False) -> Iterator[int]:
    """Seal in batches, each a transaction; yields how many rows each had. Begun again it goes on where it was.

    ``newer_too``: also rows that came after the first sealed one. Only for a city that is made up.
    """
    for kind in _KINDS:
        with database.begin() as session:
            until = None if newer_too else first_linked(session, kind.model)
        place: Place | None = kind.first
        while place is not None:
            with database.begin() as session:
                sealed, place = _batch(session, kind, place, until)
            if sealed:
                yield sealed


def _batch(session: Session, kind: _Kind, after: Place, until: int | None) -> tuple[int, Place | None]:
    found = list(kind.find(session, after, until, BATCH))
    if not found:
        return 0, None
    old = [one for one in kind.read(session, found) if one.row.problem is None]
    heads = {name: Stood(chain.head, chain.length) for name, chain in
             stands(session, {one.chain for one in old}).items()}  # fmt: skip
    queries.write_links(session, kind.model, [_linked(one, heads) for one in old], heads)
    return len(old), (found[-1].owner, found[-1].id)


def _linked(old: _Old, heads: dict[str, Stood]) -> dict[str, Any]:
    shape = EVENT_SHAPE if old.chain.startswith(BEFORE + "ticket:") else AUDIT_SHAPE
    before = heads.get(old.chain) or Stood(genesis(old.chain), 0)
    values = {**dict(zip(shape.columns, old.row.values, strict=True)), shape.payload: old.row.payload}
    sealed = seal(old.chain, shape, values)
    link = link_of(before.head, old.raw.id, sealed.fingerprint)
    heads[old.chain] = Stood(link, before.length + 1)
    return {"id": old.raw.id, "salt": sealed.salt, "digest": sealed.digest, "link": link,
            "position": -heads[old.chain].length}  # fmt: skip


def _events(session: Session, found: list[Raw]) -> Iterator[_Old]:
    numbers = queries.numbers_of(session, {raw.owner for raw in found})
    for raw in found:
        yield _Old(raw, BEFORE + chain_of_ticket(numbers[raw.owner]), event_row(raw))


def _audit(_session: Session, found: list[Raw]) -> Iterator[_Old]:
    for raw in found:
        yield _Old(raw, BEFORE + audit_chain(raw), audit_row(raw))


_KINDS = (
    _Kind(TicketEvent, (0, 0), queries.unlinked_events, _events),
    _Kind(AuditEntry, ("", 0), queries.unlinked_audit, _audit),
)
