"""Rows as the database has them, read for checking; one that cannot be read says so."""

import json
from datetime import UTC, datetime
from typing import Any

from bot.history.checking import Row
from bot.history.links import AUDIT, chain_of_audit
from storage import keyring
from storage.keyring import KeyringError
from storage.queries.history_walk import Raw


def event_row(raw: Raw) -> Row:
    """A row of a ticket's history."""
    *plain, data = raw.values
    try:
        note = None if raw.payload is None else keyring.current().decrypt(raw.payload)
        return _row(raw, (_time(raw.at), *plain, json.loads(data)), note)
    except (KeyringError, ValueError, TypeError) as error:
        return _row(raw, (), None, type(error).__name__)


def audit_row(raw: Raw) -> Row:
    """A row of the audit."""
    try:
        return _row(raw, (_time(raw.at), *raw.values, raw.owner), json.loads(raw.payload))
    except (ValueError, TypeError) as error:
        return _row(raw, (), None, type(error).__name__)


def _row(raw: Raw, values: tuple[object, ...], payload: object, problem: str | None = None) -> Row:
    return Row(raw.id, values, payload, raw.salt, raw.digest, raw.link, raw.position, problem)


def audit_chain(raw: Raw) -> str:
    """The chain that it belongs to."""
    try:
        return chain_of_audit(raw.owner, _time(raw.at))
    except (ValueError, TypeError):
        return f"{AUDIT}?:{raw.owner}"


def _time(at: Any) -> datetime:
    """SQLite keeps a text without a zone, which is UTC."""
    read = at if isinstance(at, datetime) else datetime.fromisoformat(at)
    return read if read.tzinfo else read.replace(tzinfo=UTC)
