"""Messages that failed lately, counted for those who have to do something about it.

When a message failed is not kept: it counts from its last attempt (``sent_at``, else ``due_at``), also where the
report came later. Only the newest failures are looked at, for this is asked every second.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, literal, literal_column, select
from sqlalchemy.orm import Session, aliased

from storage.models import OutboundMessage

LOOKED_AT = 2_000
REFUSED = "refused"

_told = aliased(OutboundMessage)
_tried_at = func.coalesce(OutboundMessage.sent_at, OutboundMessage.due_at)
# As it stands in the condition of the index over dead letters, or that would not be taken.
_unsettled = and_(OutboundMessage.state == literal_column("'failed'"), OutboundMessage.settled_at.is_(None))
_newest = (
    select(
        OutboundMessage.id,
        OutboundMessage.channel,
        OutboundMessage.failure,
        OutboundMessage.error,
        _tried_at.label("at"),
    )
    .where(_unsettled)
    .order_by(OutboundMessage.id.desc())
    .limit(LOOKED_AT)
    .subquery()
)


class Failing(NamedTuple):
    """Messages of one channel that failed with one code; ``last``: when the newest was tried last."""

    channel: str
    failure: str
    error: str | None
    messages: int
    first: datetime
    last: datetime


def failing(session: Session, classes: Collection[str], since: datetime) -> Sequence[Failing]:
    """What failed with one of these classes since then, the most first."""
    columns = (_newest.c.channel, _newest.c.failure, _newest.c.error)
    counted = select(*columns, func.count(), func.min(_newest.c.at), func.max(_newest.c.at))
    lately = counted.where(_newest.c.failure.in_(classes), _newest.c.at > since).group_by(*columns)
    return sorted((Failing(*row) for row in session.execute(lately)), key=lambda one: -one.messages)


def known_keys(session: Session, keys: Collection[str]) -> frozenset[str]:
    """Those of these letters that were written already."""
    wanted = select(OutboundMessage.key).where(OutboundMessage.key.in_(keys))
    return frozenset(session.scalars(wanted)) if keys else frozenset()


def untold_letters(session: Session, limit: int) -> Sequence[OutboundMessage]:
    """Letters about tickets that did not arrive and of which nobody was told yet, the oldest first."""
    letters = and_(OutboundMessage.channel == "email", OutboundMessage.ticket_id.is_not(None))
    among = OutboundMessage.id.in_(select(_newest.c.id))
    found = select(OutboundMessage).where(among, letters, ~_is_alert(), ~_is_told())
    return session.scalars(found.order_by(OutboundMessage.id).limit(limit)).all()


def _is_alert() -> ColumnElement[bool]:
    return OutboundMessage.key.startswith(f"{REFUSED}:", autoescape=True)


def _is_told() -> ColumnElement[bool]:
    key = literal(f"{REFUSED}:") + cast(OutboundMessage.ticket_id, String) + ":0"
    return exists().where(_told.key == key)
