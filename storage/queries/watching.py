"""How things stand, for whoever watches: what waits where and since when. Ends of indexes, never whole tables.

What waits is counted no further than ``MOST_COUNTED``; nothing here reads what is over, however much there is.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Session

from storage.leading import TICKER_LOCK
from storage.models import (
    Alarm,
    Conversation,
    CountedDay,
    FigureCost,
    FollowUp,
    Handover,
    Heartbeat,
    InboundMessage,
    LastBackup,
    MediaFile,
    Notice,
    OutboundMessage,
    Quarantine,
    Recheck,
    Reconciliation,
    Ticket,
)
from storage.queries.dead_letters import is_dead
from storage.queries.handovers import is_light, is_unsure
from storage.queries.people import HOLD
from storage.queries.states import DONE, SENDING, WAITING
from storage.types import UtcDateTime

MOST_COUNTED = 10_000
HOUR = timedelta(hours=1)
PATIENCE_MS = 3_000
# Lanes of messages that came in: emergencies, and all others.
LANES_IN = (0, 1)
# What a worker says of its language model; nothing where it has none.
ANSWERS, SILENT = "answers", "silent"

NOW, SOON, SINCE = (bindparam(name, type_=UtcDateTime) for name in ("now", "soon", "since"))


class Waiting(NamedTuple):
    """So many of something, told apart by up to two words, the oldest since ``oldest``."""

    what: str
    one: str | None
    other: str | None
    many: int
    oldest: datetime | None


class Cost(NamedTuple):
    """What the messages of a channel cost today; ``currency`` is empty where they have no price."""

    channel: str
    currency: str
    amount: Decimal


class Marks(NamedTuple):
    """``counted``: when figures were counted last, ``day`` the last day of them; ``size`` in bytes."""

    day: date | None
    counted: datetime | None
    size: int


def be_brief(session: Session) -> None:
    """Whoever watches must not make it worse: on PostgreSQL nothing here may take longer than ``PATIENCE_MS``."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SET LOCAL statement_timeout = {PATIENCE_MS}"))


def inbound(session: Session) -> list[Waiting]:
    """Messages that had no effect yet, by lane; ``oldest`` of those that nobody has looked at: one statement."""
    row = session.execute(INBOUND).one()
    return [
        Waiting("inbound", str(lane), None, row[2 * n] or 0, row[2 * n + 1]) for n, lane in enumerate(LANES_IN)
    ]


def queues(session: Session, now: datetime) -> list[Waiting]:
    """What the worker has to do now: one statement."""
    return _waiting(session, QUEUES, now)


def people(session: Session, now: datetime) -> list[Waiting]:
    """What waits for people: one statement."""
    return _waiting(session, PEOPLE, now)


def lately(session: Session, now: datetime) -> list[Waiting]:
    """What the last hour brought, signs of life, how far reconciliation came, the backup: one statement."""
    return _waiting(session, LATELY, now)


def costs(session: Session, today: date) -> list[Cost]:
    """What messages cost on the day ``today``, as counted so far."""
    found = select(FigureCost.key, FigureCost.currency, FigureCost.amount).where(
        FigureCost.span == "day", FigureCost.dimension == "channel", FigureCost.first == today
    )
    return [Cost(*row) for row in session.execute(found)]


def marks(session: Session) -> Marks:
    """How far figures are counted, and how large the database is."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    size = "(SELECT page_count * page_size FROM pragma_page_count, pragma_page_size)"
    latest: list[Any] = [
        select(func.max(column)).scalar_subquery() for column in (CountedDay.day, CountedDay.counted_at)
    ]
    found: Any = literal_column(size if on_sqlite else "pg_database_size(current_database())")
    row: Any = session.execute(select(*latest, found)).one()
    return Marks(row[0], row[1], int(row[2]))


def leader_age(session: Session) -> float | None:
    """Seconds since the ticking worker connected; None where there is no leader, and on SQLite."""
    if session.get_bind().dialect.name == "sqlite":
        return None
    found = session.scalar(LEADER, {"key": TICKER_LOCK})
    return None if found is None else float(found)


def _waiting(session: Session, statement: Any, now: datetime) -> list[Waiting]:
    times = {"now": now, "soon": now + HOUR, "since": now - HOUR}
    return [Waiting(*row) for row in session.execute(statement, times)]


def _word(text_: str) -> ColumnElement[str]:
    return literal_column(f"'{text_}'", String)


NOTHING: ColumnElement[Any] = cast(null(), String)
NEVER: ColumnElement[Any] = cast(null(), UtcDateTime)


def _row(what: str, found: Any, oldest: Any = NEVER, one: Any = NOTHING, other: Any = NOTHING) -> Select[Any]:
    """One line of a report over ``found``, a condition or several."""
    conditions = found if isinstance(found, tuple) else (found,)
    line = select(_word(what), one, _text(other), func.count(), oldest).where(*conditions)
    apart = [part for part in (one, other) if part is not NOTHING]
    return line.group_by(*apart) if apart else line


def _text(column: Any) -> Any:
    return column if isinstance(column.type, String) else cast(column, String)


def _up_to(found: Select[Any], what: str, one: Any = NOTHING) -> Select[Any]:
    """One line that counts no further than ``MOST_COUNTED``."""
    some = found.limit(MOST_COUNTED).subquery()
    return select(_word(what), one, NOTHING, func.count(), NEVER).select_from(some)


def _inbound() -> Select[Any]:
    parts: list[Any] = []
    for lane in LANES_IN:
        waiting = select(InboundMessage.id).where(
            InboundMessage.state != DONE, InboundMessage.lane == literal_column(str(lane))
        )
        unread = waiting.where(InboundMessage.state == literal_column("'new'"))
        first = unread.with_only_columns(InboundMessage.received_at).order_by(InboundMessage.id).limit(1)
        parts.append(select(func.count()).select_from(waiting.limit(MOST_COUNTED).subquery()).scalar_subquery())
        parts.append(first.scalar_subquery())
    return select(*parts)


def _queues() -> Any:
    """``sending`` and ``in_doubt`` as in the condition of their index, word for word."""
    out, talk, file = OutboundMessage, Conversation, MediaFile
    since = case((out.state == SENDING, out.due_at), else_=out.sent_at)
    unsettled: Any = literal_column("state IN ('sending', 'in_doubt')")
    hold = or_(talk.lease_until.is_(None), talk.lease_until < NOW)
    return union_all(
        _row("outbound", (out.state == WAITING, out.due_at <= NOW), func.min(out.due_at), out.channel, out.lane),
        _row("unsettled", (unsettled,), func.min(since), out.state),
        _up_to(select(InboundMessage.id).where(InboundMessage.conversation_id.is_(None)), "unplaced"),
        _row("conversations", (talk.wake_at <= NOW, hold), func.min(talk.wake_at)),
        _row("media", (file.state == WAITING, file.due_at <= NOW), func.min(file.due_at)),
        _row("follow_ups", (FollowUp.state == WAITING, FollowUp.due_at <= NOW), func.min(FollowUp.due_at)),
        _row("follow_ups_next_hour", (FollowUp.state == WAITING, FollowUp.due_at > NOW, FollowUp.due_at <= SOON)),
        _row("notices", (Notice.state == WAITING, Notice.due_at <= NOW), func.min(Notice.due_at)),
        _row("rechecks", (Recheck.state == WAITING, Recheck.due_at <= NOW), func.min(Recheck.due_at)),
    )  # fmt: skip


def _people() -> Any:
    """Emergencies by the index of what stands in front of every list, so that those of years ago are not read."""
    waits = Handover.answered_at.is_(None)
    kind = case((is_light(), _word("questions")), (is_unsure(), _word("unsure")), else_=_word("held"))
    late = (waits, Handover.reason != HOLD, Handover.due_at <= NOW)
    first = (Ticket.closed_at.is_(None), or_(Ticket.urgent, Ticket.priority > literal_column("0")), Ticket.urgent)
    untaken = select(_word("emergencies"), NOTHING, NOTHING, func.count(), func.min(Alarm.created_at)).select_from(
        Ticket
    )
    untaken = untaken.join(Alarm, Alarm.ticket_id == Ticket.id).where(*first, Alarm.taken_at.is_(None))
    dead = select(OutboundMessage.failure).where(is_dead()).limit(MOST_COUNTED).subquery()
    return union_all(
        _row("handovers", (waits,), func.min(Handover.created_at), kind),
        _row("handovers_late", late, func.min(Handover.due_at), kind),
        untaken.with_hint(Ticket, "INDEXED BY ix_tickets_first", "sqlite"),
        select(_word("dead_letters"), dead.c.failure, NOTHING, func.count(), NEVER).group_by(dead.c.failure),
        _up_to(select(Quarantine.id), "quarantine"),
    )


def _lately() -> Any:
    kind = case((Ticket.urgent, _word("emergency")), else_=Ticket.kind)
    model = case((Heartbeat.has_model.is_(True), _word(ANSWERS)), (Heartbeat.has_model.is_(False), _word(SILENT)))
    return union_all(
        _row("filed", (Ticket.created_at > SINCE, Ticket.created_at <= NOW), one=kind),
        _row("closed", (Ticket.closed_at > SINCE, Ticket.closed_at <= NOW), one=kind),
        select(_word("heartbeat"), Heartbeat.worker, model, literal_column("1"), Heartbeat.at),
        select(_word("reconciled"), Reconciliation.line, NOTHING, literal_column("1"), Reconciliation.done_at),
        select(_word("backup"), NOTHING, NOTHING, literal_column("1"), LastBackup.made_at),
    )


# Made once: making them takes longer than the database needs to answer.
INBOUND, QUEUES, PEOPLE, LATELY = _inbound(), _queues(), _people(), _lately()
LEADER = text(
    "SELECT EXTRACT(epoch FROM clock_timestamp() - max(a.backend_start)) "
    "FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid "
    "WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 "
    "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND (l.classid::bigint << 32) + l.objid::bigint = :key"
)
ALL_STATEMENTS: Sequence[Any] = (INBOUND, QUEUES, PEOPLE, LATELY)
