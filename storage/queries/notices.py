"""What waits to be told to citizens unasked, and how much they were told lately."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from storage.models import Conversation, Notice, OutboundMessage, Ticket
from storage.queries.inserting import insert_once
from storage.queries.states import WAITING

UNSENT = ("cancelled", "failed")

IS_DUE = (Notice.state == WAITING, Notice.due_at <= bindparam("now"))
DUE_CONVERSATIONS = (
    select(Conversation)
    .where(Conversation.id.in_(select(Notice.conversation_id).where(*IS_DUE)))
    .order_by(Conversation.id)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
)
DUE_IN = (
    select(Notice)
    .where(*IS_DUE, Notice.conversation_id.in_(bindparam("conversations", expanding=True)))
    .options(joinedload(Notice.ticket, innerjoin=True).joinedload(Ticket.citizen, innerjoin=True))
    .order_by(Notice.conversation_id, Notice.id)
)
WAITING_ABOUT = (
    select(Notice)
    .join(Notice.ticket)
    .where(Notice.state == WAITING, Ticket.number.in_(bindparam("numbers", expanding=True)))
    .options(contains_eager(Notice.ticket))
)
LAST_WAITING = select(func.max(OutboundMessage.due_at)).where(
    OutboundMessage.conversation_id == bindparam("conversation"),
    OutboundMessage.state == WAITING,
    OutboundMessage.wording.in_(bindparam("wordings", expanding=True)),
)


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


def due(
    session: Session, now: datetime, limit: int, only: int | None = None
) -> list[tuple[Conversation, list[Notice]]]:
    """What is due, by conversation; up to ``limit`` conversations, or the one of that id, locked until the end of
    the transaction.
    """
    which = DUE_CONVERSATIONS if only is None else DUE_CONVERSATIONS.where(Conversation.id == only)
    held = {row.id: row for row in session.scalars(which, {"now": now, "limit": limit})}
    if not held:
        return []
    rows = session.scalars(DUE_IN, {"now": now, "conversations": list(held)})
    return [(held[key], list(group)) for key, group in groupby(rows, key=lambda row: row.conversation_id)]


def waiting_about(session: Session, numbers: Collection[str]) -> Sequence[Notice]:
    """What waits to be told about the tickets of these numbers."""
    return session.scalars(WAITING_ABOUT, {"numbers": list(numbers)}).all() if numbers else ()


def told_since(session: Session, citizen_id: int, begins: str, since: datetime) -> Sequence[datetime]:
    """When a citizen was written to unasked since then, oldest first: sentences whose names begin so.

    What was announced to many (``bot.announcements.announcements``) does not count: it is no news of their own
    report.
    """
    return session.connection().scalars(_told(begins), {"citizen": citizen_id, "since": since}).all()


@cache
def _told(begins: str) -> Select[datetime]:
    return (
        select(OutboundMessage.created_at)
        .join(Conversation, Conversation.id == OutboundMessage.conversation_id)
        .where(Conversation.citizen_id == bindparam("citizen"), OutboundMessage.created_at > bindparam("since"))
        .where(OutboundMessage.announcement_id.is_(None))
        .where(OutboundMessage.wording.startswith(begins, autoescape=True), OutboundMessage.state.not_in(UNSENT))
        .order_by(OutboundMessage.created_at)
    )


def last_waiting(session: Session, conversation_id: int, wordings: Collection[str]) -> datetime | None:
    """When the last of these sentences that is still to be sent goes out."""
    return session.connection().scalar(LAST_WAITING, {"conversation": conversation_id, "wordings": list(wordings)})
