"""What the data warehouse is given: nothing that a person wrote or is known by, and no sealed ticket."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, text, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.models import (
    Assignment,
    Conversation,
    CountedDay,
    FigureCost,
    Figures,
    NightlyExport,
    Ticket,
    TicketEvent,
)
from storage.queries.figures.reading import ALL, CHANNEL

AT_ONCE = 2000
DAY = "day"


class Span(NamedTuple):
    """Of what happened from ``start`` to before ``end``; without a start, of all that ever happened."""

    start: datetime | None
    end: datetime

    def holds(self, column: Any) -> ColumnElement[bool]:
        """Whether ``column`` lies in it."""
        return and_(column < self.end, column >= self.start if self.start else true())


class TicketRow(NamedTuple):
    """A ticket as it stands now. ``claimed_at``: an agency last said that it is done."""

    number: str
    kind: str
    service: str
    agency: str
    area: str | None
    channel: str
    came_by: str | None
    urgent: bool
    status: str
    outcome: str | None
    reopened: int
    rating: int | None
    incident_id: int | None
    created_at: datetime
    forwarded_at: datetime | None
    verified_at: datetime | None
    answered_at: datetime | None
    claimed_at: datetime | None
    closed_at: datetime | None
    verify_by: datetime
    answer_by: datetime
    solve_by: datetime


class EventRow(NamedTuple):
    """Something that happened to a ticket. ``actor`` as in the history."""

    id: int
    number: str
    at: datetime
    kind: str
    actor: str
    agency: str | None
    status: str


def as_of_one_moment(session: Session) -> None:
    """Have everything that is read from now on agree; the first thing that is done in a transaction."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def tickets(session: Session, span: Span) -> Iterator[TicketRow]:
    """Those to which anything happened in that time, by id; none that is sealed."""
    claimed = select(func.max(Assignment.claimed_at)).where(Assignment.ticket_id == Ticket.id).scalar_subquery()
    columns = (
        Ticket.number, Ticket.kind, Ticket.service, Ticket.agency, Ticket.area, Conversation.channel,
        Ticket.came_by, Ticket.urgent, Ticket.status, Ticket.outcome, Ticket.reopened, Ticket.rating,
        Ticket.incident_id, Ticket.created_at, Ticket.forwarded_at, Ticket.verified_at, Ticket.answered_at,
        claimed, Ticket.closed_at, Ticket.verify_by, Ticket.answer_by, Ticket.solve_by,
    )  # fmt: skip
    found = select(*columns).join(Conversation, Conversation.id == Ticket.conversation_id)
    found = found.where(~Ticket.sealed, Ticket.created_at < span.end, _touched(span)).order_by(Ticket.id)
    return (TicketRow(*row) for row in _slowly(session, found))


def events(session: Session, span: Span) -> Iterator[EventRow]:
    """What happened in that time to tickets that are not sealed, in its order."""
    one = TicketEvent
    columns = (one.id, Ticket.number, one.at, one.kind, one.actor, one.agency, one.status)
    found = select(*columns).join(Ticket, Ticket.id == one.ticket_id).where(~Ticket.sealed, span.holds(one.at))
    return (EventRow(*row) for row in _slowly(session, found.order_by(one.id)))


def sealed_since(session: Session, span: Span, kind: str) -> list[str]:
    """The numbers of tickets that became sealed in that time, by the ``kind`` of that event."""
    became = select(TicketEvent.ticket_id).where(TicketEvent.kind == kind, span.holds(TicketEvent.at))
    found = select(Ticket.number).where(Ticket.sealed, Ticket.id.in_(became))
    return list(session.scalars(found.order_by(Ticket.id)))


def sealed_moments(session: Session, span: Span) -> list[tuple[datetime, bool]]:
    """When sealed tickets were filed or closed (then true) in that time: nothing else is told of them."""
    found: list[tuple[datetime, bool]] = []
    for column, is_end in ((Ticket.created_at, False), (Ticket.closed_at, True)):
        moments = session.scalars(select(column).where(Ticket.sealed, span.holds(column)))
        found += [(at, is_end) for at in moments if at is not None]
    return found


def figures(session: Session, last: date, since: datetime | None) -> Iterator[Any]:
    """Daily roll-ups up to ``last`` that were counted after ``since``: of the whole city, and by channel.

    No other dimension: less what the tickets say, it would tell of the sealed ones.
    """
    wanted = and_(Figures.span == DAY, Figures.dimension.in_((ALL, CHANNEL)), _counted(Figures.first, last, since))
    columns = [column for column in Figures.__table__.c if column.name not in ("id", "span")]
    ordered = select(*columns).where(wanted).order_by(Figures.first, Figures.dimension, Figures.key)
    return (row._mapping for row in _slowly(session, ordered))


def costs(session: Session, last: date, since: datetime | None) -> Iterator[Any]:
    """What messages cost on those days, by channel and currency."""
    one = FigureCost
    wanted = and_(one.span == DAY, one.dimension == CHANNEL, _counted(one.first, last, since))
    columns = (one.first, one.key, one.currency, one.received, one.sent, one.amount)
    return iter(session.execute(select(*columns).where(wanted).order_by(one.first, one.key, one.currency)))


def last_export(session: Session) -> tuple[date, datetime] | None:
    """The latest day whose files were written, and when."""
    latest = select(NightlyExport.day, NightlyExport.written_at).order_by(NightlyExport.day.desc()).limit(1)
    row = session.execute(latest).first()
    return (row.day, row.written_at) if row else None


def written_before(session: Session, day: date) -> datetime | None:
    """When the files of the day before ``day`` were written, or of an earlier one."""
    return session.scalar(select(func.max(NightlyExport.written_at)).where(NightlyExport.day < day))


def is_counted(session: Session, day: date, over: datetime) -> bool:
    """Whether a day was counted after it was ``over``."""
    counted = select(CountedDay.day).where(CountedDay.day == day, CountedDay.counted_at >= over)
    return session.scalar(counted) is not None


def note(session: Session, day: date, rows: dict[str, int], now: datetime) -> None:
    """Write down that the files of a day are there."""
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = make(NightlyExport).values(day=day, written_at=now, rows=rows)
    again = {"written_at": now, "rows": rows}
    session.execute(row.on_conflict_do_update(index_elements=[NightlyExport.day], set_=again))


def _touched(span: Span) -> ColumnElement[bool]:
    if span.start is None:
        return true()
    happened = select(TicketEvent.ticket_id).where(span.holds(TicketEvent.at))
    return Ticket.id.in_(happened)  # filing a ticket is an event, too


def _counted(first: Any, last: date, since: datetime | None) -> ColumnElement[bool]:
    anew = exists().where(CountedDay.day == first, CountedDay.counted_at >= since) if since else true()
    return and_(first <= last, anew)


def _slowly(session: Session, statement: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    """Row by row, without ever having all of them in memory; closed when its reader stops early."""
    with session.execute(statement.execution_options(yield_per=AT_ONCE)) as rows:
        yield from rows
