"""Coordinators hear by e-mail of requests about personal data that are due within a day: once each, in one letter.

And links to a copy that nobody fetched end.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.outgoing import coordinators
from bot.personal import copy_links, rights
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import RightsRequest
from storage.queries import personal

BATCH = 200
BEFORE = timedelta(hours=24)
PAGE = "/console/personal"


def run_due(database: Database, rulebook: Rulebook, now: datetime) -> int:
    """Tell of what is due within :data:`BEFORE`, and end links whose time is over; how many requests that were."""
    with database.begin() as session:
        over = personal.not_fetched(session, now - copy_links.VALID, BATCH)
        for row in over:
            rights.finish(row, now, outcome=rights.NOT_FETCHED)
        rows = personal.to_remind(session, now + BEFORE, BATCH)
        for row in rows:
            row.reminded_at = now
        if rows:
            _write(session, rulebook, rows, now)
    return len(rows) + len(over)


def _write(session: Session, rulebook: Rulebook, rows: Sequence[RightsRequest], now: datetime) -> None:
    """How many they are and until when: whose they are stands behind the log-in."""
    values = {"count": len(rows), "due": min(row.due_at for row in rows)}
    key = f"rights:{min(row.id for row in rows)}"
    coordinators.tell(session, rulebook, "mail_rights", values, PAGE, key, now)
