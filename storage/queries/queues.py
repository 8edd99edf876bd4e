"""The console's queues: their tickets page by page, and how many wait in all of them."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, joinedload

from storage.models import (
    Conversation,
    Handover,
    OutboundMessage,
    Quarantine,
    Ticket,
    TicketEvent,
    User,
)
from storage.queries.dead_letters import is_dead
from storage.queries.evidence import number_waiting
from storage.queries.handovers import is_light, is_unsure
from storage.queries.queue_conditions import (
    ALL,
    NAMES,
    OVERDUE,
    Desk,
    Wanted,
    belongs,
    came_through,
    narrowed,
    order,
    slim,
)
from storage.types import UtcDateTime

IN_PARTS = {"yield_per": 500}


class Counts(NamedTuple):
    """The numbers of the menu. ``changes`` counts every change of an open ticket: it only ever says "another"."""

    emergencies: int
    sent_back: int
    overdue: int
    due_soon: int
    mine: int
    changes: int
    unsure: int
    questions: int
    claims: int
    undelivered: int
    quarantined: int


class Row(NamedTuple):
    """A ticket as a table outside of the pages holds it; of a sealed one most is None for who may not see it."""

    number: str
    is_shown: bool
    service: str
    story: str | None
    area: str | None
    agency: str
    status: str
    outcome: str | None
    closed_at: datetime | None
    solve_by: datetime
    created_at: datetime
    channel: str
    urgent: bool
    priority: int
    assigned_to: int | None


class Colleague(NamedTuple):
    """Somebody whom a ticket can be given to, or once could."""

    id: int
    email: str
    name: str | None
    is_active: bool

    @property
    def called(self) -> str:
        return self.name or self.email.partition("@")[0]


def counts(session: Session, desk: Desk) -> Counts:
    """All numbers of the menu, in one statement over the open tickets and what waits besides them."""
    statement = _counting(tuple(desk.open), tuple(desk.late), desk.back, tuple(desk.soon_of), desk.sealed)
    near = {f"soon_{n}": soon for n, soon in enumerate(desk.soon_of.values())}
    values = {"me": desk.user_id, "now": desk.now, "soon": desk.soon, **near}
    return Counts(*session.execute(statement, values).one())


@cache
def _counting(
    open_: tuple[str, ...], late: tuple[str, ...], back: str, services: tuple[str, ...], sealed: bool
) -> Select[Any]:
    """Made once: every open page asks every two seconds, and making it takes longer than the database does."""
    me: Any = bindparam("me", type_=BigInteger())
    now, soon, *near = (_moment(name) for name in ("now", "soon", *(f"soon_{n}" for n in range(len(services)))))
    desk = Desk(me, now, open_, late, back, soon, dict(zip(services, near, strict=True)), sealed)
    among = {name: func.count(Ticket.id).filter(belongs(name, desk)) for name in NAMES if name != ALL}
    changes = func.coalesce(func.sum(Ticket.version), 0) + func.count(Ticket.id)
    tickets = select(*among.values(), changes).where(Ticket.closed_at.is_(None)).subquery()
    handovers = select(func.count(Handover.id))
    beside = (
        handovers.where(is_unsure()),
        handovers.where(is_light()),
        number_waiting(sealed=sealed),
        select(func.count(OutboundMessage.id)).where(is_dead()),
        select(func.count(Quarantine.id)),
    )
    return select(*tickets.c, *(number.scalar_subquery() for number in beside))


def _moment(name: str) -> Any:
    return bindparam(name, type_=UtcDateTime())


def tickets_of(session: Session, wanted: Wanted, desk: Desk, limit: int, offset: int = 0) -> Sequence[Ticket]:
    """A page of the list, with the channel and the holder of each conversation, without what is encrypted."""
    # The order is found by ids alone: whole rows would be carried through the sorting.
    page = narrowed(select(Ticket.id), wanted, desk).order_by(*order(wanted.queue, desk)).limit(limit)
    ids = session.scalars(page.offset(offset)).all()
    found = select(Ticket).join(Ticket.conversation).where(Ticket.id.in_(ids)).options(*slim())
    rows = {ticket.id: ticket for ticket in session.scalars(found)}
    return [rows[ticket_id] for ticket_id in ids if ticket_id in rows]


def how_many(session: Session, wanted: Wanted, desk: Desk) -> int:
    """How long the whole list is."""
    return session.scalar(narrowed(select(func.count(Ticket.id)), wanted, desk)) or 0


def rows_of(session: Session, wanted: Wanted, desk: Desk, limit: int) -> Iterator[Row]:
    """The list in its order, for reading once from front to back."""
    columns = (
        Ticket.number,
        or_(~Ticket.sealed, literal(desk.sealed)),
        Ticket.service,
        case((~Ticket.sealed, Ticket.masked_story)),
        Ticket.area,
        Ticket.agency,
        Ticket.status,
        Ticket.outcome,
        Ticket.closed_at,
        Ticket.solve_by,
        Ticket.created_at,
        came_through,
        Ticket.urgent,
        Ticket.priority,
        Ticket.assigned_to,
    )
    found = narrowed(select(*columns).join(Ticket.conversation), wanted, desk, is_joined=True)
    rows = session.execute(found.order_by(*order(wanted.queue, desk)).limit(limit), execution_options=IN_PARTS)
    return (Row(*row) for row in rows)


def longest_waiting(session: Session, names: Sequence[str], desk: Desk, each: int) -> dict[str, list[Ticket]]:
    """The first few of each of these queues, in one statement; none that is sealed."""
    firsts = [
        select(literal(name).label("queue"), Ticket.id.label("ticket_id"), literal(rank).label("rank"))
        .where(belongs(name, desk), ~Ticket.sealed, Ticket.closed_at.is_(None))
        .order_by(*order(name, desk))
        .limit(each)
        .subquery()
        for rank, name in enumerate(names)
    ]
    few = union_all(*(select(first) for first in firsts)).subquery()
    found = select(few.c.queue, Ticket).join(few, few.c.ticket_id == Ticket.id).join(Ticket.conversation)
    ordered = found.order_by(few.c.rank, *order(OVERDUE, desk)).options(*slim())
    shown: dict[str, list[Ticket]] = {name: [] for name in names}
    for name, ticket in session.execute(ordered):
        shown[name].append(ticket)
    return shown


def first_waiting(session: Session, which: ColumnElement[bool], limit: int) -> Sequence[Handover]:
    """What waits longest of one kind of messages."""
    waiting = select(Handover).where(which).order_by(Handover.due_at, Handover.id).limit(limit)
    # Of a conversation, only what a list needs is read, and decrypted.
    talk = joinedload(Handover.conversation).load_only(Conversation.channel, Conversation.citizen_id)
    return session.scalars(waiting.options(talk)).all()


def reasons_of_return(session: Session, ticket_ids: Collection[int]) -> dict[int, TicketEvent]:
    """Why agencies sent these tickets back: the latest such event of each, by ticket."""
    made = select(TicketEvent).where(TicketEvent.ticket_id.in_(ticket_ids), TicketEvent.kind == "send_back")
    return {event.ticket_id: event for event in session.scalars(made.order_by(TicketEvent.id))}


def areas(session: Session) -> Sequence[str]:
    """The areas in which something was reported, by name; none that only sealed tickets know."""
    known = select(Ticket.area).where(Ticket.area.is_not(None), ~Ticket.sealed).distinct()
    return [area for area in session.scalars(known.order_by(Ticket.area)) if area]


def colleagues(session: Session, roles: Collection[str]) -> list[Colleague]:
    """Everybody with one of ``roles``, also those whose account is disabled, by name."""
    who = select(User.id, User.email, User.name, User.disabled_at.is_(None)).where(User.role.in_(roles))
    return sorted((Colleague(*row) for row in session.execute(who)), key=lambda one: one.called.lower())
