"""What could not be emptied when somebody was forgotten, because it was on its way: emptied when it has ended.

And lists to agencies, which name many people's places and belong to no ticket: our copy is of no use for long.
"""

from datetime import datetime, timedelta

from bot.personal.emptying import blank
from bot.rulebook import Rulebook
from storage.database import Database
from storage.queries import personal

BATCH = 200
# Whatever was on its way has long ended by then.
LOOK_BACK = timedelta(days=60)
SILENT_AFTER = timedelta(days=2)
LISTS_KEPT = timedelta(days=2)
# SQLite's write-ahead log holds what was emptied; readers may be in the way of cutting it, so it is tried again.
LOG_CUT_FOR = timedelta(minutes=5)


def run_due(database: Database, rulebook: Rulebook, now: datetime) -> int:
    """Empty what has ended; how many messages that were."""
    with database.begin() as session:
        rows = personal.left_over(session, now - LOOK_BACK, now - SILENT_AFTER, BATCH)
        blank(session, rows, now)
        lists = personal.old_lists(session, now - LISTS_KEPT, BATCH)
        blank(session, lists, now)
        is_to_cut = bool(rows) or personal.was_any(session, now - LOG_CUT_FOR)
    if is_to_cut:
        database.cut_log()
    return len(rows) + len(lists)
