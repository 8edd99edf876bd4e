"""What the week's report tells besides the roll-ups: what is overdue, emergencies, praise, checks of claims.

Never a text, a name or a number of a citizen; of a sealed ticket its own number and its dates alone.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.models import Alarm, Claim, ClaimDraw, CountedDay, Digest, Ticket, TicketEvent, WeeklyReport
from storage.queries.evidence import NOT_OK, OK
from storage.queries.incidents import is_follower
from storage.queries.queue_conditions import BY_DEADLINE, by_index

PRAISE, BY_PRAISE = "apresiasi", "ix_tickets_praise"


class Overdue(NamedTuple):
    """A case whose deadline is over. ``service``, ``area`` and ``agency`` are empty where it is sealed."""

    number: str
    sealed: bool
    service: str
    area: str | None
    agency: str
    solve_by: datetime


class Emergency(NamedTuple):
    """An emergency of the week, and when a person took it; ``is_closed``: it needs nobody any more."""

    number: str
    sealed: bool
    service: str
    area: str | None
    filed_at: datetime
    taken_at: datetime | None
    is_closed: bool


class Praised(NamedTuple):
    """How many thanks to one agency nobody has passed on yet."""

    agency: str
    thanks: int


class Sampled(NamedTuple):
    """How the claims of one agency that were drawn for a look came out. ``waiting``: nobody has looked yet."""

    agency: str
    drawn: int
    ok: int
    not_ok: int

    @property
    def checked(self) -> int:
        return self.ok + self.not_ok

    @property
    def waiting(self) -> int:
        return self.drawn - self.checked


class Drawn(NamedTuple):
    """How many claims there were in a week, and how many of them were drawn."""

    week: str
    claims: int
    drawn: int


def overdue(session: Session, statuses: Collection[str], now: datetime, limit: int) -> tuple[int, list[Overdue]]:
    """How many cases are overdue, and those that are so longest; what several report is one case."""
    is_one = or_(Ticket.incident_id.is_(None), ~is_follower())
    late = and_(Ticket.solve_by <= now, Ticket.closed_at.is_(None), Ticket.status.in_(statuses), is_one)
    columns = (Ticket.number, Ticket.sealed, Ticket.service, Ticket.area, Ticket.agency, Ticket.solve_by)
    total = by_index(select(func.count()).select_from(Ticket).where(late), BY_DEADLINE).scalar_subquery()
    longest = by_index(select(total, *columns).where(late), BY_DEADLINE)
    rows = session.execute(longest.order_by(Ticket.solve_by, Ticket.id).limit(limit)).all()
    return rows[0][0] if rows else 0, [_sealed(Overdue(*row[1:])) for row in rows]


def emergencies(session: Session, start: datetime, end: datetime, limit: int) -> list[Emergency]:
    """Those filed in that time: whom nobody took first, then those that waited longest."""
    about = (Ticket.number, Ticket.sealed, Ticket.service, Ticket.area, Ticket.created_at)
    columns = (*about, Alarm.taken_at, Ticket.closed_at.is_not(None))
    filed = and_(Ticket.urgent, Ticket.created_at >= start, Ticket.created_at < end)
    found = select(*columns).outerjoin(Alarm, Alarm.ticket_id == Ticket.id).where(filed)
    rows = [Emergency(*row) for row in session.execute(found)]
    waited = sorted(rows, key=lambda one: (one.taken_at or end) - one.filed_at, reverse=True)
    settled = sorted(waited, key=lambda one: one.taken_at is not None or one.is_closed)
    return [_without_place(one) for one in settled[:limit]]


def praise_waiting(
    session: Session, before: datetime, start: datetime, end: datetime
) -> tuple[list[Praised], int]:
    """Thanks from ``start`` on that nobody has telephoned about, by agency, most first; and how many from
    ``before`` to ``start``."""
    called = exists().where(TicketEvent.ticket_id == Ticket.id, TicketEvent.kind == "called")
    thanks = and_(Ticket.kind == literal(PRAISE, literal_execute=True), ~Ticket.sealed)
    within = and_(Ticket.created_at >= before, Ticket.created_at < end, ~called)
    new = func.count(Ticket.id).filter(Ticket.created_at >= start)
    counted = select(Ticket.agency, new, func.count(Ticket.id) - new).where(thanks, within)
    rows = session.execute(
        by_index(counted, BY_PRAISE).group_by(Ticket.agency).order_by(new.desc(), Ticket.agency)
    )
    found = rows.all()
    return [Praised(agency, count) for agency, count, _ in found if count], sum(older for _, _, older in found)


def draws(session: Session, weeks: int) -> list[Drawn]:
    """The last draws, the latest first."""
    latest = select(ClaimDraw.week, ClaimDraw.claims, ClaimDraw.drawn).order_by(ClaimDraw.week.desc()).limit(weeks)
    return [Drawn(*row) for row in session.execute(latest)]


def samples(session: Session, weeks: Sequence[str]) -> list[Sampled]:
    """The claims that were drawn in these weeks, by agency, those with most that was not in order first."""
    bad = _number(Claim.verdict == NOT_OK)
    counts = (func.count(Claim.id), _number(Claim.verdict == OK), bad)
    drawn = select(Claim.agency, *counts).where(Claim.sampled_week.in_(weeks)).group_by(Claim.agency)
    rows = session.execute(drawn.order_by(bad.desc(), func.count(Claim.id).desc(), Claim.agency))
    return [Sampled(*row) for row in rows]


def first_ticket_at(session: Session) -> datetime | None:
    """When the first report came in; None in an empty city."""
    return session.scalar(select(Ticket.created_at).order_by(Ticket.created_at).limit(1))


def counted_days(session: Session, first: date, last: date, after: datetime) -> int:
    """How many of these days were counted; the last of them counts only when that was done after it was over."""
    days = select(func.count(CountedDay.day)).where(CountedDay.day.between(first, last))
    is_final = (CountedDay.day < last) | (CountedDay.counted_at >= after)
    return session.scalar(days.where(is_final)) or 0


def last_counted(session: Session, first: date, last: date) -> date | None:
    """The latest of these days that was counted."""
    return session.scalar(select(func.max(CountedDay.day)).where(CountedDay.day.between(first, last)))


def is_written(session: Session, week: str) -> bool:
    """Whether the report of that week is there."""
    return session.scalar(select(WeeklyReport.week).where(WeeklyReport.week == week)) is not None


def keep(session: Session, week: str, page: str, now: datetime) -> bool:
    """Keep the report of a week; False where somebody else has: that row is the right to send it."""
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = make(WeeklyReport).values(week=week, written_at=now, page=page)
    return session.scalar(row.on_conflict_do_nothing().returning(WeeklyReport.week)) is not None


def reports(session: Session, limit: int) -> list[tuple[str, datetime]]:
    """The weeks that have a report, with when it was written, the latest first."""
    known = select(WeeklyReport.week, WeeklyReport.written_at).order_by(WeeklyReport.week.desc()).limit(limit)
    return [(row.week, row.written_at) for row in session.execute(known)]


def listed_until(session: Session, kind: str) -> datetime | None:
    """Up to when a reader's list has told what the ladder gathered for it."""
    return session.scalar(select(Digest.done_at).where(Digest.kind == kind, Digest.target == ""))


def settle_list(session: Session, kind: str, now: datetime) -> None:
    """What was gathered for a reader's list up to now has been told."""
    told = update(Digest).where(Digest.kind == kind, Digest.target == "", Digest.due_at <= now)
    session.execute(told.values(done_at=now, due_at=None))


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(Claim.id).filter(condition)


def _sealed(case: Overdue) -> Overdue:
    return case._replace(service="", area=None, agency="") if case.sealed else case


def _without_place(case: Emergency) -> Emergency:
    return case._replace(service="", area=None) if case.sealed else case
