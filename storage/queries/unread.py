"""What of claimed conversations has not been dealt with yet, and how fast it came."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Integer, ScalarSelect, bindparam, select
from sqlalchemy.orm import Session, aliased, defer

from storage.models import InboundMessage
from storage.queries.states import DONE


class Unread(NamedTuple):
    """A message, and when the message ``nth`` places before it in its conversation came; None for no such."""

    message: InboundMessage
    nth_before: datetime | None


def _nth_before() -> ScalarSelect[datetime]:
    earlier = aliased(InboundMessage)
    return (
        select(earlier.received_at)
        .where(earlier.conversation_id == InboundMessage.conversation_id, earlier.id < InboundMessage.id)
        .order_by(earlier.id.desc())
        .offset(bindparam("nth", type_=Integer) - 1)
        .limit(1)
        .scalar_subquery()
    )


UNREAD = (
    select(InboundMessage, _nth_before())
    .where(
        InboundMessage.conversation_id.in_(bindparam("conversations", expanding=True)),
        InboundMessage.state != DONE,
    )
    .options(defer(InboundMessage.raw), defer(InboundMessage.address))  # encrypted, and no turn reads them
    .order_by(InboundMessage.id)
)


def unread(session: Session, conversation_ids: Sequence[int], nth: int) -> list[Unread]:
    """Everything that is not done in these conversations, oldest first: one statement, whatever their number."""
    return [Unread(*row) for row in session.execute(UNREAD, {"conversations": conversation_ids, "nth": nth})]
