"""Reports that may be about the same, and what else lies near by: by index, and never more than a page shows."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, select, union
from sqlalchemy.orm import Session, defer

from storage.models import Ticket
from storage.queries.queue_conditions import by_index

MOST_AROUND = 60
MOST_NEAR = 200


class Box(NamedTuple):
    """Degrees."""

    south: float
    north: float
    west: float
    east: float


def of_one_service(
    session: Session, ticket: Ticket, statuses: Sequence[str], since: datetime, box: Box | None
) -> Sequence[Ticket]:
    """Other citizens' reports of the same service since then, in the same kelurahan or within ``box``.

    One statement; none where neither is known. Sealed ones are nobody's likeness.
    """
    same = select(Ticket.id).where(Ticket.service == ticket.service, Ticket.created_at > since)
    same = same.where(~Ticket.sealed, Ticket.status.in_(statuses), Ticket.citizen_id != ticket.citizen_id)
    ways: list[Select[int]] = []
    if ticket.area:
        ways.append(same.where(Ticket.area == ticket.area).order_by(Ticket.created_at.desc()).limit(MOST_AROUND))
    if box:
        ways.append(same.where(*_within(box)).limit(MOST_AROUND))
    if not ways:
        return ()
    ids = union(*(select(way.subquery().c.id) for way in ways))
    found = select(Ticket).where(Ticket.id.in_(ids)).order_by(Ticket.id.desc())
    return session.scalars(found.options(defer(Ticket.story))).all()


def near(session: Session, box: Box, statuses: Sequence[str], but: int) -> Sequence[Ticket]:
    """Open tickets of any service, in one of ``statuses``, within ``box``, for a map; the newest first."""
    within = and_(*_within(box), Ticket.closed_at.is_(None), Ticket.latitude.is_not(None))
    found = select(Ticket).where(within, Ticket.status.in_(statuses), ~Ticket.sealed, Ticket.id != but)
    found = by_index(found, "ix_tickets_open_place")
    untold = (defer(Ticket.story), defer(Ticket.place), defer(Ticket.masked_story))
    return session.scalars(found.order_by(Ticket.id.desc()).limit(MOST_NEAR).options(*untold)).all()


def _within(box: Box) -> tuple[ColumnElement[bool], ...]:
    return Ticket.latitude.between(box.south, box.north), Ticket.longitude.between(box.west, box.east)
