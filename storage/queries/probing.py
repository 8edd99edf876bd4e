"""Whether the database still keeps what is written: a full or broken disk can be read from as ever."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from storage.models import SenderLease
from storage.queries.inserting import insert_missing

# A line of its own that nobody sends by: a row that can be written whenever somebody wants to know.
NO_LINE = "health"


def write(session: Session, now: datetime) -> None:
    """Change one row; the commit fails where nothing can be kept (SQLAlchemyError)."""
    here = update(SenderLease).where(SenderLease.line == NO_LINE)
    if not session.execute(here.values(until=now)).rowcount:  # type: ignore[attr-defined]
        insert_missing(session, SenderLease, {"line": NO_LINE})
