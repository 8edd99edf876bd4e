"""Inserts that a repetition cannot double."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.models import Base


def insert_once(session: Session, model: type[Base], values: dict[str, Any]) -> int | None:
    """Insert a row unless one with the same unique values stands there; its id, or None when it did."""
    dialect = session.get_bind().dialect.name
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = make(model).values(**values).on_conflict_do_nothing().returning(model.__table__.c.id)
    new_id: int | None = session.scalar(statement)
    return new_id


def ring(session: Session) -> None:
    """Wake idle workers when this transaction commits. SQLite's workers see the change by themselves."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("NOTIFY suarakota"))
