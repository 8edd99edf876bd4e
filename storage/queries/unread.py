"""What of claimed conversations has not been dealt with yet, and how fast it came."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session, aliased

from storage.models import InboundMessage


class Unread(NamedTuple):
    """A message, and when the message ``nth`` places before it in its conversation came; None for no such."""

    message: InboundMessage
    nth_before: datetime | None


def unread(session: Session, conversation_ids: Sequence[int], nth: int) -> list[Unread]:
    """Everything that is not done in these conversations, oldest first: one statement, whatever their number."""
    rows = session.execute(
        select(InboundMessage, _nth_before(nth))
        .where(InboundMessage.conversation_id.in_(conversation_ids), InboundMessage.state != "done")
        .order_by(InboundMessage.id)
    )
    return [Unread(*row) for row in rows]


def _nth_before(nth: int) -> ScalarSelect[datetime]:
    earlier = aliased(InboundMessage)
    return (
        select(earlier.received_at)
        .where(earlier.conversation_id == InboundMessage.conversation_id, earlier.id < InboundMessage.id)
        .order_by(earlier.id.desc())
        .offset(nth - 1)
        .limit(1)
        .scalar_subquery()
    )
