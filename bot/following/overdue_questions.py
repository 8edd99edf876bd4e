"""Coordinators hear by e-mail of messages that wait for a person and are overdue: once each, all in one letter."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.outgoing import coordinators
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import Handover
from storage.queries.claiming import overdue_handovers

BATCH = 200
DESK = "/console/"


def run_due(database: Database, rulebook: Rulebook, now: datetime) -> int:
    """Tell of what has become overdue by ``now``; how many messages that were."""
    with database.begin() as session:
        rows = overdue_handovers(session, now, BATCH)
        for row in rows:
            row.reminded_at = now
        if rows:
            _write(session, rulebook, rows, now)
    return len(rows)


def _write(session: Session, rulebook: Rulebook, rows: list[Handover], now: datetime) -> None:
    """How many they are and since when: what they say stands behind the log-in."""
    values = {"count": len(rows), "since": min(row.created_at for row in rows)}
    key = f"questions:{min(row.id for row in rows)}"
    coordinators.tell(session, rulebook, "mail_questions", values, DESK, key, now)
