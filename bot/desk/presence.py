"""Who looks at a ticket at the same time: two people who know of each other do not do the same twice."""

from collections.abc import Sequence
from datetime import datetime

from storage.database import Database
from storage.models import Presence
from storage.queries import presence


def stay(database: Database, ticket_id: int, user_id: int, now: datetime) -> Sequence[Presence]:
    """That user has the ticket's page open; who else has, as of the last half minute.

    Nothing of the city's work changes by it: it is no matter for the audit.
    """
    with database.begin() as session:
        presence.stay(session, ticket_id, user_id, now)
        return presence.others(session, ticket_id, user_id, now)
