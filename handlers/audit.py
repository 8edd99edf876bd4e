"""Every change behind a log-in, and every look at personal data, leaves a row in the audit."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import request
from flask_login import current_user
from sqlalchemy.orm import Session

from bot import audit
from handlers.edge import edge

# Of an address, the parts that name a thing; a secret link is not one of them.
SUBJECTS = {"number": "ticket"}


@contextmanager
def changing(subject: str = "", **data: Any) -> Iterator[Session]:
    """A transaction with its audit row: who, which form, about what (the address says it), ``data`` besides.

    The only way in which the console's pages write.
    """
    here = edge()
    with here.database.begin() as session:
        yield session
        audit.record(session, _who(), _what(), subject or _about(), here.clock.now(), data)


def looked(subject: str = "", **data: Any) -> None:
    """Write down that whoever is logged in is about to see personal data."""
    here = edge()
    with here.database.begin() as session:
        audit.record(session, _who(), audit.LOOKED, subject or _about(), here.clock.now(), data)


def _who() -> int | None:
    return int(current_user.id) if current_user.is_authenticated else None


def _what() -> str:
    return (request.endpoint or "").rpartition(".")[2]


def _about() -> str:
    named = request.view_args or {}
    for name, value in named.items():
        if name in SUBJECTS or name.endswith("_id"):
            return f"{SUBJECTS.get(name, name.removesuffix('_id'))}:{value}"
    return ""
