"""Inserts that a repetition cannot double."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Executable, insert, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.models import Base


def insert_once(session: Session, model: type[Base], values: dict[str, Any]) -> int | None:
    """Insert a row unless one with the same unique values stands there; its id, or None when it did.

    Nothing is flushed before it: a row that ``values`` refer to has its id, so it stands there already.
    """
    statement = _insert(model, session.get_bind().dialect.name)
    new_id: int | None = session.connection().scalar(statement, values)
    return new_id


def insert_all(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows at once, with one statement, where nobody needs their objects or ids."""
    if rows:
        session.connection().execute(_plain_insert(model), rows)


def insert_each_once(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows at once; those whose unique values stand there already, or twice among them, only once."""
    if rows:
        session.connection().execute(_insert_or_nothing(model, session.get_bind().dialect.name), rows)


@cache
def _insert_or_nothing(model: type[Base], dialect: str) -> Executable:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return make(model).on_conflict_do_nothing()


@cache
def _plain_insert(model: type[Base]) -> Executable:
    return insert(model)


@cache
def _insert(model: type[Base], dialect: str) -> Executable:
    """Made once: with the values in it, making it would cost more than the insert itself."""
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return make(model).on_conflict_do_nothing().returning(model.__table__.c.id)


def insert_missing(session: Session, model: type[Base], values: dict[str, Any]) -> None:
    """Insert a row unless it stands there already."""
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(make(model).on_conflict_do_nothing(), values)


def ring(session: Session) -> None:
    """Wake idle workers when this transaction commits. SQLite's workers see the change by themselves."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("NOTIFY suarakota"))
