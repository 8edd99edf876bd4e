"""An agency's own cases: what it was given and has not sent back, each matter once, the nearest deadline first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true
from sqlalchemy.orm import Session, defer

from storage.models import Incident, Ticket
from storage.queries.incidents import is_follower


@dataclass(frozen=True)
class Tab:
    """One kind of cases. ``late``: only those whose deadline is over; ``closed``: the last closed first."""

    statuses: Sequence[str]
    late: bool = False
    closed: bool = False


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
    """How many cases each tab has, in one statement."""
    numbers = [func.coalesce(func.sum(case((_in(tab, narrowed.now), 1), else_=0)), 0) for tab in tabs.values()]
    found = session.execute(select(*numbers).where(_among(narrowed))).one()
    return dict(zip(tabs, map(int, found), strict=True))


def page_of(session: Session, tab: Tab, narrowed: Narrowed, limit: int, skip: int = 0) -> Sequence[Ticket]:
    """The cases of one tab, without their stories as they came."""
    found = _ordered(select(Ticket).where(_among(narrowed), _in(tab, narrowed.now)), tab)
    return session.scalars(found.options(defer(Ticket.story)).limit(limit).offset(skip)).all()


def others_with(session: Session, tickets: Sequence[Ticket]) -> dict[int, int]:
    """How many further reports there are to those tickets that lead others, by ticket."""
    leading = [ticket.id for ticket in tickets if ticket.incident_id]
    if not leading:
        return {}
    found = select(Incident.lead_id, Incident.members).where(Incident.lead_id.in_(leading), Incident.members > 1)
    return {row.lead_id: row.members - 1 for row in session.execute(found)}


def choices(session: Session, agency: str) -> tuple[list[str], list[str]]:
    """The services and the kelurahan that the agency's cases are about, as far as a list may tell."""
    mine = and_(Ticket.agency == agency, Ticket.forwarded_at.is_not(None), ~Ticket.sealed)
    found = session.execute(select(Ticket.service, Ticket.area).where(mine).distinct()).all()
    return sorted({row.service for row in found}), sorted({row.area for row in found if row.area})


def mark(session: Session, agency: str) -> str:
    """Another text whenever one of the agency's cases has changed, come or gone."""
    mine = select(func.count(Ticket.id), func.sum(Ticket.version), func.max(Ticket.id))
    found = session.execute(mine.where(Ticket.agency == agency, Ticket.forwarded_at.is_not(None))).one()
    return "-".join(str(value or 0) for value in found)


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


def _ordered(found: Select[Ticket], tab: Tab) -> Select[Ticket]:
    if tab.closed:
        return found.order_by(Ticket.closed_at.desc(), Ticket.id.desc())
    return found.order_by(Ticket.solve_by, Ticket.id)
