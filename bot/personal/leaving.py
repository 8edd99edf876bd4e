"""Somebody with nothing left here: no report, no question, no request, nothing said for long. They are forgotten.

All citizens are looked at in turn, a part of them each night, so that a city of millions is through within weeks
and no night reads them all.
"""

from collections import Counter
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.personal.ageing import Done
from bot.personal.emptying import empty
from bot.personal.erasing import RETENTION, enter, forget_addresses
from storage.models import Citizen
from storage.queries import retention as queries

WALK = "contacts"
LOOKED_AT = 2_000  # by one statement
NIGHTS = 28  # within which everybody is looked at
FEWEST = 20_000  # where there are no more, all of them every night


def step(session: Session, cutoff: datetime, now: datetime, limit: int) -> Done:
    """Look at the next citizens of tonight's part, and forget ``limit`` of them at most."""
    mark = queries.mark(session, WALK)
    first, last = tonight(now.toordinal(), session.scalar(select(func.max(Citizen.id))) or 0)
    after = mark.through if first <= mark.through < last else first
    upto = min(after + LOOKED_AT, last)
    found = queries.with_nothing_left(session, (after, upto), cutoff, limit)
    for citizen in found:
        forget(session, citizen, now)
    reached = found[-1].id if len(found) == limit else upto
    mark.through, mark.at = (reached if reached < last else first), now
    return Counter(citizens=len(found)), reached < last


def tonight(night: int, last: int) -> tuple[int, int]:
    """After which id and up to which tonight's part goes; ``night`` counts up."""
    if last <= FEWEST:
        return 0, last
    part = night % NIGHTS
    return last * part // NIGHTS, last * (part + 1) // NIGHTS


def forget(session: Session, citizen: Citizen, now: datetime) -> None:
    """Empty what is left of somebody, name and addresses, with a line in the ledger of erasures."""
    counts = Counter[str]({"citizens": 1})
    for table, rows in empty(session, citizen, now):
        counts[table] += rows
    citizen.name, citizen.erased_at = None, now
    enter(session, citizen, now, RETENTION, {table: rows for table, rows in sorted(counts.items()) if rows})
    forget_addresses(session, citizen)


def due(session: Session, cutoff: datetime) -> int:
    return queries.count(session, queries.nothing_left(cutoff))
