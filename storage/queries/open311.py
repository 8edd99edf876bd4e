"""Tickets as other systems see them: each list is one statement along an index, whatever is filtered by."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from storage.models import Citizen, RequestToken, Ticket, TicketEvent

# Places are told, and asked for, in cells of about eleven metres: no list of boxes leads to a more exact one.
CELLS_A_DEGREE = 10_000
METRES_A_CELL = 11.1195


class Row(NamedTuple):
    """What is read of a ticket; nothing that its citizen wrote. Degrees are in whole cells."""

    id: int
    number: str
    service: str
    agency: str
    unit: str | None
    status: str
    area: str | None
    latitude: float | None
    longitude: float | None
    created_at: datetime
    solve_by: datetime
    expected_on: datetime | None
    closed_at: datetime | None


class Step(NamedTuple):
    """One change of a ticket's status."""

    id: int
    ticket_id: int
    service: str
    status: str
    at: datetime


@dataclass(frozen=True)
class Public:
    """What anybody may see. ``services``: those that are public at all; ``statuses``: open ones, and done;
    ``steps``: what counts as a change in a ticket's history.
    """

    services: tuple[str, ...]
    kind: str
    statuses: tuple[str, ...]
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Box:
    """Degrees in cells, both ends included; only tickets of ``services``, whose place is public, can lie in it."""

    south: float
    west: float
    north: float
    east: float
    services: tuple[str, ...]


@dataclass(frozen=True)
class Circle:
    """Around a point, in degrees, of so many metres; only tickets of ``services``."""

    latitude: float
    longitude: float
    metres: float
    services: tuple[str, ...]


@dataclass(frozen=True)
class Filters:
    """What of it is asked for. ``ids`` leaves all other conditions out; ``statuses``, ``services``: None: all."""

    start: datetime
    end: datetime
    limit: int
    offset: int = 0
    ids: tuple[int, ...] | None = None
    services: tuple[str, ...] | None = None
    statuses: tuple[str, ...] | None = None
    box: Box | None = None
    circle: Circle | None = None
    changed_after: datetime | None = None


@dataclass(frozen=True)
class Viewer:
    """Who asks by a key that may see more: what was filed by it, and what its agency has."""

    key_id: int
    agency: str | None


_LATITUDE, _LONGITUDE = func.round(Ticket.latitude * CELLS_A_DEGREE), func.round(Ticket.longitude * CELLS_A_DEGREE)
_ROW = (
    Ticket.id, Ticket.number, Ticket.service, Ticket.agency, Ticket.unit, Ticket.status, Ticket.area, _LATITUDE,
    _LONGITUDE, Ticket.created_at, Ticket.solve_by, Ticket.expected_on, Ticket.closed_at,
)  # fmt: skip


def listed(session: Session, public: Public, wanted: Filters, viewer: Viewer | None = None) -> list[Row]:
    """The tickets that are asked for, the newest first. ``viewer`` sees more only where ids are asked for."""
    if wanted.ids is not None:
        mine = _may_be_seen(public, viewer)
        found = select(*_ROW).where(Ticket.id.in_(wanted.ids), mine).order_by(Ticket.id.desc())
        return [Row(*row) for row in session.execute(found)]
    found = select(*_ROW).where(Ticket.created_at >= wanted.start, Ticket.created_at <= wanted.end)
    found = found.where(is_public(public), *_asked_for(wanted, public.steps))
    ordered = found.order_by(Ticket.created_at.desc(), Ticket.id.desc())
    return [Row(*row) for row in session.execute(ordered.limit(wanted.limit).offset(wanted.offset))]


def changed_at(session: Session, public: Public, ids: Sequence[int]) -> dict[int, datetime]:
    """When each ticket last changed."""
    last = select(TicketEvent.ticket_id, func.max(TicketEvent.at)).where(
        TicketEvent.ticket_id.in_(ids), TicketEvent.kind.in_(public.steps)
    )
    return {row[0]: row[1] for row in session.execute(last.group_by(TicketEvent.ticket_id))} if ids else {}


def steps(session: Session, public: Public, wanted: Filters) -> list[Step]:
    """Changes of status, the oldest first: of some tickets, or of all in a time."""
    found = (
        select(TicketEvent.id, TicketEvent.ticket_id, Ticket.service, TicketEvent.status, TicketEvent.at)
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .where(TicketEvent.at >= wanted.start, TicketEvent.at <= wanted.end, TicketEvent.kind.in_(public.steps))
        .where(TicketEvent.status.in_(public.statuses), is_public(public))
    )
    if wanted.ids is not None:
        found = found.where(TicketEvent.ticket_id.in_(wanted.ids))
    ordered = found.order_by(TicketEvent.at, TicketEvent.id).limit(wanted.limit).offset(wanted.offset)
    return [Step(*row) for row in session.execute(ordered)]


def last_step(session: Session, public: Public, ticket_id: int) -> int:
    """The id of a ticket's last change."""
    mine = TicketEvent.ticket_id == ticket_id, TicketEvent.kind.in_(public.steps)
    return session.scalars(select(func.max(TicketEvent.id)).where(*mine)).one()


def is_public(public: Public) -> ColumnElement[bool]:
    """Reports that an agency has, of citizens who are neither blocked nor forgotten; no danger, nothing sealed."""
    return and_(
        Ticket.service.in_(public.services),
        Ticket.kind == public.kind,
        Ticket.status.in_(public.statuses),
        Ticket.urgent.is_(False),
        Ticket.forwarded_at.is_not(None),
        Ticket.duplicate_of.is_(None),
        _is_kept(Citizen.blocked_at.is_(None)),
    )


def _may_be_seen(public: Public, viewer: Viewer | None) -> ColumnElement[bool]:
    if viewer is None:
        return is_public(public)
    filed = select(RequestToken.id).where(
        RequestToken.ticket_id == Ticket.id, RequestToken.api_key_id == viewer.key_id
    )
    of_agency = and_(Ticket.agency == (viewer.agency or ""), Ticket.forwarded_at.is_not(None))
    return or_(is_public(public), and_(or_(filed.exists(), of_agency), _is_kept()))


def _is_kept(*of_citizen: ColumnElement[bool]) -> ColumnElement[bool]:
    """Not sealed, and neither it nor its citizen forgotten."""
    citizen = select(Citizen.id).where(Citizen.id == Ticket.citizen_id, Citizen.erased_at.is_(None), *of_citizen)
    return and_(Ticket.sealed.is_(False), Ticket.anonymised_at.is_(None), citizen.exists())


def _asked_for(wanted: Filters, steps: tuple[str, ...]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.services is not None:
        conditions.append(Ticket.service.in_(wanted.services))
    if wanted.statuses is not None:
        conditions.append(Ticket.status.in_(wanted.statuses))
    if wanted.box is not None:
        conditions.append(_in_box(wanted.box))
    if wanted.circle is not None:
        conditions.append(_in_circle(wanted.circle))
    if wanted.changed_after is not None:
        changed = select(TicketEvent.ticket_id).where(TicketEvent.at > wanted.changed_after)
        conditions.append(Ticket.id.in_(changed.where(TicketEvent.kind.in_(steps))))
    return conditions


def _in_box(box: Box) -> ColumnElement[bool]:
    return and_(
        Ticket.service.in_(box.services),
        _LATITUDE.between(box.south * CELLS_A_DEGREE, box.north * CELLS_A_DEGREE),
        _LONGITUDE.between(box.west * CELLS_A_DEGREE, box.east * CELLS_A_DEGREE),
    )


def _in_circle(circle: Circle) -> ColumnElement[bool]:
    narrower = math.cos(math.radians(circle.latitude))
    up = _LATITUDE - circle.latitude * CELLS_A_DEGREE
    aside = (_LONGITUDE - circle.longitude * CELLS_A_DEGREE) * narrower
    within = up * up + aside * aside <= (circle.metres / METRES_A_CELL) ** 2
    return and_(Ticket.service.in_(circle.services), within)
