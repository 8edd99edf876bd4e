"""Roll-ups as the nightly count leaves them, put down by hand for tests of what reads them."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from storage.database import Database
from storage.models import CountedDay, Figures

ALL = ("all", "")


def counted(database: Database, first: date, last: date, at: datetime) -> None:
    """Those days were counted at that moment."""
    with database.begin() as session:
        for n in range((last - first).days + 1):
            session.merge(CountedDay(day=first + timedelta(days=n), counted_at=at))


def figures(database: Database, day: date, key: tuple[str, str] = ALL, **counts: Any) -> None:
    """What was counted on one day for one key of a dimension."""
    with database.begin() as session:
        add_figures(session, day, key, **counts)


def add_figures(session: Session, day: date, key: tuple[str, str] = ALL, **counts: Any) -> None:
    session.add(Figures(span="day", first=day, dimension=key[0], key=key[1], **counts))
