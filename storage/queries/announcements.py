"""Whom an announcement goes to, which are due, and how far their messages came."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery, and_, bindparam, case, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased, contains_eager, defer

from storage.models import Announcement, Citizen, Conversation, OutboundMessage, Ticket, User
from storage.queries.queue_conditions import by_index
from storage.types import UtcDateTime

WAITING, SENDING, CANCELLED = "waiting", "sending", "cancelled"
STOPPED = "stopped"
DUE = (  # made once, since it is asked at every tick
    select(Announcement.id)
    .where(Announcement.due_at <= bindparam("now", type_=UtcDateTime))
    .order_by(Announcement.id)
)


@dataclass(frozen=True)
class Audience:
    """Tickets in ``statuses``, filed until then, about ``service`` (None: any) in ``areas`` (none: anywhere)."""

    statuses: Sequence[str]
    until: datetime
    service: str | None = None
    areas: Sequence[str] = ()


class Group(NamedTuple):
    """How many people are alike: by channel and language, whether WhatsApp's window is open to them (elsewhere it
    means nothing), whether they have a telephone number."""

    channel: str
    language: str
    is_open: bool
    has_phone: bool
    people: int = 1


class LeftOut(NamedTuple):
    """Whom it does not go to: they asked us not to, are blocked or erased, or cannot be reached at any address."""

    opted_out: int
    blocked: int
    unreachable: int


class Listed(NamedTuple):
    """One announcement, who answers for it, and whether messages of it still wait to go out."""

    announcement: Announcement
    by: str
    has_waiting: bool


def groups(session: Session, audience: Audience, open_since: datetime) -> list[Group]:
    """Everybody it goes to, counted; WhatsApp's window is open to who wrote after ``open_since``."""
    newest = _newest(audience).subquery()
    last = Conversation.last_inbound_at
    people = (
        select(
            Conversation.channel,
            Conversation.language,
            case((or_(last.is_(None), last > open_since), 1), else_=0).label("is_open"),
            case((Citizen.phone_hash.is_not(None), 1), else_=0).label("has_phone"),
        )
        .join(Ticket, Ticket.conversation_id == Conversation.id)
        .join(newest, newest.c.ticket_id == Ticket.id)
        .join(Citizen, Citizen.id == Ticket.citizen_id)
        .subquery()
    )
    alike = list(people.c)
    counted = select(func.count().label("people")).add_columns(*alike).group_by(*alike).order_by(*alike)
    return [
        Group(row.channel, row.language, bool(row.is_open), bool(row.has_phone), row.people)
        for row in session.execute(counted)
    ]


def left_out(session: Session, audience: Audience) -> LeftOut:
    """How many people have such a ticket and are not written to."""
    reachable = func.max(case((Conversation.unreachable_at.is_(None), 1), else_=0))
    asked: Subquery = (
        select(Ticket.citizen_id, reachable.label("reachable"))
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .where(*_matching(audience))
        .group_by(Ticket.citizen_id)
        .subquery()
    )
    barred = or_(Citizen.blocked_at.is_not(None), Citizen.erased_at.is_not(None))
    silent = and_(~barred, Citizen.opted_out_at.is_not(None))
    gone = and_(~barred, Citizen.opted_out_at.is_(None), asked.c.reachable == 0)
    counts = [func.count(case((condition, 1))) for condition in (silent, barred, gone)]
    row = session.execute(select(*counts).join(asked, asked.c.citizen_id == Citizen.id)).one()
    return LeftOut(*(int(count) for count in row))


def recipients(session: Session, audience: Audience, after: int, limit: int) -> list[tuple[int, Conversation]]:
    """The next ``limit`` citizens behind ``after``, by id, with the conversation of their newest such ticket."""
    newest = _newest(audience).where(Ticket.citizen_id > after).order_by(Ticket.citizen_id).limit(limit).subquery()
    found = (
        select(Ticket.citizen_id, Conversation)
        .join(newest, newest.c.ticket_id == Ticket.id)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .join(Conversation.citizen)
        .options(contains_eager(Conversation.citizen), defer(Conversation.dialogue))
        .order_by(Ticket.citizen_id)
    )
    return [(citizen_id, conversation) for citizen_id, conversation in session.execute(found)]


def open_by_area(session: Session, statuses: Collection[str]) -> dict[str, int]:
    """How many tickets that are not sealed are in ``statuses`` in each area that has any."""
    mine = select(Ticket.area, func.count()).where(Ticket.status.in_(statuses), ~Ticket.sealed)
    open_ones = by_index(mine.where(Ticket.area.is_not(None)), "ix_tickets_status_id")
    rows = session.execute(open_ones.group_by(Ticket.area))
    return {area: count for area, count in rows if area is not None}


def without_area(session: Session, audience: Audience) -> int:
    """How many such tickets lie nobody knows in which area."""
    anywhere = Audience(audience.statuses, audience.until, audience.service)
    return session.scalars(select(func.count(Ticket.id)).where(*_matching(anywhere), Ticket.area.is_(None))).one()


def due(session: Session, now: datetime) -> Sequence[int]:
    """The ids of the announcements of which something is to be written."""
    return session.connection().scalars(DUE, {"now": now}).all()


def locked(session: Session, announcement_id: int, *, skip: bool = False) -> Announcement | None:
    """One announcement as it is now, locked for this transaction; ``skip``: None while somebody else has it."""
    found = select(Announcement).where(Announcement.id == announcement_id).with_for_update(skip_locked=skip)
    return session.scalar(found.execution_options(populate_existing=True))


def drafts_of(session: Session, user_id: int) -> Sequence[Announcement]:
    """What somebody wrote and has not started."""
    mine = select(Announcement).where(Announcement.created_by == user_id, Announcement.state == "draft")
    return session.scalars(mine.order_by(Announcement.id)).all()


def newest(session: Session, limit: int) -> list[Listed]:
    """The newest announcements, but for drafts that were thrown away."""
    kept = or_(Announcement.state != STOPPED, Announcement.started_at.is_not(None))
    waiting = exists().where(OutboundMessage.announcement_id == Announcement.id, OutboundMessage.state == WAITING)
    rows = select(Announcement, User.email, waiting).join(User, User.id == Announcement.created_by).where(kept)
    found = session.execute(rows.order_by(Announcement.id.desc()).limit(limit))
    return [Listed(row, by, bool(has_waiting)) for row, by, has_waiting in found]


def backlog(session: Session, announcement_id: int, now: datetime, most: int) -> int:
    """How many of its messages could go out now and still wait; counted up to ``most``."""
    waiting = _waiting(announcement_id).where(OutboundMessage.due_at <= now).limit(most).subquery()
    return session.scalars(select(func.count()).select_from(waiting)).one()


def has_waiting(session: Session, announcement_id: int) -> bool:
    """Whether a message of it still waits to go out, or is just going and may have to be tried again."""
    pending = select(OutboundMessage.id).where(
        OutboundMessage.announcement_id == announcement_id, OutboundMessage.state.in_((WAITING, SENDING))
    )
    return session.scalar(pending.limit(1)) is not None


def cancel_waiting(session: Session, announcement_id: int, error: str) -> int:
    """Cancel its messages that still wait; how many they were."""
    mine = update(OutboundMessage).where(
        OutboundMessage.announcement_id == announcement_id, OutboundMessage.state == WAITING
    )
    cancelled = mine.values(state=CANCELLED, error=error).returning(OutboundMessage.id)
    return len(session.scalars(cancelled.execution_options(synchronize_session=False)).all())


def stopped(session: Session, ids: Collection[int]) -> frozenset[int]:
    """Which of these announcements were stopped: nothing more of them goes out, not even as another attempt."""
    if not ids:
        return frozenset()
    return frozenset(
        session.scalars(select(Announcement.id).where(Announcement.id.in_(ids), Announcement.state == STOPPED))
    )


def states(session: Session, announcement_id: int) -> Mapping[str, int]:
    """How many messages are in which state. What was sent instead of another stands for both."""
    instead = aliased(OutboundMessage)
    is_replaced = select(instead.id).where(instead.instead_of == OutboundMessage.id).exists()
    mine = select(OutboundMessage.state, func.count()).where(
        OutboundMessage.announcement_id == announcement_id, ~is_replaced
    )
    return {state: int(count) for state, count in session.execute(mine.group_by(OutboundMessage.state))}


def costs(session: Session, announcement_id: int) -> dict[str, Decimal]:
    """What it has cost so far, by currency; what was tried in vain included."""
    mine = select(OutboundMessage.currency, func.sum(OutboundMessage.cost)).where(
        OutboundMessage.announcement_id == announcement_id, OutboundMessage.currency.is_not(None)
    )
    rows = session.execute(mine.group_by(OutboundMessage.currency).order_by(OutboundMessage.currency))
    return {currency: amount for currency, amount in rows if currency and amount is not None}


def _matching(audience: Audience) -> list[ColumnElement[bool]]:
    conditions = [
        Ticket.status.in_(audience.statuses),
        ~Ticket.sealed,
        Ticket.created_at <= audience.until,
    ]
    if audience.service is not None:
        conditions.append(Ticket.service == audience.service)
    if audience.areas:
        conditions.append(Ticket.area.in_(audience.areas))
    return conditions


def _newest(audience: Audience) -> Select[int, int]:
    """The newest such ticket of each citizen who may be written to, where an address of theirs works."""
    return (
        select(func.max(Ticket.id).label("ticket_id"), Ticket.citizen_id)
        .join(Citizen, Citizen.id == Ticket.citizen_id)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .where(
            *_matching(audience),
            Citizen.opted_out_at.is_(None),
            Citizen.blocked_at.is_(None),
            Citizen.erased_at.is_(None),
            Conversation.unreachable_at.is_(None),
        )
        .group_by(Ticket.citizen_id)
    )


def _waiting(announcement_id: int) -> Select[int]:
    return select(OutboundMessage.id).where(
        OutboundMessage.announcement_id == announcement_id, OutboundMessage.state == WAITING
    )
