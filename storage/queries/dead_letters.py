"""Dead letters: messages that got through by no way and wait for a person."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal_column, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from storage.models import Conversation, OutboundMessage, Ticket

_instead = aliased(OutboundMessage)
_about, _theirs, _talk = aliased(Ticket), aliased(Ticket), aliased(Conversation)
# Letters to the outside have no conversation; alarms to people on duty neither, but those are named otherwise.
TO_AGENCIES = ("mail", "agency_case")


class Class(NamedTuple):
    """How many dead letters failed for one reason; ``failure`` is None where nobody noted it."""

    failure: str | None
    messages: int


def is_dead() -> ColumnElement[bool]:
    """For a query over outbound messages: failed, not dealt with, and not said by another way instead."""
    return and_(
        OutboundMessage.state == literal_column("'failed'"),  # as in the index's own condition
        OutboundMessage.settled_at.is_(None),
        ~exists().where(_instead.instead_of == OutboundMessage.id),
    )


def count(session: Session) -> int:
    """How many there are."""
    return session.scalars(select(func.count(OutboundMessage.id)).where(is_dead())).one()


def classes(session: Session) -> list[Class]:
    """How many there are of each class, the most first."""
    counted = select(OutboundMessage.failure, func.count(OutboundMessage.id)).where(is_dead())
    found = session.execute(counted.group_by(OutboundMessage.failure))
    return sorted((Class(*row) for row in found), key=lambda one: (-one.messages, one.failure or ""))


def newest(
    session: Session, limit: int, before: int | None = None, failure: str | None = None
) -> Sequence[OutboundMessage]:
    """The newest of them (of one class), older than the message ``before``; with their citizens."""
    found = _of_class(failure)
    if before is not None:
        found = found.where(OutboundMessage.id < before)
    people = joinedload(OutboundMessage.conversation).joinedload(Conversation.citizen)
    return session.scalars(found.order_by(OutboundMessage.id.desc()).limit(limit).options(people)).all()


def locked(session: Session, message_id: int) -> tuple[OutboundMessage, bool] | None:
    """A message until the end of the transaction, and whether it is dead; None where there is none."""
    wanted = select(OutboundMessage).where(OutboundMessage.id == message_id).with_for_update()
    row = session.scalar(wanted.execution_options(populate_existing=True))
    if row is None:
        return None
    # Asked behind the lock: a colleague may just have dealt with it.
    dead = session.scalar(select(OutboundMessage.id).where(OutboundMessage.id == message_id, is_dead()))
    return row, dead is not None


def some_of_class(
    session: Session, failure: str, after: int, limit: int, *, sealed: bool
) -> Sequence[OutboundMessage]:
    """Up to ``limit`` behind the message ``after``, the oldest first, locked; without ``sealed`` none that may be
    about a sealed case."""
    found = _of_class(failure).where(OutboundMessage.id > after)
    if not sealed:
        found = found.where(~_is_near_sealed())
    return session.scalars(found.order_by(OutboundMessage.id).limit(limit).with_for_update()).all()


def tickets_of(session: Session, messages: Collection[OutboundMessage]) -> Mapping[int, Ticket]:
    """The tickets that these messages are about, by id."""
    ids = {message.ticket_id for message in messages if message.ticket_id is not None}
    return {ticket.id: ticket for ticket in session.scalars(select(Ticket).where(Ticket.id.in_(ids)))}


def to_agency(session: Session, ticket_id: int) -> Sequence[OutboundMessage]:
    """Dead letters about a ticket to its agency, its head or the coordinators, the newest first."""
    letters = and_(OutboundMessage.ticket_id == ticket_id, OutboundMessage.wording.in_(TO_AGENCIES))
    found = select(OutboundMessage).where(letters, OutboundMessage.conversation_id.is_(None), is_dead())
    return session.scalars(found.order_by(OutboundMessage.id.desc())).all()


def _of_class(failure: str | None) -> Select[OutboundMessage]:
    found = select(OutboundMessage).where(is_dead())
    return found.where(OutboundMessage.failure == failure) if failure else found


def _is_near_sealed() -> ColumnElement[bool]:
    """Whether a message is about a sealed ticket, or to somebody who has ever had one."""
    to_them = (_talk.id == OutboundMessage.conversation_id, _theirs.citizen_id == _talk.citizen_id)
    return or_(
        exists().where(_about.id == OutboundMessage.ticket_id, _about.sealed),
        exists().where(*to_them, _theirs.sealed),
    )
