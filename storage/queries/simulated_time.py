"""The simulator's clock: how far it is ahead, and what is due on the way to where it is to go."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, update
from sqlalchemy.orm import Session

from storage.models import (
    Alarm,
    Conversation,
    FollowUp,
    Heartbeat,
    InboundMessage,
    OutboundMessage,
    Recheck,
    SimulatedTime,
)
from storage.queries.inserting import insert_once, ring

THE_ROW = 1
# What has waited longer for its answer waits for the language model, which is asked again every few seconds.
LONGEST_BURST = timedelta(minutes=2)


def ahead(session: Session) -> timedelta:
    """How far the simulated time is ahead of the system's."""
    seconds = session.scalar(select(SimulatedTime.ahead_s).where(SimulatedTime.id == THE_ROW))
    return timedelta(seconds=seconds or 0)


def locked_ahead(session: Session) -> timedelta:
    """The same, while nobody else can move the clock before this transaction ends."""
    insert_once(session, SimulatedTime, {"id": THE_ROW, "ahead_s": 0})
    row = select(SimulatedTime.ahead_s).where(SimulatedTime.id == THE_ROW).with_for_update()
    return timedelta(seconds=session.scalars(row).one())


def advance(session: Session, by: timedelta) -> None:
    """Move the clock by whole seconds, and the workers' signs of life with it: they are as alive as before."""
    seconds = round(by.total_seconds())
    here = update(SimulatedTime).where(SimulatedTime.id == THE_ROW)
    session.execute(here.values(ahead_s=SimulatedTime.ahead_s + seconds))
    for heartbeat in session.scalars(select(Heartbeat)):
        heartbeat.at += timedelta(seconds=seconds)
    ring(session)


def let_go(session: Session, now: datetime) -> None:
    """After going back: what was in somebody's hands or waited to be read does not wait for the future.

    A message that was not read yet counts as received now.
    """
    later = update(InboundMessage).where(InboundMessage.state != "done", InboundMessage.received_at > now)
    session.execute(later.values(received_at=now))
    held = update(Conversation).where(Conversation.lease_until > now).values(lease_until=None, lease_owner=None)
    session.execute(held)
    unread = exists().where(InboundMessage.conversation_id == Conversation.id, InboundMessage.state != "done")
    session.execute(update(Conversation).where(Conversation.wake_at > now, unread).values(wake_at=now))


def is_busy(session: Session, now: datetime) -> bool:
    """Whether something is due or in hand at ``now``, so that the clock had better wait."""
    at_work: tuple[ColumnElement[bool], ...] = (
        exists().where(Alarm.next_at <= now),
        exists().where(FollowUp.state == "waiting", FollowUp.due_at <= now),
        exists().where(Recheck.state == "waiting", Recheck.due_at <= now),
        exists().where(OutboundMessage.state == "waiting", OutboundMessage.due_at <= now),
        exists().where(OutboundMessage.state == "sending"),
        exists().where(or_(Conversation.wake_at <= now, Conversation.lease_until > now)),
        exists().where(InboundMessage.conversation_id.is_(None)),
    )
    return bool(session.scalar(select(or_(*at_work))))


def next_due(session: Session, now: datetime) -> datetime | None:
    """When the next thing falls due after ``now``."""
    return min((found for query in _dues(now) if (found := session.scalar(query))), default=None)


def next_follow_up(session: Session, now: datetime) -> datetime | None:
    """When the next follow-up of any ticket falls due after ``now``."""
    ahead_of_us = select(func.min(FollowUp.due_at))
    return session.scalar(ahead_of_us.where(FollowUp.state == "waiting", FollowUp.due_at > now))


def _dues(now: datetime) -> Iterator[Select[Any]]:
    yield select(func.min(Alarm.next_at)).where(Alarm.next_at > now)
    for model in (FollowUp, OutboundMessage, Recheck):
        yield select(func.min(model.due_at)).where(model.state == "waiting", model.due_at > now)
    asks_again = exists().where(
        InboundMessage.conversation_id == Conversation.id,
        InboundMessage.state == "held",
        InboundMessage.received_at < now - LONGEST_BURST,
    )
    yield select(func.min(Conversation.wake_at)).where(Conversation.wake_at > now, ~asks_again)
