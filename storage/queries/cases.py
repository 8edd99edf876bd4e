"""An agency's own cases: what it was given and has not sent back, each matter once, the nearest deadline first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true, union_all
from sqlalchemy.orm import Session, defer

from storage.models import Incident, Ticket
from storage.queries.incidents import is_follower
from storage.queries.queue_conditions import by_index

# Of a case no list, paper or table of an agency tells these; some thousands of them take their time.
UNTOLD = tuple(
    defer(column)
    for column in (
        Ticket.story, Ticket.source, Ticket.forward_at, Ticket.verify_by, Ticket.answer_by, Ticket.verified_at,
        Ticket.answered_at, Ticket.asked_at, Ticket.anonymised_at, Ticket.linked_to, Ticket.duplicate_of,
        Ticket.may_write, Ticket.rating, Ticket.assigned_to, Ticket.taken_by, Ticket.reopened, Ticket.moves,
        Ticket.clocks,
    )
)  # fmt: skip
# As in the conditions of indexes: what is open of an agency by deadline, and what is closed, the last first.
BY_AGENCY, CLOSED_BY_AGENCY = "ix_tickets_agency_open", "ix_tickets_agency_closed"
MOST_COUNTED = 10_000
CLOSED_LOOKED_AT = 5_000


@dataclass(frozen=True)
class Tab:
    """One kind of cases. ``late``: only those whose deadline is over; ``closed``: the last closed first."""

    statuses: Sequence[str]
    late: bool = False
    closed: bool = False


class CaseRow(NamedTuple):
    """One line of a table of cases; the fields are those of :class:`Ticket`."""

    id: int
    number: str
    status: str
    service: str
    unit: str | None
    area: str | None
    place: str | None
    created_at: datetime
    solve_by: datetime
    expected_on: datetime | None
    urgent: bool
    sealed: bool
    closed_at: datetime | None
    outcome: str | None
    masked_story: str


@dataclass(frozen=True)
class Narrowed:
    """What narrows all tabs alike; None and empty do not restrict.

    ``unit``: empty for cases that the agency has itself. A list tells of a sealed case no more than its status,
    deadline and unit, so that whatever asks for more leaves it out. ``words``: each stands in what was written,
    or in the name of the kelurahan.
    """

    agency: str
    now: datetime
    number: str | None = None
    unit: str | None = None
    service: str | None = None
    area: str | None = None
    words: Sequence[str] = ()

    @property
    def tells(self) -> bool:
        return bool(self.service or self.area or self.words)


def counts(session: Session, tabs: Mapping[str, Tab], narrowed: Narrowed) -> dict[str, int]:
    """How many cases each tab has, in one statement; the closed ones up to ``MOST_COUNTED`` and one more."""
    open_ones = {name: tab for name, tab in tabs.items() if not tab.closed}
    numbers = [_number(_in(tab, narrowed.now)).label(name) for name, tab in open_ones.items()]
    of_open = by_index(select(*numbers).where(_is_open(), _among(narrowed)), BY_AGENCY).subquery()
    closed = [up_to(_closed(tab, narrowed), name) for name, tab in tabs.items() if tab.closed]
    found = session.execute(select(*of_open.c, *closed)).one()
    return {name: int(value) for name, value in found._mapping.items()}


def up_to(found: Select[Any], name: str) -> ColumnElement[int]:
    """How many there are, counted no further than ``MOST_COUNTED`` and one more."""
    few = found.limit(MOST_COUNTED + 1).subquery()
    return select(func.count()).select_from(few).scalar_subquery().label(name)


def page_of(session: Session, tab: Tab, narrowed: Narrowed, limit: int, skip: int = 0) -> Sequence[Ticket]:
    """The cases of one tab, without their stories as they came."""
    wanted = session.scalars(_ids(tab, narrowed).limit(limit).offset(skip)).all()
    rows = session.scalars(select(Ticket).where(Ticket.id.in_(wanted)).options(*UNTOLD))
    known = {ticket.id: ticket for ticket in rows}
    return [known[one] for one in wanted if one in known]


def rows_of(session: Session, tab: Tab, narrowed: Narrowed, limit: int) -> Sequence[CaseRow]:
    """The same for a table: no more columns than it has, for some thousands of cases."""
    wanted = session.scalars(_ids(tab, narrowed).limit(limit)).all()
    columns = (getattr(Ticket, name) for name in CaseRow._fields)
    known = {row.id: CaseRow(*row) for row in session.execute(select(*columns).where(Ticket.id.in_(wanted)))}
    return [known[one] for one in wanted if one in known]


def _ids(tab: Tab, narrowed: Narrowed) -> Select[int]:
    if tab.closed:
        return _closed(tab, narrowed).order_by(Ticket.closed_at.desc(), Ticket.id.desc())
    mine = by_index(select(Ticket.id).where(_is_open(), _among(narrowed)), BY_AGENCY)
    return mine.where(_in(tab, narrowed.now)).order_by(Ticket.solve_by, Ticket.id)


def others_with(session: Session, tickets: Sequence[Ticket]) -> dict[int, int]:
    """How many further reports there are to those tickets that lead others, by ticket."""
    leading = [ticket.id for ticket in tickets if ticket.incident_id]
    if not leading:
        return {}
    found = select(Incident.lead_id, Incident.members).where(Incident.lead_id.in_(leading), Incident.members > 1)
    return {row.lead_id: row.members - 1 for row in session.execute(found)}


def choices(session: Session, agency: str) -> tuple[list[str], list[str]]:
    """The services and the kelurahan of what the agency has to do and closed last, as far as a list may tell."""
    about = select(Ticket.service, Ticket.area, Ticket.sealed).where(Ticket.agency == agency, _was_forwarded())
    latest = about.where(_is_closed()).order_by(Ticket.closed_at.desc(), Ticket.id.desc()).limit(CLOSED_LOOKED_AT)
    closed: Any = by_index(latest, CLOSED_BY_AGENCY).subquery()
    both = union_all(by_index(about.where(_is_open()), BY_AGENCY), select(closed)).subquery()
    found = session.execute(select(both.c.service, both.c.area).where(~both.c.sealed).distinct()).all()
    return sorted({row.service for row in found}), sorted({row.area for row in found if row.area})


def mark(session: Session, agency: str) -> str:
    """Another text whenever one of the agency's cases has changed, come or gone, or one was closed."""
    mine = and_(Ticket.agency == agency, _was_forwarded())
    values = (func.count(Ticket.id), func.sum(Ticket.version), func.max(Ticket.id))
    of_open = by_index(select(*values).where(mine, _is_open()), BY_AGENCY).subquery()
    closed = by_index(select(func.max(Ticket.closed_at)).where(mine, _is_closed()), CLOSED_BY_AGENCY)
    found = session.execute(select(*of_open.c, closed.scalar_subquery())).one()
    return "-".join(str(value or 0) for value in found[:3]) + (f"-{found[3].timestamp()}" if found[3] else "")


def _is_open() -> ColumnElement[bool]:
    return Ticket.closed_at.is_(None)


def _is_closed() -> ColumnElement[bool]:
    return Ticket.closed_at.is_not(None)


def _was_forwarded() -> ColumnElement[bool]:
    return Ticket.forwarded_at.is_not(None)


def _closed(tab: Tab, narrowed: Narrowed) -> Select[Any]:
    found = select(Ticket.id).where(_is_closed(), _among(narrowed), Ticket.status.in_(tab.statuses))
    return by_index(found, CLOSED_BY_AGENCY)


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _in(tab: Tab, now: datetime) -> ColumnElement[bool]:
    wanted = Ticket.status.in_(tab.statuses)
    return and_(wanted, Ticket.solve_by < now) if tab.late else wanted


def _among(narrowed: Narrowed) -> ColumnElement[bool]:
    found = [Ticket.agency == narrowed.agency, Ticket.forwarded_at.is_not(None), ~is_follower()]
    if narrowed.tells:
        found.append(~Ticket.sealed)
    if narrowed.number:
        found.append(Ticket.number == narrowed.number)
    if narrowed.unit is not None:
        found.append(Ticket.unit == narrowed.unit if narrowed.unit else Ticket.unit.is_(None))
    if narrowed.service:
        found.append(Ticket.service == narrowed.service)
    if narrowed.area:
        found.append(Ticket.area == narrowed.area)
    return and_(true(), *found, *(_says(word) for word in narrowed.words))


def _says(word: str) -> ColumnElement[bool]:
    return or_(Ticket.masked_story.icontains(word, autoescape=True), Ticket.area.icontains(word, autoescape=True))
