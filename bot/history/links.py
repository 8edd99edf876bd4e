"""What a chained history is made of: plain digests, without a key, a clock or a session.

``digest`` = SHA-256(salt, payload): what can be taken away later. Without the random salt nobody can guess the
words from it. ``link`` = SHA-256(the link before, the row's id, fingerprint of the row with its digest).
Keys would not make this stronger where it matters and would have to be kept for as long as the history: see
``docs/adr/0017``.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SALT_BYTES = 16
TICKET, AUDIT, BEFORE = "ticket:", "audit:", "before:"


@dataclass(frozen=True)
class Shape:
    """Which columns of a table are sealed for good, and which one can be taken away."""

    columns: tuple[str, ...]
    payload: str


EVENT_SHAPE = Shape(("at", "kind", "actor", "status", "agency", "data"), "note")
AUDIT_SHAPE = Shape(("at", "user_id", "action", "subject"), "data")


@dataclass(frozen=True)
class Sealed:
    """A row's own part of the chain, before its place there is known."""

    salt: bytes | None
    digest: str | None
    fingerprint: str


def chain_of_ticket(number: str) -> str:
    return f"{TICKET}{number}"


def chain_of_audit(subject: str, at: datetime) -> str:
    """One a subject and month of UTC, so that a month can end as a whole when its time is over."""
    return f"{AUDIT}{at.astimezone(UTC):%Y-%m}:{subject}"


def seal(chain: str, shape: Shape, row: Mapping[str, Any]) -> Sealed:
    """Seal ``row`` for ``chain``. A row without a payload has nothing to take away, and no salt."""
    if not row[shape.payload]:
        return Sealed(None, None, fingerprint(chain, [row[name] for name in shape.columns], None))
    salt = secrets.token_bytes(SALT_BYTES)
    digest = digest_of(salt, row[shape.payload])
    return Sealed(salt, digest, fingerprint(chain, [row[name] for name in shape.columns], digest))


def digest_of(salt: bytes, payload: object) -> str:
    """What stays of ``payload`` when it has gone: 64 hex digits."""
    return hashlib.sha256(salt + _canonical(payload)).hexdigest()


def fingerprint(chain: str, values: Iterable[object], digest: str | None) -> str:
    """One row of ``chain``, whatever stands before it: the values of its sealed columns in their order."""
    return hashlib.sha256(_canonical([chain, *values, digest])).hexdigest()


def link_of(before: str, row_id: int, fingerprint: str) -> str:
    """The row's link. Databases compute the same in ``storage.queries.history``."""
    return hashlib.sha256(f"{before}|{row_id}|{fingerprint}".encode()).hexdigest()


def genesis(chain: str) -> str:
    """What stands before the first row: another text for each chain."""
    return hashlib.sha256(f"suarakota history 1|{chain}".encode()).hexdigest()


def _canonical(value: object) -> bytes:
    """The same bytes for the same value, today and from the database in ten years."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=_time).encode()


def _time(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} cannot stand in a history; write it as text or number.")
    return value.astimezone(UTC).isoformat(timespec="microseconds")
