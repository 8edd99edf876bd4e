"""Finding tickets by what stands in their masked story or their number: every word anywhere in it, by index.

SQLite has a table of its own for that, which triggers on ``tickets`` keep (migration 0013): three letters each, so
that any part of a word is found. PostgreSQL has an index by pg_trgm on the very expression that is compared here.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, column, delete, func, insert, literal_column, table, text
from sqlalchemy.orm import Session

from storage.models import Ticket

# As in the migration, character by character: otherwise PostgreSQL does not use its index.
SEARCHED: ColumnElement[str] = literal_column(
    "lower(' ' || replace(tickets.masked_story, '\n', ' ') || ' ' || tickets.number || ' ')"
)
INDEX = table("tickets_search", column("rowid"), column("tickets_search"))
STALE = table("tickets_search_stale", column("what"))
WANTED, BEGUN = "wanted", "begun"
MERGE = text("INSERT INTO tickets_search (tickets_search, rank) VALUES ('merge', :pages)")
CHANGES = text("SELECT total_changes()")
LEAST_CHANGES = 2  # as FTS5 says: fewer, and there was nothing left to merge
ESCAPE = "\\"
# Pages of the index that one step of forgetting writes at most: some hundredths of a second.
AT_ONCE = 500


def is_of_search(name: str | None) -> bool:
    """Whether a table or an index belongs to the searching and so to no model."""
    return bool(name) and str(name).removeprefix("ix_").startswith(INDEX.name)


def is_indexed_apart(session: Session) -> bool:
    """Whether words are looked up in ``INDEX``; else the planner does as it thinks best."""
    return session.get_bind().dialect.name == "sqlite"


def has(word: str) -> ColumnElement[bool]:
    """For a query over tickets: whether a word stands in the story or the number; case does not matter.

    Of two letters: whether a word begins so; of one: whether it stands alone. Less is found by no index.
    """
    pattern = wide(word)
    for special in (ESCAPE, "%", "_"):
        pattern = pattern.replace(special, ESCAPE + special)
    found: ColumnElement[bool] = SEARCHED.like(func.lower(f"%{pattern}%"), escape=ESCAPE)
    return found


def joined(found: Select[Any]) -> Select[Any]:
    """A query over tickets that begins with ``INDEX``."""
    return found.join(INDEX, INDEX.c.rowid == Ticket.id)


def matches(words: Sequence[str]) -> ColumnElement[bool]:
    """For a query over ``INDEX``, whose ``rowid`` is the ticket's id: as :func:`has`, of all ``words``."""
    phrases = " AND ".join(f'"{_quoted(wide(word))}"' for word in words)
    found: ColumnElement[bool] = INDEX.c.tickets_search.op("MATCH", is_comparison=True)(phrases)
    return found


def wide(word: str) -> str:
    """At least three letters: a short word with the spaces around it."""
    return {1: f" {word} ", 2: f" {word}"}.get(len(word), word)


def forget(session: Session) -> bool:
    """On SQLite: a step towards an index without the letters of texts that were taken away; False: nothing to do.

    Such a text is found no more at once. Its letters stay in the file until FTS5 writes the index anew, which is
    done in steps of some hundredths of a second; ``STALE`` knows whether it is wanted, and whether it has begun.
    On PostgreSQL that is what vacuum does, as with the rows themselves.
    """
    if not is_indexed_apart(session):
        return False
    has_begun = _takes_off(session, BEGUN) if not _takes_off(session, WANTED) else None
    if has_begun is False:
        return False
    before = session.scalar(CHANGES) or 0
    # Below zero: all parts of the index are to become one; then on with it.
    session.execute(MERGE, {"pages": AT_ONCE if has_begun else -AT_ONCE})
    if has_begun is None or (session.scalar(CHANGES) or 0) - before >= LEAST_CHANGES:
        session.execute(insert(STALE).prefix_with("OR IGNORE").values(what=BEGUN))
    return True


def _takes_off(session: Session, what: str) -> bool:
    taken = session.execute(delete(STALE).where(STALE.c.what == what))
    return bool(getattr(taken, "rowcount", 0))


def _quoted(word: str) -> str:
    return word.replace('"', '""').replace("\0", " ")
