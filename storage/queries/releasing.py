"""What a process that ends gives back: nobody waits for leases of somebody who is gone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from storage.models import Conversation, MediaFile, OutboundMessage, SenderLease
from storage.queries.states import SENDING, WAITING

A_MOMENT = timedelta(milliseconds=1)


class GivenBack(NamedTuple):
    """How much somebody held. ``unsure``: messages that may or may not have gone out; they are looked up."""

    conversations: int
    files: int
    lines: int
    unsure: int


def give_back_all(session: Session, owner: str, now: datetime) -> GivenBack:
    """End every lease of ``owner``. What a thread of it still does with one of them has no effect any more."""
    held = {"lease_owner": None, "lease_until": None}
    talks = update(Conversation).where(Conversation.lease_owner == owner, Conversation.lease_until.is_not(None))
    files = update(MediaFile).where(MediaFile.lease_owner == owner, MediaFile.lease_until.is_not(None))
    return GivenBack(
        _rows(session, talks.values(**held, lease_token=Conversation.lease_token + 1)),
        _rows(session, files.where(MediaFile.state == WAITING).values(**held, attempts=MediaFile.attempts - 1)),
        _free_line(session, owner, now),
        _to_look_up(session, owner, now),
    )


def shorten(session: Session, owner: str, now: datetime, by: timedelta) -> GivenBack:
    """Have the leases of ``owner``, who is dead, end in ``by`` at the latest, and at once what it was sending."""
    soon, held = now + by, {"lease_until": now + by}
    talks = update(Conversation).where(Conversation.lease_owner == owner, Conversation.lease_until > soon)
    files = update(MediaFile).where(MediaFile.lease_owner == owner, MediaFile.lease_until > soon)
    return GivenBack(
        _rows(session, talks.values(**held)),
        _rows(session, files.where(MediaFile.state == WAITING).values(**held)),
        _free_line(session, owner, now),
        _to_look_up(session, owner, now),
    )


def holders(session: Session) -> list[str]:
    """Everybody who holds anything, by the names in the leases, also in those that are over."""
    held = (
        select(Conversation.lease_owner).where(Conversation.lease_until.is_not(None)),
        select(MediaFile.lease_owner).where(MediaFile.state == WAITING, MediaFile.lease_until.is_not(None)),
        select(OutboundMessage.lease_owner).where(OutboundMessage.state == SENDING),
        select(SenderLease.owner),
    )
    return sorted({owner for one in held for owner in session.scalars(one.distinct()) if owner})


def give_back_conversations(
    session: Session, ids: Sequence[int], owner: str, due_after: datetime, now: datetime
) -> frozenset[int]:
    """Let others have these conversations of ``owner`` from ``now`` on, if they were due after ``due_after``."""
    ours = update(Conversation).where(
        Conversation.id.in_(ids), Conversation.lease_owner == owner, Conversation.wake_at > due_after
    )
    values = {"lease_owner": None, "lease_until": now, "lease_token": Conversation.lease_token + 1}
    given = session.scalars(ours.values(**values).returning(Conversation.id))
    return frozenset(given)


def give_back_unsent(session: Session, message: OutboundMessage) -> bool:
    """Let another process send what this one has claimed and not begun with; being claimed is no attempt."""
    ours = (OutboundMessage.id == message.id, OutboundMessage.state == SENDING)
    unsent = update(OutboundMessage).where(*ours, OutboundMessage.attempts == message.attempts)
    values = {"state": WAITING, "lease_until": None, "attempts": OutboundMessage.attempts - 1}
    return bool(_rows(session, unsent.values(**values)))


def _free_line(session: Session, owner: str, now: datetime) -> int:
    lines = update(SenderLease).where(SenderLease.owner == owner)
    return _rows(session, lines.values(owner=None, until=now))  # it may have sent until now


def _to_look_up(session: Session, owner: str, now: datetime) -> int:
    """Their sender is gone: whoever looks for such messages next finds them (``bot.delivery.doubt``)."""
    unsure = update(OutboundMessage).where(OutboundMessage.lease_owner == owner, OutboundMessage.state == SENDING)
    return _rows(session, unsure.values(lease_until=now - A_MOMENT))


def _rows(session: Session, statement: Any) -> int:
    done = session.execute(statement.execution_options(synchronize_session=False))
    return cast(CursorResult[Any], done).rowcount
