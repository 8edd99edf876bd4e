"""What the coordinators' console looks at: few statements a page, none of them per row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from storage.models import (
    FollowUp,
    Handover,
    InboundMessage,
    OutboundMessage,
    Quarantine,
    Ticket,
)
from storage.queries.dead_letters import is_dead
from storage.queries.people import waits_for_answer


class Counts(NamedTuple):
    """The numbers at the top of the console."""

    waiting: int
    sent_back: int
    overdue: int
    emergencies: int
    quarantined: int
    undelivered: int


@dataclass(frozen=True)
class Wanted:
    """Which tickets a list is about; None does not restrict.

    ``sealed``: for somebody who may read sealed ones. For others a list tells of those no more than status and
    deadline, so that it leaves them out where it is about anything else.
    """

    statuses: Sequence[str]
    agency: str | None = None
    urgent: bool = False
    solve_before: datetime | None = None
    sealed: bool = False
    outcome: str | None = None


def counts(
    session: Session,
    open_statuses: Sequence[str],
    late_statuses: Sequence[str],
    back: str,
    now: datetime,
    *,
    sealed: bool,
) -> Counts:
    """All of the numbers in one statement; with ``sealed`` the sealed emergencies are among them."""
    tickets = select(func.count(Ticket.id))
    numbers = (
        select(func.count(Handover.id)).where(waits_for_answer()),
        tickets.where(Ticket.status == back, ~Ticket.sealed),
        tickets.where(Ticket.status.in_(late_statuses), Ticket.solve_by < now),
        tickets.where(Ticket.status.in_(open_statuses), Ticket.urgent, _told(sealed)),
        select(func.count(Quarantine.id)),
        select(func.count(OutboundMessage.id)).where(is_dead()),
    )
    return Counts(*session.execute(select(*(number.scalar_subquery() for number in numbers))).one())


def in_status(session: Session, status: str, limit: int) -> Sequence[Ticket]:
    """The tickets of one status with their history, the longest waiting first; the sealed ones stand elsewhere."""
    found = select(Ticket).where(Ticket.status == status, ~Ticket.sealed).order_by(Ticket.id).limit(limit)
    return session.scalars(found.options(defer(Ticket.story), selectinload(Ticket.events))).all()


def newest(session: Session, wanted: Wanted, limit: int) -> Sequence[Ticket]:
    """The newest of the wanted tickets."""
    found = select(Ticket).where(Ticket.status.in_(wanted.statuses)).order_by(Ticket.id.desc()).limit(limit)
    if wanted.agency:
        found = found.where(Ticket.agency == wanted.agency)
    if wanted.urgent:
        found = found.where(Ticket.urgent)
    if wanted.outcome:
        found = found.where(Ticket.outcome == wanted.outcome)
    if wanted.solve_before:
        found = found.where(Ticket.solve_by < wanted.solve_before)
    if wanted.agency or wanted.urgent:
        found = found.where(_told(wanted.sealed))
    return session.scalars(found.options(defer(Ticket.story))).all()


def of_agency(session: Session, agency: str, statuses: Sequence[str], limit: int) -> Sequence[Ticket]:
    """The newest tickets that an agency was given and has not sent back."""
    mine = select(Ticket).where(Ticket.agency == agency, Ticket.forwarded_at.is_not(None))
    newest_first = mine.where(Ticket.status.in_(statuses)).order_by(Ticket.id.desc()).limit(limit)
    return session.scalars(newest_first.options(defer(Ticket.story))).all()


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
    # Alarms to people on duty are outside any conversation too, but they are no letters.
    is_letter = or_(OutboundMessage.channel == "email", OutboundMessage.wording == "agency_case")
    to_agency = and_(OutboundMessage.ticket_id == ticket_id, is_letter)
    mine = OutboundMessage.conversation_id == conversation_id
    found = select(OutboundMessage).where(or_(mine, to_agency) if ticket_id else mine)
    return session.scalars(found.order_by(OutboundMessage.id.desc()).limit(limit)).all()


def planned(session: Session, ticket_id: int) -> Sequence[FollowUp]:
    """The follow-ups ahead of a ticket, the next first."""
    mine = select(FollowUp).where(FollowUp.ticket_id == ticket_id, FollowUp.state == "waiting")
    return session.scalars(mine.order_by(FollowUp.due_at, FollowUp.id)).all()


def _told(sealed: bool) -> ColumnElement[bool]:
    """All tickets, or those that are not sealed."""
    return true() if sealed else ~Ticket.sealed
