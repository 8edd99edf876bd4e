"""What each figure of the leadership counts, once: for the counting, and for the list of tickets behind it.

A figure is a condition on the rows of one of a few sources, and what each of these rows adds to it. All times are
from ``start`` until before ``end``; what each figure means is said in ``docs/figures.md``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from storage.models import Assignment, Conversation, Ticket, TicketEvent
from storage.queries.figures import kinds

# Made once: making one takes longer than asking most databases.
OTHER, SETTLED = aliased(TicketEvent), aliased(Assignment)
ONE: ColumnElement[int] = literal_column("1")
CLOSING_KINDS = tuple(kinds.CLOSINGS.values())
# Of what else the history of a ticket tells figures count nothing.
COUNTED_KINDS = (kinds.FILED, kinds.CLAIM, *CLOSING_KINDS, *kinds.REOPENING, kinds.SEND_BACK, kinds.RATED)


class Keys(NamedTuple):
    """By what a row can be told apart. Without an agency it belongs to no ticket."""

    agency: SQLColumnExpression[Any]
    service: SQLColumnExpression[Any]
    area: SQLColumnExpression[Any]
    channel: SQLColumnExpression[Any]


class Figure(NamedTuple):
    """Which rows count, and what each adds."""

    which: ColumnElement[bool]
    adds: ColumnElement[int] = ONE


@dataclass(frozen=True)
class Facts:
    """Rows of one source within a time, and the figures that are counted from them.

    ``rows`` selects no columns yet; ``at`` is when it happened to ``ticket_id``.
    """

    rows: Select[Any]
    at: SQLColumnExpression[datetime]
    ticket_id: SQLColumnExpression[Any]
    keys: Keys
    figures: Mapping[str, Figure]


# How a ticket came: what was written down at the desk says so, else the channel of its conversation.
CAME_BY = func.coalesce(Ticket.came_by, Conversation.channel)
AREA = func.coalesce(Ticket.area, "")


def events(start: datetime, end: datetime) -> Facts:
    """What happened to tickets: filed, claimed, closed, opened again, given back, rated."""
    kind = TicketEvent.kind
    filed = kind == kinds.FILED
    stars = TicketEvent.data["stars"].as_integer()
    figures = {
        "filed": Figure(filed),
        "urgent": Figure(and_(filed, Ticket.urgent)),
        "claimed": Figure(kind == kinds.CLAIM),
        **{name: Figure(kind == closing) for name, closing in kinds.CLOSINGS.items()},
        "reopened": Figure(kind.in_(kinds.REOPENING)),
        "misrouted": Figure(and_(kind == kinds.SEND_BACK, TicketEvent.actor != kinds.CITIZEN)),
        "rated": Figure(kind == kinds.RATED),
        "stars": Figure(kind == kinds.RATED, stars),
    }
    rows = _of_events(start, end).where(kind.in_(COUNTED_KINDS))
    return Facts(rows, TicketEvent.at, TicketEvent.ticket_id, _keys(_holder_then()), figures)


def met(start: datetime, end: datetime) -> Facts:
    """Agencies' last deadlines, met by a claim or, where there was none, by the citizen's yes."""
    time = Assignment
    settled_at = func.coalesce(time.claimed_at, time.ended_at)
    rows = (
        _of_times()
        .where(time.id.in_(_settled(start, end)), settled_at <= time.solve_by, _its_own())
        .where(settled_at >= start, settled_at < end)
    )
    return Facts(rows, settled_at, time.ticket_id, _keys(time.agency), {"in_time": Figure(true())})


def _settled(start: datetime, end: datetime) -> Select[Any]:
    """Agencies' times with a claim or a yes of that time: found by their events, which are found by their time."""
    time, event = SETTLED, OTHER
    claimed = and_(event.kind == kinds.CLAIM, time.claimed_at == event.at)
    ended = and_(time.claimed_at.is_(None), time.ended_as == kinds.CLOSED, time.ended_at == event.at)
    settled = or_(claimed, and_(event.kind == kinds.CONFIRM, ended))
    return (
        select(time.id)
        .join(event, and_(event.ticket_id == time.ticket_id, settled))
        .where(event.kind.in_((kinds.CLAIM, kinds.CONFIRM)), event.at >= start, event.at < end)
    )


def missed(start: datetime, end: datetime) -> Facts:
    """Agencies' last deadlines that passed with nothing claimed and nothing closed, while it was their turn."""
    time = Assignment
    asked = and_(Ticket.status == kinds.NEEDS_INFO, time.ended_at.is_(None), Ticket.asked_at <= time.solve_by)
    unclaimed = or_(time.claimed_at.is_(None), time.claimed_at > time.solve_by)
    rows = (
        _of_times()
        .where(time.solve_by >= start, time.solve_by < end, unclaimed, _its_own())
        .where(or_(time.ended_at.is_(None), time.ended_at > time.solve_by))
        .where(Ticket.status != kinds.DUPLICATE, func.coalesce(~asked, true()))
    )
    return Facts(rows, time.solve_by, time.ticket_id, _keys(time.agency), {"late": Figure(true())})


def answered(start: datetime, end: datetime) -> Facts:
    """The first date or result that any agency gave for a ticket."""
    earlier = select(OTHER.id).where(
        OTHER.ticket_id == TicketEvent.ticket_id,
        OTHER.id < TicketEvent.id,
        OTHER.kind.in_(kinds.FIRST_ANSWERS),
    )
    first = and_(TicketEvent.kind.in_(kinds.FIRST_ANSWERS), ~earlier.exists())
    return _took(start, end, "answered", first)


def confirmed(start: datetime, end: datetime) -> Facts:
    """Each yes of a citizen that closed a ticket."""
    return _took(start, end, "confirmed", TicketEvent.kind == kinds.CONFIRM)


def alarm(start: datetime, end: datetime) -> Facts:
    """Somebody on duty took an emergency."""
    return _took(start, end, "alarm", TicketEvent.kind == kinds.ALARM_TAKEN)


def _took(start: datetime, end: datetime, measure: str, which: ColumnElement[bool]) -> Facts:
    rows = _of_events(start, end).where(which)
    keys = _keys(_holder_then())
    return Facts(rows, TicketEvent.at, TicketEvent.ticket_id, keys, {measure: Figure(true())})


def _of_events(start: datetime, end: datetime) -> Select[Any]:
    return (
        select()
        .select_from(TicketEvent)
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .where(TicketEvent.at >= start, TicketEvent.at < end)
    )


def _of_times() -> Select[Any]:
    return (
        select()
        .select_from(Assignment)
        .join(Ticket, Ticket.id == Assignment.ticket_id)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
    )


def _keys(agency: SQLColumnExpression[Any]) -> Keys:
    return Keys(agency, Ticket.service, AREA, CAME_BY)


def _holder_then() -> ColumnElement[str]:
    return func.coalesce(TicketEvent.agency, Ticket.agency)


def _its_own() -> ColumnElement[bool]:
    ended_as = Assignment.ended_as
    return or_(ended_as.is_(None), ended_as.not_in(kinds.NOT_ITS_OWN))


def holder_now() -> ColumnElement[str]:
    """Who has a ticket at this moment."""
    return case((Ticket.status == kinds.COORDINATION, kinds.COORDINATORS), else_=Ticket.agency)
