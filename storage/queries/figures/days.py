"""Which days were counted, and when last."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import CountedDay


def counted_at(session: Session, first: date, last: date) -> dict[date, datetime]:
    """Of these days those that were counted, each with when that was last."""
    known = select(CountedDay.day, CountedDay.counted_at).where(CountedDay.day.between(first, last))
    return {row.day: row.counted_at for row in session.execute(known)}
