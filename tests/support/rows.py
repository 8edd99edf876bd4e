"""A row in every table, as far as the models tell what a row needs: for tests that must forget no table."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Column, Date, Float, Integer, LargeBinary, insert, text
from sqlalchemy.orm import Session

from storage.models import Base
from storage.types import Encrypted, EncryptedBytes, EncryptedJson, Money, UtcDateTime

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
MARK = "sebuah rahasia kecil"
COUNT_ON = (
    "SELECT setval(pg_get_serial_sequence('{table}', 'id'), 1) WHERE pg_get_serial_sequence('{table}', 'id') <> ''"
)


def one_in_every_table(session: Session) -> None:
    """Each with the key 1, and all that is encrypted holds :data:`MARK`."""
    for table in Base.metadata.sorted_tables:
        session.execute(insert(table).values({c.name: _value(c) for c in table.columns if not _is_left_out(c)}))
        if session.get_bind().dialect.name == "postgresql" and isinstance(table.autoincrement_column, Column):
            session.execute(text(COUNT_ON.format(table=table.name)))


def _is_left_out(column: Column[Any]) -> bool:
    """A row that refers to its own table, or may have no value, unless that would be encrypted."""
    own = any(key.column.table is column.table for key in column.foreign_keys)
    return own or (column.nullable is True and not isinstance(column.type, (Encrypted, EncryptedJson)))


def _value(column: Column[Any]) -> Any:
    kinds: dict[Any, Any] = {
        Encrypted: MARK, EncryptedJson: {"text": MARK}, EncryptedBytes: MARK.encode(), UtcDateTime: AT,
        Money: Decimal(1), LargeBinary: b"", Boolean: False, Integer: 1, Float: 1.0, Date: date(2026, 11, 20),
    }  # fmt: skip
    found = next((value for kind, value in kinds.items() if isinstance(column.type, kind)), None)
    if found is not None:
        return found
    return [] if column.type.python_type in (list, dict) else "x"
