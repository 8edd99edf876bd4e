"""Alarms, and who is to hear of them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, contains_eager, defer, joinedload

from storage.models import Alarm, Conversation, OutboundMessage, Shift, Ticket, User


def due_alarms(session: Session, now: datetime, limit: int, only: int | None = None) -> Sequence[Alarm]:
    """Up to ``limit`` alarms whose next round is due, or the one of that id, locked until the transaction ends."""
    return session.scalars(
        select(Alarm)
        .where(Alarm.next_at <= now, *([] if only is None else [Alarm.id == only]))
        .order_by(Alarm.next_at, Alarm.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def locked_alarm(session: Session, alarm_id: int) -> Alarm | None:
    """One alarm as it is now, locked until the end of the transaction."""
    found = select(Alarm).where(Alarm.id == alarm_id).with_for_update()
    return session.scalar(found.execution_options(populate_existing=True))


def untaken(session: Session, open_statuses: Collection[str], limit: int) -> Sequence[Alarm]:
    """The alarms about open tickets that nobody has taken, the longest waiting first, with their tickets."""
    waiting = select(Alarm).join(Alarm.ticket).where(Alarm.taken_at.is_(None), Ticket.status.in_(open_statuses))
    shown = waiting.options(contains_eager(Alarm.ticket).options(defer(Ticket.story)))
    return session.scalars(shown.order_by(Alarm.id).limit(limit)).all()


def active(session: Session, roles: Collection[str]) -> Sequence[User]:
    """Everybody with one of ``roles`` whose account is not disabled."""
    return session.scalars(_active(roles).order_by(User.email)).all()


def reachable(session: Session, roles: Collection[str]) -> Sequence[User]:
    """Those of them who have a telephone."""
    return session.scalars(_active(roles).where(User.phone.is_not(None)).order_by(User.id)).all()


def on_shift(session: Session, now: datetime) -> frozenset[int]:
    """The ids of the users whose shift covers ``now``."""
    return frozenset(session.scalars(select(Shift.user_id).where(Shift.starts_at <= now, Shift.ends_at > now)))


def shifts_after(session: Session, now: datetime, limit: int) -> Sequence[Shift]:
    """The shifts that have not ended, the earliest first, with their people."""
    coming = select(Shift).where(Shift.ends_at > now).order_by(Shift.starts_at, Shift.id).limit(limit)
    return session.scalars(coming.options(joinedload(Shift.user))).all()


def same_shift(session: Session, user_id: int, starts_at: datetime, ends_at: datetime) -> Shift | None:
    """The shift of that person at exactly that time."""
    same = select(Shift).where(Shift.user_id == user_id, Shift.starts_at == starts_at, Shift.ends_at == ends_at)
    return session.scalar(same.limit(1))


def by_phone(session: Session, phone_hash: str, roles: Collection[str]) -> User | None:
    """The active user whose telephone that is."""
    return session.scalar(_active(roles).where(User.phone_hash == phone_hash).order_by(User.id).limit(1))


def last_written(session: Session, phone_hash: str, channel: str) -> datetime | None:
    """When somebody last wrote to us from that telephone."""
    theirs = select(Conversation.last_inbound_at).where(
        Conversation.channel == channel,
        Conversation.citizen.has(phone_hash=phone_hash),
        Conversation.last_inbound_at.is_not(None),
    )
    return session.scalar(theirs.order_by(Conversation.last_inbound_at.desc()).limit(1))


def told(session: Session, ticket_id: int, wordings: Collection[str]) -> Sequence[OutboundMessage]:
    """The alarms that were written about a ticket, oldest first."""
    mine = select(OutboundMessage).where(OutboundMessage.ticket_id == ticket_id)
    return session.scalars(mine.where(OutboundMessage.wording.in_(wordings)).order_by(OutboundMessage.id)).all()


def latest_told(
    session: Session, user_id: int, open_statuses: Collection[str], wordings: Collection[str]
) -> Alarm | None:
    """The untaken alarm of which this user was told last."""
    about = (
        select(Alarm)
        .join(Alarm.ticket)
        .join(OutboundMessage, OutboundMessage.ticket_id == Ticket.id)
        .where(Alarm.taken_at.is_(None), Ticket.status.in_(open_statuses))
        .where(OutboundMessage.wording.in_(wordings), OutboundMessage.key.like(f"alarm:%:{user_id}"))
    )
    return session.scalar(about.order_by(OutboundMessage.id.desc()).limit(1))


def was_told(session: Session, user_id: int, ticket_id: int, wordings: Collection[str]) -> bool:
    """Whether this user was told of the alarm about that ticket."""
    theirs = exists().where(
        OutboundMessage.ticket_id == ticket_id,
        OutboundMessage.wording.in_(wordings),
        OutboundMessage.key.like(f"alarm:%:{user_id}"),
    )
    return bool(session.scalar(select(theirs)))


def told_about(
    session: Session, user_id: int, ticket_ids: Collection[int], wordings: Collection[str]
) -> frozenset[int]:
    """Those of the tickets of whose alarms this user was told."""
    if not ticket_ids:
        return frozenset()
    theirs = select(OutboundMessage.ticket_id).where(
        OutboundMessage.ticket_id.in_(ticket_ids),
        OutboundMessage.wording.in_(wordings),
        OutboundMessage.key.like(f"alarm:%:{user_id}"),
    )
    return frozenset(ticket_id for ticket_id in session.scalars(theirs) if ticket_id is not None)


def alarm_about(session: Session, number: str) -> Alarm | None:
    """The alarm about the ticket of that number."""
    return session.scalar(select(Alarm).join(Alarm.ticket).where(Ticket.number == number))


def _active(roles: Collection[str]) -> Select[User]:
    return select(User).where(User.disabled_at.is_(None), User.role.in_(roles))
