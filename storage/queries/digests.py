"""Lists that are due, and what stands in them: few columns, and what is encrypted only of what is shown."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, literal, or_, select, true, update
from sqlalchemy.orm import Session

from storage.models import Assignment, Digest, FollowUp, Ticket
from storage.queries.incidents import is_follower
from storage.queries.inserting import insert_once

BRING_FORWARD = (
    update(Digest)
    .where(
        Digest.kind == bindparam("of_kind"),
        Digest.target == bindparam("to_target"),
        or_(Digest.due_at.is_(None), Digest.due_at > bindparam("by")),
    )
    .values(due_at=bindparam("by"))
)


class Line(NamedTuple):
    """One ticket in a list."""

    id: int
    number: str
    service: str
    sealed: bool
    solve_by: datetime
    begun_at: datetime


class Held(NamedTuple):
    """How many tickets one agency has had for too long, and since when the worst is late."""

    agency: str
    tickets: int
    since: datetime


def target_of(agency: str, unit: str | None) -> str:
    """How a reader is named: an agency, or its unit or person (``agency/unit``)."""
    return f"{agency}/{unit}" if unit else agency


def bring(session: Session, kind: str, target: str, at: datetime) -> None:
    """Have a list written by ``at``; one that is due sooner stays."""
    session.flush()  # tickets before lists, everywhere, so that no two transactions wait for each other
    insert_once(session, Digest, {"kind": kind, "target": target, "due_at": at})
    session.connection().execute(BRING_FORWARD, {"of_kind": kind, "to_target": target, "by": at})


def due(session: Session, now: datetime, limit: int, only: int | None = None) -> Sequence[Digest]:
    """Up to ``limit`` lists that are due, or the one of that id, locked until the end of the transaction."""
    return session.scalars(
        select(Digest)
        .where(Digest.due_at <= now, *([] if only is None else [Digest.id == only]))
        .order_by(Digest.due_at, Digest.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def are_gathering(session: Session, kind: str, now: datetime) -> bool:
    """Whether steps of ``kind`` are due that have not yet come to their list."""
    # Written out, as in the condition of an index of these steps alone: who hopes for a hit reads all steps.
    waiting = exists().where(
        FollowUp.kind == _written(kind), FollowUp.state == _written("waiting"), FollowUp.due_at <= now
    )
    return bool(session.scalar(select(waiting)))


def of_agency(session: Session, agency: str, unit: str | None, statuses: Sequence[str]) -> list[Line]:
    """What an agency (or one unit of it) has to do, the longest due first."""
    mine = and_(Ticket.agency == agency, Ticket.unit == unit if unit else Ticket.unit.is_(None))
    return _lines(session, mine, statuses)


def late_of(session: Session, agency: str | None, statuses: Sequence[str], now: datetime) -> list[Line]:
    """What is overdue, of one agency or of all, the longest due first."""
    late = Ticket.solve_by <= now
    return _lines(session, and_(late, Ticket.agency == agency) if agency else late, statuses)


def places_of(session: Session, ticket_ids: Collection[int]) -> dict[int, str | None]:
    """Where these tickets are, as far as it was said."""
    if not ticket_ids:
        return {}
    found = session.execute(select(Ticket.id, Ticket.place).where(Ticket.id.in_(ticket_ids)))
    return {row.id: row.place for row in found}


def listed(session: Session, since: datetime | None, kind: str, statuses: Sequence[str]) -> list[Held]:
    """Agencies with the tickets that came on the weekly list after ``since``, the longest late first."""
    # Written out, so that the index of these steps alone is used; then each ticket by its id.
    done = and_(FollowUp.state == _written("done"), FollowUp.kind == _written(kind))
    came = select(FollowUp.ticket_id).where(done, FollowUp.done_at > since if since else true())
    counted = select(Ticket.agency, func.count(Ticket.id), func.min(Ticket.solve_by)).where(Ticket.id.in_(came))
    by_id = counted.with_hint(Ticket, "NOT INDEXED", "sqlite")  # an index of statuses would read all that is open
    found = by_id.where(Ticket.status.in_(statuses)).group_by(Ticket.agency)
    return sorted((Held(*row) for row in session.execute(found)), key=lambda held: (held.since, held.agency))


def _written(value: str) -> ColumnElement[str]:
    return literal(value, literal_execute=True)


def _lines(session: Session, wanted: ColumnElement[bool], statuses: Sequence[str]) -> list[Line]:
    begun = select(func.max(Assignment.begun_at)).where(Assignment.ticket_id == Ticket.id).scalar_subquery()
    columns = (Ticket.id, Ticket.number, Ticket.service, Ticket.sealed, Ticket.solve_by,
               func.coalesce(begun, Ticket.created_at))  # fmt: skip
    cases = select(*columns).where(wanted, Ticket.status.in_(statuses), ~is_follower())
    found = cases.order_by(Ticket.solve_by, Ticket.id)
    return [Line(*row) for row in session.execute(found)]
