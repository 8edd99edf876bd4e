"""Work that must see what others have just done: one transaction after the other."""

import zlib

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

LOCK = text("SELECT pg_advisory_xact_lock(:kind, :what)")
INCIDENTS = 20_261


def one_at_a_time(session: Session | Connection, kind: int, what: str) -> None:
    """Wait until no other transaction is at ``what``, and keep others out until this one ends.

    Only PostgreSQL has several writers; on SQLite a transaction that writes is alone anyway.
    """
    bind = session.get_bind() if isinstance(session, Session) else session
    if bind.dialect.name == "postgresql":
        session.execute(LOCK, {"kind": kind, "what": zlib.crc32(what.encode()) - 2**31})
