"""Messages with the meaning that people gave them, kept to train the model with."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.orm import Session

from storage.models import Conversation, Example, InboundMessage, User
from storage.queries.sealing import is_near_sealed


class Shown(NamedTuple):
    """An example, and who decided it."""

    example: Example
    by: str


def is_near_a_sealed_case(session: Session, conversation_id: int) -> bool:
    """Whether the citizen of this conversation has told something in confidence: nothing of theirs is kept."""
    near = exists().where(Conversation.id == conversation_id, is_near_sealed())
    return bool(session.scalar(select(near)))


def of_message(session: Session, inbound_id: int) -> Example | None:
    """What was kept of one message."""
    return session.scalar(select(Example).where(Example.inbound_id == inbound_id))


def for_training(session: Session) -> Sequence[Example]:
    """All of them in the order of their decisions; none of somebody who has had a sealed case since."""
    return session.scalars(_open(select(Example)).order_by(Example.created_at, Example.id)).all()


def shown(session: Session, where: Iterable[ColumnElement[bool]], limit: int, offset: int) -> list[Shown]:
    """A page of them, the latest first, with who decided."""
    rows = _open(select(Example, User.email)).join(User, User.id == Example.created_by).where(*where)
    latest = rows.order_by(Example.created_at.desc(), Example.id.desc()).limit(limit).offset(offset)
    return [Shown(*row) for row in session.execute(latest)]


def count(session: Session, where: Iterable[ColumnElement[bool]]) -> int:
    return session.scalar(_open(select(func.count(Example.id))).where(*where)) or 0


def forget(session: Session, conversation_ids: Any) -> None:
    """Somebody wants their data erased: what was kept of their messages as well."""
    theirs = select(InboundMessage.id).where(InboundMessage.conversation_id.in_(conversation_ids))
    session.execute(delete(Example).where(Example.inbound_id.in_(theirs)))


def _open(found: Any) -> Any:
    """Without those of people near a sealed case; that is looked at when they are used, for it may come later."""
    of_message = found.outerjoin(InboundMessage, InboundMessage.id == Example.inbound_id)
    of_talk = of_message.outerjoin(Conversation, Conversation.id == InboundMessage.conversation_id)
    return of_talk.where(~is_near_sealed())
