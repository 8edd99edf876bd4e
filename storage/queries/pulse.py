"""Whether anything changed since a page was made: a few numbers that only a change moves."""

from collections.abc import Collection
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from storage.models import Alarm, Handover, InboundMessage, OutboundMessage, Quarantine, Ticket, TicketEvent


class Marks(NamedTuple):
    """The latest of everything that is only ever added, and what of the rest comes and goes.

    ``untaken``: emergencies that nobody has taken, the ``newest`` of them, and how often people were told.
    """

    event: int
    received: int
    written: int
    handover: int
    quarantined: int
    waiting: int
    untaken: int
    newest: int
    rounds: int


def marks(session: Session, open_statuses: Collection[str]) -> Marks:
    """The marks of now, in one statement that reads ends of indexes and two small tables."""
    return Marks._make(session.execute(_marking(tuple(open_statuses))).one())


@cache
def _marking(open_statuses: tuple[str, ...]) -> Select[Any]:
    latest = [
        select(func.coalesce(func.max(model.id), 0)).scalar_subquery()
        for model in (TicketEvent, InboundMessage, OutboundMessage, Handover, Quarantine)
    ]
    waiting = select(func.count(Handover.id)).where(Handover.answered_at.is_(None)).scalar_subquery()
    # Not joined: a planner that begins with the tickets reads all that are open.
    is_open = exists().where(Ticket.id == Alarm.ticket_id, Ticket.status.in_(open_statuses))
    alarms = (
        select(
            func.count(Alarm.id).label("untaken"),
            func.coalesce(func.max(Alarm.id), 0).label("newest"),
            func.coalesce(func.sum(Alarm.rounds), 0).label("rounds"),
        )
        .where(Alarm.taken_at.is_(None), is_open)
        .subquery()
    )
    return select(*latest, waiting, *alarms.c)
