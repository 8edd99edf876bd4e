"""How often something may be sent from a citizen's page: enough for everybody, too little for a machine."""

from datetime import datetime, timedelta

from bot.accounts import lockout
from bot.accounts.lockout import Limit
from bot.citizen_web.lookup import LockedError
from storage.database import Database

A_DAY = timedelta(days=1)
FORMS = (Limit(20, timedelta(minutes=10)), Limit(100, A_DAY))
PHOTOS = (Limit(5, timedelta(minutes=10)), Limit(15, A_DAY))


def allow(database: Database, number: str, now: datetime, *, photo: bool) -> None:
    """Count one form of a ticket's page, and its photo; LockedError where there were too many."""
    kinds = {lockout.of_page(number): FORMS}
    if photo:
        kinds[lockout.of_photos(number)] = PHOTOS
    with database.begin() as session:
        for subject, limits in kinds.items():
            if until := lockout.locked_until(session, subject, now, *limits):
                raise LockedError(until)
        for subject in kinds:
            lockout.count(session, subject, now)
