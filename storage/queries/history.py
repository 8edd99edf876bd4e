"""Appending to chained histories: a row and its link, in an order that both databases agree on.

SQLite has one writer at a time: a row gets its link with its insert. On PostgreSQL the link comes when the
transaction commits: the chain's row is locked for that moment only, behind all other locks and in the order of
names, so that nobody waits for somebody who waits for him.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Insert, TextClause, insert, text
from sqlalchemy.orm import Session

from storage.models import AuditEntry, TicketEvent
from storage.queries.inserting import insert_all

Histories = type[TicketEvent] | type[AuditEntry]

_SQLITE = """
INSERT INTO chains (name, head, length)
VALUES (:name, sha256_hex(:genesis || '|' || {next} || '|' || :fingerprint), 1)
ON CONFLICT (name) DO UPDATE
SET head = sha256_hex(head || '|' || {next} || '|' || :fingerprint), length = length + 1
RETURNING head, length, {next}
"""
_NEXT = "(SELECT COALESCE(MAX(id), 0) + 1 FROM {table})"

# A row that a savepoint has taken back, or that has its link, moves no chain.
_POSTGRESQL = """
WITH chain AS (
    INSERT INTO chains AS c (name, head, length)
    SELECT :name, {first}, 1 FROM {table} WHERE id = :id AND link IS NULL
    ON CONFLICT (name) DO UPDATE SET head = {then}, length = c.length + 1
    RETURNING head, length
)
UPDATE {table} SET link = chain.head, position = chain.length FROM chain WHERE id = :id
"""
_SHA = "encode(sha256(convert_to({before} || '|' || CAST(:id AS text) || '|' || :fingerprint, 'UTF8')), 'hex')"


class Waiting(NamedTuple):
    """A row that stands there and has no link yet."""

    chain: str
    genesis: str
    row_id: int
    fingerprint: str
    model: Histories


def insert_linked(
    session: Session, model: Histories, chain: str, genesis: str, fingerprint: str, row: dict[str, Any]
) -> None:
    """SQLite: one statement moves the chain and tells where the row stands in it, another inserts the row."""
    where = {"name": chain, "genesis": genesis, "fingerprint": fingerprint}
    head, length, row_id = session.connection().exec_driver_sql(_advance(model), where).one()
    insert_all(session, model, [{**row, "id": row_id, "link": head, "position": length}])


def insert_unlinked(session: Session, model: Histories, row: dict[str, Any]) -> int:
    """PostgreSQL: the row's id; its link follows with :func:`link`."""
    row_id: int = session.connection().execute(_insert(model), row).scalar_one()
    return row_id


def link(session: Session, waiting: Sequence[Waiting]) -> None:
    """PostgreSQL: give rows their links, chain by chain in the order of names."""
    in_order = sorted(waiting, key=lambda one: one.chain)
    for model in (AuditEntry, TicketEvent):  # as their chains' names are ordered
        rows = [_bound(one) for one in in_order if one.model is model]
        if rows:
            session.connection().execute(_link(model), rows)


def _bound(one: Waiting) -> dict[str, Any]:
    return {"name": one.chain, "genesis": one.genesis, "id": one.row_id, "fingerprint": one.fingerprint}


@cache
def _advance(model: Histories) -> str:
    """In the driver's own words, which are the quickest: this is said for every row."""
    return _SQLITE.format(next=_NEXT.format(table=model.__tablename__))


@cache
def _insert(model: Histories) -> Insert:
    return insert(model).returning(model.__table__.c.id)


@cache
def _link(model: Histories) -> TextClause:
    first, then = (_SHA.format(before=before) for before in ("CAST(:genesis AS text)", "c.head"))
    return text(_POSTGRESQL.format(table=model.__tablename__, first=first, then=then))
