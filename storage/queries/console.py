"""What the coordinators' console looks at: few statements a page, none of them per row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from storage.models import (
    FollowUp,
    Handover,
    InboundMessage,
    OutboundMessage,
    Quarantine,
    Ticket,
)


class Counts(NamedTuple):
    """The numbers at the top of the console."""

    waiting: int
    sent_back: int
    overdue: int
    emergencies: int
    quarantined: int


@dataclass(frozen=True)
class Wanted:
    """Which tickets a list is about; None does not restrict."""

    statuses: Sequence[str]
    agency: str | None = None
    urgent: bool = False
    solve_before: datetime | None = None


def counts(
    session: Session, open_statuses: Sequence[str], late_statuses: Sequence[str], back: str, now: datetime
) -> Counts:
    """All of the numbers in one statement."""
    tickets = select(func.count(Ticket.id))
    numbers = (
        select(func.count(Handover.id)).where(Handover.answered_at.is_(None)),
        tickets.where(Ticket.status == back),
        tickets.where(Ticket.status.in_(late_statuses), Ticket.solve_by < now),
        tickets.where(Ticket.status.in_(open_statuses), Ticket.urgent),
        select(func.count(Quarantine.id)),
    )
    return Counts(*session.execute(select(*(number.scalar_subquery() for number in numbers))).one())


def in_status(session: Session, status: str, limit: int) -> Sequence[Ticket]:
    """The tickets of one status with their history, the longest waiting first."""
    found = select(Ticket).where(Ticket.status == status).order_by(Ticket.id).limit(limit)
    return session.scalars(found.options(defer(Ticket.story), selectinload(Ticket.events))).all()


def newest(session: Session, wanted: Wanted, limit: int) -> Sequence[Ticket]:
    """The newest of the wanted tickets."""
    found = select(Ticket).where(Ticket.status.in_(wanted.statuses)).order_by(Ticket.id.desc()).limit(limit)
    if wanted.agency:
        found = found.where(Ticket.agency == wanted.agency)
    if wanted.urgent:
        found = found.where(Ticket.urgent)
    if wanted.solve_before:
        found = found.where(Ticket.solve_by < wanted.solve_before)
    return session.scalars(found.options(defer(Ticket.story))).all()


def ticket_in_full(session: Session, number: str) -> Ticket | None:
    """One ticket with its history and its conversation."""
    found = select(Ticket).where(Ticket.number == number)
    return session.scalar(found.options(joinedload(Ticket.conversation), selectinload(Ticket.events)))


def received(session: Session, conversation_id: int, limit: int) -> Sequence[InboundMessage]:
    """The newest messages of a conversation that came in."""
    mine = select(InboundMessage).where(InboundMessage.conversation_id == conversation_id)
    last = mine.order_by(InboundMessage.id.desc()).limit(limit)
    return session.scalars(last.options(defer(InboundMessage.raw))).all()


def written(
    session: Session, conversation_id: int, limit: int, ticket_id: int | None = None
) -> Sequence[OutboundMessage]:
    """The newest messages that went out in a conversation, and what its ticket's agency was written."""
    to_agency = and_(OutboundMessage.ticket_id == ticket_id, OutboundMessage.conversation_id.is_(None))
    mine = OutboundMessage.conversation_id == conversation_id
    found = select(OutboundMessage).where(or_(mine, to_agency) if ticket_id else mine)
    return session.scalars(found.order_by(OutboundMessage.id.desc()).limit(limit)).all()


def planned(session: Session, ticket_id: int) -> Sequence[FollowUp]:
    """The follow-ups ahead of a ticket, the next first."""
    mine = select(FollowUp).where(FollowUp.ticket_id == ticket_id, FollowUp.state == "waiting")
    return session.scalars(mine.order_by(FollowUp.due_at, FollowUp.id)).all()
