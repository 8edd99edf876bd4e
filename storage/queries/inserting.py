"""Inserts that a repetition cannot double."""

from functools import cache
from typing import Any

from sqlalchemy import Executable, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.models import Base


def insert_once(session: Session, model: type[Base], values: dict[str, Any]) -> int | None:
    """Insert a row unless one with the same unique values stands there; its id, or None when it did."""
    session.flush()  # what the row refers to must stand there before it
    statement = _insert(model, session.get_bind().dialect.name)
    new_id: int | None = session.connection().scalar(statement, values)
    return new_id


@cache
def _insert(model: type[Base], dialect: str) -> Executable:
    """Made once: with the values in it, making it would cost more than the insert itself."""
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return make(model).on_conflict_do_nothing().returning(model.__table__.c.id)


def ring(session: Session) -> None:
    """Wake idle workers when this transaction commits. SQLite's workers see the change by themselves."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("NOTIFY suarakota"))
