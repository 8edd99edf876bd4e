"""Who looks at a ticket at the same time: two people who know of each other do not do the same twice."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from storage.database import Database
from storage.models import Presence
from storage.queries import presence

# Somebody thinks between two words, and their page says what they do every ten seconds.
WRITES_FOR = timedelta(seconds=20)


def stay(
    database: Database, ticket_id: int, user_id: int, now: datetime, writes: bool = False
) -> Sequence[Presence]:
    """That user has the ticket's page open, and types a reply where ``writes``; who else has it open, as of the
    last half minute.

    Nothing of the city's work changes by it: it is no matter for the audit.
    """
    with database.begin() as session:
        presence.stay(session, ticket_id, user_id, now, writes)
        return presence.others(session, ticket_id, user_id, now)


def is_writing(there: Presence, now: datetime) -> bool:
    """Whether somebody typed in their reply just now."""
    return there.writing_at is not None and there.writing_at > now - WRITES_FOR
