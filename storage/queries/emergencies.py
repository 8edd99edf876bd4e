"""Emergencies of a time, and when what happened to each. They are few: their tickets are read one by one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from storage.models import Alarm, InboundMessage, Ticket, TicketEvent, User


class Steps(NamedTuple):
    """The first time of each step that stands in the history. ``acted_at``: its agency did anything."""

    sent_at: datetime | None = None
    acted_at: datetime | None = None
    claimed_at: datetime | None = None
    confirmed_at: datetime | None = None


class EmergencyRow(NamedTuple):
    """An emergency with the time of each step; None for what has not happened.

    ``written_at``: the first message about it, as far as there is one. ``outcome`` says how it ended.
    """

    number: str
    service: str
    agency: str
    area: str | None
    status: str
    outcome: str | None
    sealed: bool
    taken_by: int | None
    raised_at: datetime
    taken_at: datetime | None
    written_at: datetime | None
    steps: Steps


OF_TICKET = (
    Ticket.number,
    Ticket.service,
    Ticket.agency,
    Ticket.area,
    Ticket.status,
    Ticket.outcome,
    Ticket.sealed,
)
STEPS: Sequence[ColumnElement[bool]] = (
    TicketEvent.kind == "alarm_sent",
    TicketEvent.actor.startswith("agency:", autoescape=True),
    TicketEvent.kind == "claim",
    TicketEvent.kind == "confirm",
)


def emergencies(session: Session, start: datetime, end: datetime, limit: int) -> list[EmergencyRow]:
    """Those whose alarm was raised from ``start`` until before ``end``, the newest ``limit`` of them."""
    wanted = _raised(start, end).limit(limit)
    about = select(Alarm.ticket_id, *OF_TICKET, Alarm.taken_by, Alarm.created_at, Alarm.taken_at).join(
        Alarm.ticket
    )
    rows = session.execute(about.where(Alarm.id.in_(wanted)).order_by(Alarm.id.desc())).all()
    ids = [row.ticket_id for row in rows]
    steps, written = _steps(session, ids), _written(session, ids)
    return [EmergencyRow(*row[1:], written.get(row.ticket_id), steps.get(row.ticket_id, Steps())) for row in rows]


def how_many(session: Session, start: datetime, end: datetime) -> int:
    """How many emergencies there were."""
    return session.scalar(select(func.count()).select_from(_raised(start, end).subquery())) or 0


def names(session: Session, user_ids: Sequence[int]) -> Mapping[int, str]:
    """What those who took them are called."""
    who = select(User.id, User.name, User.email).where(User.id.in_(user_ids))
    return {one.id: one.name or one.email.partition("@")[0] for one in session.execute(who)}


def _raised(start: datetime, end: datetime) -> Select[int]:
    return select(Alarm.id).where(Alarm.created_at >= start, Alarm.created_at < end).order_by(Alarm.id.desc())


def _steps(session: Session, ticket_ids: Sequence[int]) -> dict[int, Steps]:
    firsts = (func.min(TicketEvent.at).filter(which) for which in STEPS)
    theirs = and_(TicketEvent.ticket_id.in_(ticket_ids), or_(*STEPS))
    found = select(TicketEvent.ticket_id, *firsts).where(theirs).group_by(TicketEvent.ticket_id)
    return {ticket_id: Steps(*times) for ticket_id, *times in session.execute(found)}


def _written(session: Session, ticket_ids: Sequence[int]) -> dict[int, datetime]:
    """When the first message about each came in."""
    about = InboundMessage.ticket_id
    first = select(about, func.min(InboundMessage.received_at)).where(about.in_(ticket_ids)).group_by(about)
    return {ticket_id: at for ticket_id, at in session.execute(first) if ticket_id is not None}
