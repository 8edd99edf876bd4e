"""The console's queues: their tickets page by page, and how many wait in all of them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, joinedload

from storage.models import (
    Conversation,
    Handover,
    Ticket,
    TicketEvent,
    User,
)
from storage.queries import search
from storage.queries.queue_conditions import (
    ALL,
    BY_FIRST,
    EMERGENCIES,
    OVERDUE,
    Desk,
    Wanted,
    belongs,
    by_index,
    by_its_index,
    came_through,
    comes_after,
    goes_first,
    narrowed,
    order,
    order_after,
    slim,
)
from storage.queries.queue_counts import up_to

IN_PARTS = {"yield_per": 500}


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


def tickets_of(session: Session, wanted: Wanted, desk: Desk, limit: int, offset: int = 0) -> Sequence[Ticket]:
    """A page of the list, with the channel and the holder of each conversation, without what is encrypted."""
    # The order is found by ids alone: whole rows would be carried through the sorting.
    ids = _ids_of(session, wanted, desk, limit, offset)
    found = select(Ticket).join(Ticket.conversation).where(Ticket.id.in_(ids)).options(*slim())
    rows = {ticket.id: ticket for ticket in session.scalars(found)}
    return [rows[ticket_id] for ticket_id in ids if ticket_id in rows]


def _ids_of(session: Session, wanted: Wanted, desk: Desk, limit: int, offset: int) -> list[int]:
    """The few that go first by an index of their own, then the others by theirs: nothing long is sorted."""
    first = narrowed(select(Ticket.id), wanted, desk).where(goes_first(wanted.queue, desk))
    front = session.scalars(by_index(first, BY_FIRST).order_by(*order(wanted.queue)).limit(offset + limit)).all()
    ids = list(front[offset:])
    if len(ids) < limit and wanted.queue != EMERGENCIES:
        rest = _rest(session, select(Ticket.id), wanted, desk).limit(limit - len(ids))
        ids += session.scalars(rest.offset(max(0, offset - len(front)))).all()
    return ids


def _rest(
    session: Session, found: Select[Any], wanted: Wanted, desk: Desk, *, is_joined: bool = False
) -> Select[Any]:
    """What does not go first, in its order."""
    found = _with_words(session, found, wanted, desk, is_joined).where(comes_after(wanted.queue, desk))
    if _by_words(session, wanted):
        return found.order_by(search.INDEX.c.rowid.desc())
    return found.order_by(*order_after(wanted.queue))


def _with_words(
    session: Session, found: Select[Any], wanted: Wanted, desk: Desk, is_joined: bool = False
) -> Select[Any]:
    if _by_words(session, wanted):
        found = search.joined(found).where(search.matches(wanted.words))
    has_words = _by_words(session, wanted)
    return by_its_index(narrowed(found, wanted, desk, is_joined=is_joined, has_words=has_words), wanted.queue)


def _by_words(session: Session, wanted: Wanted) -> bool:
    """Whether a list is best read by its words: of what is open there is little, and that is looked through."""
    return wanted.queue == ALL and bool(wanted.words) and search.is_indexed_apart(session)


def how_many(session: Session, wanted: Wanted, desk: Desk, most: int | None = None) -> int:
    """How long the whole list is, counted no further than ``most`` where that is given."""
    found = _with_words(session, select(Ticket.id), wanted, desk)
    if most is not None:
        return session.scalar(select(up_to(found, most))) or 0
    return session.scalar(select(func.count()).select_from(found.subquery())) or 0


def spelled(session: Session, wanted: Wanted) -> Wanted:
    """``wanted`` with the area as tickets write it: whatever its case, it is then found by index."""
    if wanted.area is None:
        return wanted
    same = [name for name in areas(session) if name.lower() == wanted.area.lower()]
    return replace(wanted, spellings=same)


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
    every = select(*columns).join(Ticket.conversation)
    first = narrowed(every, wanted, desk, is_joined=True).where(goes_first(wanted.queue, desk))
    front = session.execute(by_index(first, BY_FIRST).order_by(*order(wanted.queue)).limit(limit)).all()
    yield from (Row(*row) for row in front)
    rest = _rest(session, every, wanted, desk, is_joined=True).limit(limit - len(front))
    yield from (Row(*row) for row in session.execute(rest, execution_options=IN_PARTS))


def longest_waiting(session: Session, names: Sequence[str], desk: Desk, each: int) -> dict[str, list[Ticket]]:
    """The first few of each of these queues, in one statement; none that is sealed."""
    few = union_all(*(part for name in names for part in _first_few(name, desk, each))).subquery()
    found = select(few.c.queue, Ticket).join(few, few.c.ticket_id == Ticket.id).join(Ticket.conversation)
    ordered = found.order_by(few.c.is_behind, *order(OVERDUE)).options(*slim())
    shown: dict[str, list[Ticket]] = {name: [] for name in names}
    for name, ticket in session.execute(ordered):
        if len(shown[name]) < each:
            shown[name].append(ticket)
    return shown


def _first_few(name: str, desk: Desk, each: int) -> Iterator[Select[Any]]:
    """Of a queue the first of what goes first, and the first of the others."""
    theirs = (belongs(name, desk), ~Ticket.sealed, Ticket.closed_at.is_(None))
    parts = ((goes_first(name, desk), order(name)), (comes_after(name, desk), order_after(name)))
    for is_behind, (which, by) in enumerate(parts):
        columns = (
            literal(name).label("queue"),
            Ticket.id.label("ticket_id"),
            literal(is_behind).label("is_behind"),
        )
        found = select(*columns).where(*theirs, which).order_by(*by).limit(each)
        part: Any = (by_its_index(found, name) if is_behind else by_index(found, BY_FIRST)).subquery()
        yield select(part)


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


def areas(session: Session) -> list[str]:
    """The areas in which something was reported, by name; none that only sealed tickets know.

    From each to the next by index: so many looks as there are areas, however many tickets.
    """
    least = select(func.min(Ticket.area)).where(~Ticket.sealed)
    known = least.cte("known", recursive=True)
    following = least.where(Ticket.area > known.c[0]).scalar_subquery()
    known = known.union_all(select(following).where(known.c[0].is_not(None)))
    return [area for area in session.scalars(select(known.c[0])) if area]


def colleagues(session: Session, roles: Collection[str]) -> list[Colleague]:
    """Everybody with one of ``roles``, also those whose account is disabled, by name."""
    who = select(User.id, User.email, User.name, User.disabled_at.is_(None)).where(User.role.in_(roles))
    return sorted((Colleague(*row) for row in session.execute(who)), key=lambda one: one.called.lower())
