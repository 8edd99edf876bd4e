"""What belongs to each of the console's queues, what narrows a list of one, and in which order it stands."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select, true
from sqlalchemy.orm import contains_eager, defer
from sqlalchemy.sql.base import ExecutableOption

from storage.models import Conversation, Handover, InboundMessage, OutboundMessage, Ticket
from storage.queries.people import HOLD

EMERGENCIES, SENT_BACK, OVERDUE, DUE_SOON = "emergencies", "sent_back", "overdue", "due_soon"
MINE, ALL = "mine", "all"
NAMES = (EMERGENCIES, SENT_BACK, OVERDUE, DUE_SOON, MINE, ALL)
# How a report came: by its conversation, or to an officer who took it down.
came_through = func.coalesce(Ticket.came_by, Conversation.channel)
# How a citizen who scolds is answered (``bot.conversation.talk``), and how the model calls that.
MET_AS_ANGRY, ANGER = ("anger_heard", "anger_met", "anger_met_open", "anger_met_open_late"), "marah"


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


@dataclass(frozen=True)
class Wanted:
    """What of a queue is wanted; what is None, empty or False does not restrict.

    ``words``: each stands in the masked story or in the number. ``assigned_to``: 0 for nobody.
    ``created_from``, ``created_before``: when it came in.
    """

    queue: str
    number: str | None = None
    words: Sequence[str] = ()
    service: str | None = None
    agency: str | None = None
    area: str | None = None
    statuses: Sequence[str] | None = None
    outcome: str | None = None
    channel: str | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    angry: bool = False
    assigned_to: int | None = None
    priority: int | None = None

    @property
    def tells(self) -> bool:
        """Whether to be in the list says more of a ticket than its number, status and deadline."""
        about = (self.words, self.service, self.agency, self.area, self.channel, self.created_from)
        more = (self.created_before, self.angry, self.assigned_to is not None, self.priority is not None)
        return any(about) or any(more)


def belongs(name: str, desk: Desk) -> ColumnElement[bool]:
    """For a query over tickets: what belongs to the queue ``name``."""
    return QUEUES[name](desk)


def _emergencies(desk: Desk) -> ColumnElement[bool]:
    return and_(Ticket.urgent, _is_open(desk), told(desk))


def _sent_back(desk: Desk) -> ColumnElement[bool]:
    return and_(Ticket.status == desk.back, told(desk))


def _overdue(desk: Desk) -> ColumnElement[bool]:
    return and_(Ticket.closed_at.is_(None), Ticket.status.in_(desk.late), Ticket.solve_by < desk.now)


def _due_soon(desk: Desk) -> ColumnElement[bool]:
    runs = and_(Ticket.closed_at.is_(None), Ticket.status.in_(desk.late), Ticket.solve_by >= desk.now)
    own = [and_(Ticket.service == code, Ticket.solve_by < soon) for code, soon in desk.soon_of.items()]
    # That the deadline of a sealed one is near by another measure would tell of its service.
    return and_(runs, or_(Ticket.solve_by < desk.soon, and_(told(desk), or_(false(), *own))))


def _mine(desk: Desk) -> ColumnElement[bool]:
    mine = select(Handover.conversation_id).where(
        Handover.answered_at.is_(None), Handover.reason == HOLD, Handover.answered_by == desk.user_id
    )
    has_it = or_(Ticket.assigned_to == desk.user_id, Ticket.conversation_id.in_(mine))
    return and_(_is_open(desk), has_it, told(desk))


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


def order(name: str, desk: Desk) -> tuple[ColumnElement[Any], ...]:
    """Open emergencies first, then priority, then the earliest deadline; of all tickets the newest."""
    is_open = and_(Ticket.closed_at.is_(None), told(desk))
    first = case((and_(Ticket.urgent, is_open), 0), else_=1)
    priority = case((is_open, -Ticket.priority), else_=0)
    rest = (Ticket.id.desc(),) if name == ALL else (Ticket.solve_by, Ticket.id)
    return (first, priority, *rest)


def narrowed(found: Select[Any], wanted: Wanted, desk: Desk, *, is_joined: bool = False) -> Select[Any]:
    found = found.where(belongs(wanted.queue, desk))
    if wanted.tells:
        found = found.where(told(desk))
    if wanted.channel and not is_joined:
        found = found.join(Ticket.conversation)
    return found.where(*_conditions(wanted))


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    equal = {"number", "service", "agency", "outcome", "priority"}
    for name in sorted(equal):
        if getattr(wanted, name) is not None:
            yield getattr(Ticket, name) == getattr(wanted, name)
    for word in wanted.words:
        yield or_(_has(Ticket.masked_story, word), _has(Ticket.number, word))
    if wanted.area is not None:
        yield func.lower(Ticket.area) == wanted.area.lower()
    if wanted.statuses is not None:
        yield Ticket.status.in_(wanted.statuses)
    if wanted.channel is not None:
        yield came_through == wanted.channel
    if wanted.assigned_to is not None:
        yield Ticket.assigned_to == wanted.assigned_to if wanted.assigned_to else Ticket.assigned_to.is_(None)
    if wanted.angry:
        yield _from_somebody_angry()
    yield from _of_age(wanted)


def _of_age(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.created_from is not None:
        yield Ticket.created_at >= wanted.created_from
    if wanted.created_before is not None:
        yield Ticket.created_at < wanted.created_before


def _has(column: Any, word: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.icontains(word, autoescape=True)
    return found


def _from_somebody_angry() -> ColumnElement[bool]:
    """The citizen was met as angry while the ticket was open, or a message of the ticket was read as scolding."""
    met = exists().where(
        OutboundMessage.conversation_id == Ticket.conversation_id,
        OutboundMessage.wording.in_(MET_AS_ANGRY),
        OutboundMessage.created_at >= Ticket.created_at,
        or_(Ticket.closed_at.is_(None), OutboundMessage.created_at <= Ticket.closed_at),
    )
    label = InboundMessage.understanding[("intents", 0, 0)].as_string()
    read = exists().where(InboundMessage.ticket_id == Ticket.id, label == ANGER)
    return or_(met, read)


def slim() -> tuple[ExecutableOption, ...]:
    talk = contains_eager(Ticket.conversation).load_only(
        Conversation.channel, Conversation.held_by, Conversation.citizen_id
    )
    return defer(Ticket.story), defer(Ticket.place), talk
