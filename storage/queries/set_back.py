"""After the clock was set back: what a clock that was ahead has put off is brought to the present.

Nobody remembers that a clock was ahead, and nobody need: a row that was made in the future, and a lease that ends
later than any lease does, cannot be right. Hosts whose clocks differ by less than ``SLACK`` are not meddled with.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Delete, Update, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from storage.models import (
    Alarm,
    Conversation,
    FollowUp,
    Heartbeat,
    InboundMessage,
    MediaFile,
    OutboundMessage,
    SenderLease,
    Ticket,
)
from storage.queries.states import DONE, IN_DOUBT, SENDING, WAITING

SLACK = timedelta(minutes=1)
# Longer than any lease on a conversation, a message, a file or a line, with some room.
LONGEST_LEASE = timedelta(minutes=5)
LONGEST_PAUSE_OF_FILES = timedelta(minutes=35)
FORWARD = "forward"


def bring_to_present(session: Session, now: datetime, alarm_pause: timedelta) -> int:
    """Have nothing wait for a time that a wrong clock has shown; how many rows that concerned.

    ``alarm_pause``: how long an alarm rests at most between two rounds.
    """
    if not session.scalar(select(or_(*_signs(now, alarm_pause)))):
        return 0
    return _messages(session, now) + sum(_rows(session, change) for change in _changes(now, alarm_pause))


def _signs(now: datetime, alarm_pause: timedelta) -> Iterator[ColumnElement[bool]]:
    """Whether there is anything at all: nearly always not, and then nothing is locked."""
    future = now + SLACK
    yield exists().where(InboundMessage.state != DONE, InboundMessage.received_at > future)
    yield exists().where(Conversation.wake_at > future, Conversation.last_inbound_at > future)
    yield exists().where(_written_ahead(future))
    yield exists().where(
        _held_too_long(OutboundMessage.lease_until, now), OutboundMessage.state.in_((SENDING, IN_DOUBT))
    )
    yield exists().where(_held_too_long(SenderLease.until, now))
    yield exists().where(Heartbeat.at > future)
    yield exists().where(Alarm.next_at > now + alarm_pause + SLACK)
    yield exists().where(MediaFile.state == WAITING, MediaFile.due_at > now + LONGEST_PAUSE_OF_FILES)
    yield exists().where(FollowUp.state == WAITING, FollowUp.due_at > future, _forwards_ahead(future))


def _messages(session: Session, now: datetime) -> int:
    """What waits to be sent keeps its distance from when it was written."""
    rows = session.scalars(select(OutboundMessage).where(_written_ahead(now + SLACK))).all()
    for row in rows:
        row.created_at, row.due_at = now, now + max(row.due_at - row.created_at, timedelta(0))
    return len(rows)


def _changes(now: datetime, alarm_pause: timedelta) -> Iterator[Update | Delete]:
    future, free = now + SLACK, {"lease_until": None, "lease_owner": None}
    talk, out, file = Conversation, OutboundMessage, MediaFile
    yield (
        update(InboundMessage)
        .where(InboundMessage.state != DONE, InboundMessage.received_at > future)
        .values(received_at=now)
    )
    # Whoever has it in hand finds that it is not theirs any more, and changes nothing.
    yield (
        update(talk)
        .where(talk.wake_at.is_not(None), _held_too_long(talk.lease_until, now))
        .values(**free, lease_token=talk.lease_token + 1)
    )
    yield update(talk).where(talk.wake_at > future, talk.last_inbound_at > future).values(wake_at=now)
    # Found in doubt, and looked up: it may have gone out.
    yield update(out).where(out.state == SENDING, _held_too_long(out.lease_until, now)).values(lease_until=now)
    yield (
        update(out)
        .where(out.state == IN_DOUBT, _held_too_long(out.lease_until, now))
        .values(lease_until=now, sent_at=now)
    )
    yield update(SenderLease).where(_held_too_long(SenderLease.until, now)).values(owner=None, until=now)
    yield delete(Heartbeat).where(Heartbeat.at > future)
    yield update(Alarm).where(Alarm.next_at > now + alarm_pause + SLACK).values(next_at=now)
    yield (
        update(file)
        .where(file.state == WAITING, file.due_at > now + LONGEST_PAUSE_OF_FILES)
        .values(**free, due_at=now)
    )
    step = update(FollowUp).where(FollowUp.state == WAITING, FollowUp.due_at > future, _forwards_ahead(future))
    yield step.values(due_at=now)


def _written_ahead(future: datetime) -> ColumnElement[bool]:
    out = OutboundMessage
    return (out.state == WAITING) & (out.created_at > future) & (out.due_at > future)


def _forwards_ahead(future: datetime) -> ColumnElement[bool]:
    """The forwarding of a report that was filed in the future: its agency must not learn of it tomorrow."""
    filed = exists().where(Ticket.id == FollowUp.ticket_id, Ticket.created_at > future)
    return (FollowUp.kind == FORWARD) & filed


def _held_too_long(until: Any, now: datetime) -> ColumnElement[bool]:
    return cast("ColumnElement[bool]", until > now + LONGEST_LEASE)


def _rows(session: Session, change: Update | Delete) -> int:
    done = session.execute(change.execution_options(synchronize_session=False))
    return cast(CursorResult[Any], done).rowcount
