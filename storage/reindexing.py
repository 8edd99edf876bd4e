"""Keyed hashes computed anew with the first secret, from the addresses that stand encrypted beside them.

A person is found during all of it: look-ups try the hashes of every secret, and all rows of one number change in
one transaction (:mod:`storage.queries.phones`). Hashes of what nobody knows cannot be computed anew: those
of civil servants who never wrote, and those of tokens, which live no longer than the log-in or link they open.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from storage import keyring
from storage.database import Database
from storage.models import Base, Citizen, CivilServant, Conversation, InboundMessage, User
from storage.queries.phones import alone_with, under_one_hash
from storage.rotation import Progress, Uses

BATCH = 200
ERASED = ("", "erased:%", "nobody:%")  # no hashes: nobody can be found by them any more
# Hash columns that are computed anew here, and those that cannot be; a test compares both with the models.
ANEW = {
    "conversations.address_hash", "inbound_messages.address_hash", "inbound_messages.phone_hash",
    "citizens.phone_hash", "users.phone_hash", "civil_servants.phone_hash",
}  # fmt: skip
NEVER = {
    "users.password_hash": "Argon2id, which no secret of ours is in",
    "login_sessions.token_hash": "found under every secret; a log-in ends after twelve hours",
    "reset_links.token_hash": "found under every secret; a link ends after an hour, or some days",
    "login_failures.email_hash": "failures are counted anew after a change of secrets",
    "agency_links.token_hash": "SHA-256 of a random token, which no secret of ours is in",
    "api_keys.key_hash": "as the module that makes them says",
    "media_files.perceptual_hash": "what a photo looks like, no keyed hash",
    "attachments.perceptual_hash": "what a photo looks like, no keyed hash",
    "photo_prints.perceptual_hash": "what a photo looks like, no keyed hash",
}


class Unsure(NamedTuple):
    """Rows of a number that nobody knows: with which secret their hash was made cannot be told."""

    citizens: int
    servants: int


def hash_columns() -> set[str]:
    """All columns that hold a hash, by their names."""
    tables = Base.metadata.sorted_tables
    return {f"{table.name}.{c.name}" for table in tables for c in table.columns if c.name.endswith("_hash")}


def reindex(database: Database) -> Iterator[Progress]:
    """Bring every hash that can be computed under the first secret; tells how far it is after each batch."""
    for model, rehash in ((User, _user), (Conversation, _conversation), (InboundMessage, _message)):
        yield from _pass(database, model, rehash)


def uses(database: Database) -> dict[str, Uses]:
    """Of each column, how many hashes were made with which secret, as far as that can be told."""
    found: dict[str, Uses] = {name: Counter() for name in sorted(ANEW - {"civil_servants.phone_hash"})}
    for rows in _batches(database, _users()):
        found["users.phone_hash"].update(_secret_of(row.phone_hash, row.phone) for row in rows)
    for rows in _batches(database, _conversations()):
        found["conversations.address_hash"].update(_secret_of(row.address_hash, row.address) for row in rows)
        phones = ((row.phone_hash, row.address) for row in rows if row.phone_hash)
        found["citizens.phone_hash"].update(_secret_of(*phone) for phone in phones)
    for rows in _batches(database, _messages()):
        found["inbound_messages.address_hash"].update(_secret_of(row.address_hash, row.address) for row in rows)
        phones = ((row.phone_hash, row.address) for row in rows if row.phone_hash)
        found["inbound_messages.phone_hash"].update(_secret_of(*phone) for phone in phones)
    return found


def unsure(database: Database) -> Unsure:
    """Who cannot be found any more when an old secret is taken away, as far as one can know."""
    written = exists().where(Citizen.phone_hash == CivilServant.phone_hash)
    colleague = exists().where(User.phone_hash == CivilServant.phone_hash)
    servants = select(func.count()).select_from(CivilServant).where(~or_(written, colleague))
    silent = ~exists().where(Conversation.citizen_id == Citizen.id)
    citizens = select(func.count()).select_from(Citizen).where(Citizen.phone_hash.is_not(None), silent)
    with database.read() as session:
        return Unsure(session.scalar(citizens) or 0, session.scalar(servants) or 0)


def _pass(database: Database, model: Any, rehash: Any) -> Iterator[Progress]:
    rows_of = {User: _users, Conversation: _conversations, InboundMessage: _messages}[model]
    seen = renewed = 0
    with database.read() as session:
        total = session.scalar(select(func.count()).select_from(model)) or 0
    for rows in _batches(database, rows_of()):
        seen += len(rows)
        renewed += rehash(database, rows)
        yield Progress(model.__tablename__, seen, max(total, seen), renewed)


def _user(database: Database, rows: Sequence[Any]) -> int:
    ring = keyring.current()
    with database.begin() as session:
        return sum(under_one_hash(session, ring.lookups(row.phone)) for row in rows if row.phone)


def _conversation(database: Database, rows: Sequence[Any]) -> int:
    """One at a time, with its citizen: each a transaction of a few rows."""
    return sum(_one_conversation(database, row) for row in rows if _is_behind(row))


def _is_behind(row: Any) -> bool:
    hashes = ((row.address_hash, row.address), (row.phone_hash, row.address))
    return any(_secret_of(*one) not in (0, None) for one in hashes if one[0])


def _one_conversation(database: Database, row: Any) -> int:
    addresses = keyring.current().candidates(row.address_hash, row.address)
    phones = keyring.current().candidates(row.phone_hash, row.address) if row.phone_hash else ()
    try:
        with database.begin() as session:
            alone_with(session, sorted({*addresses, *phones}))
            return _moved(session, Conversation, row.id, addresses) + under_one_hash(session, phones)
    except IntegrityError:
        return 0  # the same address has two conversations: both stay as they are, and the status tells it


def _moved(session: Session, model: Any, row_id: int, hashes: Sequence[str]) -> int:
    mine = update(model).where(model.id == row_id, model.address_hash.in_(hashes[1:]))
    return len(session.scalars(mine.values(address_hash=hashes[0]).returning(model.id)).all())


def _message(database: Database, rows: Sequence[Any]) -> int:
    behind = [row for row in rows if _is_behind(row)]
    if not behind:
        return 0
    ring = keyring.current()
    with database.begin() as session:
        for row in behind:
            # An address that was erased meanwhile stays erased.
            mine = update(InboundMessage).where(
                InboundMessage.id == row.id, InboundMessage.address_hash == row.address_hash
            )
            phone = ring.candidates(row.phone_hash, row.address)[0] if row.phone_hash else None
            address = ring.candidates(row.address_hash, row.address)[0]
            session.connection().execute(mine.values(address_hash=address, phone_hash=phone))
    return len(behind)


def _secret_of(stored: str, address: str) -> int | None:
    ring = keyring.current()
    for value in keyring.spellings(address):
        hashes = ring.lookups(value)
        if stored in hashes:
            return hashes.index(stored)
    return None


def _users() -> Any:
    return select(User.id, User.phone, User.phone_hash).where(User.phone_hash.is_not(None))


def _conversations() -> Any:
    rows = select(Conversation.id, Conversation.address, Conversation.address_hash, Citizen.phone_hash)
    return rows.join(Citizen, Citizen.id == Conversation.citizen_id).where(_is_known(Conversation.address_hash))


def _messages() -> Any:
    columns = (InboundMessage.address, InboundMessage.address_hash, InboundMessage.phone_hash)
    return select(InboundMessage.id, *columns).where(_is_known(InboundMessage.address_hash))


def _is_known(column: Any) -> ColumnElement[bool]:
    return ~or_(*(column.like(pattern) for pattern in ERASED))


def _batches(database: Database, rows: Any) -> Iterator[Sequence[Any]]:
    """By id, each batch in a transaction of its own that holds up nobody."""
    key = rows.selected_columns[0]
    last = 0
    while True:
        with database.read() as session:
            found = session.execute(rows.where(key > last).order_by(key).limit(BATCH)).all()
        if not found:
            return
        last = found[-1][0]
        yield found
