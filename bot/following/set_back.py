"""When somebody has set the clock back, nothing waits for the time that it showed before
(``storage.queries.set_back``).
"""

from datetime import datetime

import structlog

from bot.rulebook import Rulebook
from storage.database import Database
from storage.queries.set_back import bring_to_present

log = structlog.get_logger()


def run_due(database: Database, rulebook: Rulebook, now: datetime) -> int:
    """Bring to ``now`` what lies in a future that is none; how many rows that concerned."""
    pause = rulebook.city.working_calendar.add(now, rulebook.city.duty.repeat) - now
    with database.begin() as session:
        moved = bring_to_present(session, now, pause)
    if moved:
        log.warning("brought_to_present", rows=moved)
    return moved
