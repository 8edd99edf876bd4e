"""What waits to be told to citizens unasked, and how much they were told lately."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.models import Conversation, Notice, OutboundMessage
from storage.queries.inserting import insert_once

UNSENT = ("cancelled", "failed")


@dataclass(frozen=True)
class Waiting:
    """Something to tell about a ticket. ``key`` names its one occasion; ``more``: values it does not have."""

    key: str
    wording: str
    conversation_id: int
    ticket_id: int
    more: dict[str, Any] | None = None


def wait(session: Session, waiting: Waiting, now: datetime, due: datetime) -> bool:
    """Keep something to tell until ``due``; False when that occasion is known already."""
    row = {**asdict(waiting), "created_at": now, "due_at": due, "state": "waiting"}
    return insert_once(session, Notice, row) is not None


def due(session: Session, now: datetime, limit: int) -> list[tuple[Conversation, list[Notice]]]:
    """What is due, by conversation; up to ``limit`` conversations, locked until the end of the transaction."""
    waiting = select(Notice.conversation_id).where(Notice.state == "waiting", Notice.due_at <= now)
    mine = select(Conversation).where(Conversation.id.in_(waiting)).order_by(Conversation.id).limit(limit)
    held = {row.id: row for row in session.scalars(mine.with_for_update(skip_locked=True))}
    if not held:
        return []
    theirs = select(Notice).where(
        Notice.state == "waiting", Notice.due_at <= now, Notice.conversation_id.in_(held)
    )
    rows = session.scalars(theirs.order_by(Notice.conversation_id, Notice.id))
    return [(held[key], list(group)) for key, group in groupby(rows, key=lambda row: row.conversation_id)]


def told_since(session: Session, citizen_id: int, begins: str, since: datetime) -> Sequence[datetime]:
    """When a citizen was written to unasked since then, oldest first: sentences whose names begin so."""
    mine = (
        select(OutboundMessage.created_at)
        .join(Conversation, Conversation.id == OutboundMessage.conversation_id)
        .where(Conversation.citizen_id == citizen_id, OutboundMessage.created_at > since)
        .where(OutboundMessage.wording.startswith(begins, autoescape=True), OutboundMessage.state.not_in(UNSENT))
    )
    return session.scalars(mine.order_by(OutboundMessage.created_at)).all()


def last_waiting(session: Session, conversation_id: int, wordings: Collection[str]) -> datetime | None:
    """When the last of these sentences that is still to be sent goes out."""
    mine = select(func.max(OutboundMessage.due_at)).where(
        OutboundMessage.conversation_id == conversation_id,
        OutboundMessage.state == "waiting",
        OutboundMessage.wording.in_(wordings),
    )
    return session.scalar(mine)
