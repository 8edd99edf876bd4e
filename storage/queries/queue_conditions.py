"""What belongs to each of the console's queues, what narrows a list of one, and in which order it stands."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import contains_eager, defer
from sqlalchemy.sql.base import ExecutableOption

from storage.models import Conversation, Handover, Ticket
from storage.queries import search
from storage.queries.angry import angry_tickets
from storage.queries.people import HOLD

EMERGENCIES, SENT_BACK, OVERDUE, DUE_SOON = "emergencies", "sent_back", "overdue", "due_soon"
MINE, ALL = "mine", "all"
NAMES = (EMERGENCIES, SENT_BACK, OVERDUE, DUE_SOON, MINE, ALL)
BY_FIRST, BY_DEADLINE = "ix_tickets_first", "ix_tickets_open_deadline"
BY_HOLDER, BY_CONVERSATION = "ix_tickets_holder", "ix_tickets_conversation_id"
OPEN_ONLY = (EMERGENCIES, OVERDUE, DUE_SOON, MINE)  # whose condition says so
# As in the conditions of indexes, word for word.
HURRIED: ColumnElement[bool] = Ticket.priority > literal_column("0")
FIRST = or_(Ticket.urgent, HURRIED)
# How a report came: by its conversation, or to an officer who took it down.
came_through = func.coalesce(Ticket.came_by, Conversation.channel)
EQUAL = ("agency", "came_by", "number", "outcome", "priority", "service")


Statement = TypeVar("Statement", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True)
class Desk:
    """Whose queues, and when. Of sealed tickets others than those who are ``sealed`` know status and deadline.

    ``open``, ``late``: the statuses of open tickets, and of those whose deadline runs; ``back``: of those that an
    agency sent back. A deadline before ``soon`` is near; ``soon_of`` says so for services with their own.
    """

    user_id: int
    now: datetime
    open: Sequence[str]
    late: Sequence[str]
    back: str
    soon: datetime
    soon_of: Mapping[str, datetime] = field(default_factory=dict)
    sealed: bool = False
    until: datetime | None = None

    @property
    def latest(self) -> datetime:
        """Up to when any deadline may be near: ``until``, or the latest of the others."""
        return max([self.soon, *self.soon_of.values()]) if self.until is None else self.until


@dataclass(frozen=True)
class Wanted:
    """What of a queue is wanted; what is None, empty or False does not restrict.

    ``words``: each stands in the masked story or in the number (:func:`storage.queries.search.has`). ``channel``:
    of what the citizen wrote; ``came_by``: to the desk. ``spellings``: how tickets write ``area``, where somebody
    has looked. ``assigned_to``: 0 for nobody.
    ``created_from``, ``created_before``: when it came in.
    """

    queue: str
    number: str | None = None
    words: Sequence[str] = ()
    service: str | None = None
    agency: str | None = None
    area: str | None = None
    spellings: Sequence[str] | None = None
    statuses: Sequence[str] | None = None
    outcome: str | None = None
    channel: str | None = None
    came_by: str | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    angry: bool = False
    assigned_to: int | None = None
    priority: int | None = None

    @property
    def tells(self) -> bool:
        """Whether to be in the list says more of a ticket than its number, status and deadline."""
        about = (self.words, self.service, self.agency, self.area, self.channel, self.came_by)
        more = (
            self.created_from,
            self.created_before,
            self.angry,
            self.assigned_to is not None,
            self.priority is not None,
        )
        return any(about) or any(more)


def belongs(name: str, desk: Desk) -> ColumnElement[bool]:
    """For a query over tickets: what belongs to the queue ``name``."""
    return QUEUES[name](desk)


def _emergencies(desk: Desk) -> ColumnElement[bool]:
    return and_(FIRST, Ticket.urgent, _is_open(desk), told(desk))


def _sent_back(desk: Desk) -> ColumnElement[bool]:
    return and_(Ticket.status == desk.back, told(desk))


def _overdue(desk: Desk) -> ColumnElement[bool]:
    return and_(Ticket.closed_at.is_(None), Ticket.status.in_(desk.late), Ticket.solve_by < desk.now)


def _due_soon(desk: Desk) -> ColumnElement[bool]:
    runs = and_(Ticket.closed_at.is_(None), Ticket.status.in_(desk.late), Ticket.solve_by >= desk.now)
    own = [and_(Ticket.service == code, Ticket.solve_by < soon) for code, soon in desk.soon_of.items()]
    # That the deadline of a sealed one is near by another measure would tell of its service.
    near = or_(Ticket.solve_by < desk.soon, and_(told(desk), or_(false(), *own)))
    return and_(runs, Ticket.solve_by < desk.latest, near)


def _mine(desk: Desk) -> ColumnElement[bool]:
    """By ids: a planner that joins "assigned to me" and "I speak with them" by OR reads all that is open."""
    talks = select(Handover.conversation_id).where(
        Handover.answered_at.is_(None), Handover.reason == HOLD, Handover.answered_by == desk.user_id
    )
    assigned = select(Ticket.id).where(Ticket.assigned_to == desk.user_id, Ticket.closed_at.is_(None))
    spoken_with = select(Ticket.id).where(Ticket.conversation_id.in_(talks))
    has_it = union_all(by_index(assigned, BY_HOLDER), by_index(spoken_with, BY_CONVERSATION))
    return and_(_is_open(desk), Ticket.id.in_(has_it), told(desk))


def _all(desk: Desk) -> ColumnElement[bool]:
    return true()


QUEUES: dict[str, Callable[[Desk], ColumnElement[bool]]] = {
    EMERGENCIES: _emergencies,
    SENT_BACK: _sent_back,
    OVERDUE: _overdue,
    DUE_SOON: _due_soon,
    MINE: _mine,
    ALL: _all,
}


def _is_open(desk: Desk) -> ColumnElement[bool]:
    return and_(Ticket.closed_at.is_(None), Ticket.status.in_(desk.open))


def told(desk: Desk) -> ColumnElement[bool]:
    """All tickets, or those that are not sealed."""
    return true() if desk.sealed else ~Ticket.sealed


def goes_first(name: str, desk: Desk) -> ColumnElement[bool]:
    """What stands in front of the others, by an index of its own: open emergencies, and what is hurried."""
    is_open = true() if name in OPEN_ONLY else Ticket.closed_at.is_(None)
    return and_(is_open, told(desk), FIRST)


def comes_after(name: str, desk: Desk) -> ColumnElement[bool]:
    """What stands behind :func:`goes_first`."""
    return not_(goes_first(name, desk))


def by_index(found: Statement, name: str) -> Statement:
    """On SQLite a query over tickets goes by that index, whatever it would guess; PostgreSQL has statistics."""
    return found.with_hint(Ticket, f"INDEXED BY {name}", "sqlite")


def by_its_index(found: Statement, name: str) -> Statement:
    """A queue by the index that has its tickets and hardly any other."""
    indexes = {EMERGENCIES: BY_FIRST, OVERDUE: BY_DEADLINE, DUE_SOON: BY_DEADLINE}
    return by_index(found, indexes[name]) if name in indexes else found


def order(name: str) -> tuple[ColumnElement[Any], ...]:
    """Of what goes first: emergencies, then what is hurried, then as the others."""
    return case((Ticket.urgent, 0), else_=1), Ticket.priority.desc(), *order_after(name)


def order_after(name: str) -> tuple[ColumnElement[Any], ...]:
    """Of all others: the earliest deadline first; of all tickets the newest."""
    newest, earliest = (Ticket.id.desc(),), (Ticket.solve_by.asc(), Ticket.id.asc())
    return newest if name == ALL else earliest


def narrowed(
    found: Select[Any], wanted: Wanted, desk: Desk, *, is_joined: bool = False, has_words: bool = False
) -> Select[Any]:
    """``found`` of tickets, narrowed. ``is_joined``: to their conversations; ``has_words``: by words already."""
    found = found.where(belongs(wanted.queue, desk))
    if wanted.tells:
        found = found.where(told(desk))
    if wanted.channel and not is_joined:
        found = found.join(Ticket.conversation)
    if not has_words:
        found = found.where(*(search.has(word) for word in wanted.words))
    return found.where(*_conditions(wanted, desk))


def _conditions(wanted: Wanted, desk: Desk) -> Iterator[ColumnElement[bool]]:
    for name in EQUAL:
        if getattr(wanted, name) is not None:
            yield getattr(Ticket, name) == getattr(wanted, name)
    if wanted.priority:
        yield HURRIED
    if wanted.statuses is not None:
        yield _has_status(wanted.statuses, desk)
    if wanted.channel is not None:
        yield and_(Ticket.came_by.is_(None), Conversation.channel == wanted.channel)
    if wanted.assigned_to is not None:
        yield Ticket.assigned_to == wanted.assigned_to if wanted.assigned_to else Ticket.assigned_to.is_(None)
    if wanted.angry:
        yield Ticket.id.in_(angry_tickets())
    yield from _of_area(wanted)
    yield from _of_age(wanted)


def _of_area(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.spellings is not None:
        yield Ticket.area.in_(wanted.spellings)
    elif wanted.area is not None:
        yield func.lower(Ticket.area) == wanted.area.lower()


def _has_status(statuses: Sequence[str], desk: Desk) -> ColumnElement[bool]:
    """Of several that are all open ones: by the index of those."""
    has = Ticket.status.in_(statuses) if len(statuses) > 1 else Ticket.status == statuses[0]
    return and_(Ticket.closed_at.is_(None), has) if set(statuses) <= set(desk.open) else has


def _of_age(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.created_from is not None:
        yield Ticket.created_at >= wanted.created_from
    if wanted.created_before is not None:
        yield Ticket.created_at < wanted.created_before


def slim() -> tuple[ExecutableOption, ...]:
    talk = contains_eager(Ticket.conversation).load_only(
        Conversation.channel, Conversation.held_by, Conversation.citizen_id
    )
    return defer(Ticket.story), defer(Ticket.place), talk
