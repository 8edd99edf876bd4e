"""What has been kept for as long as the city wants to keep it: found without reading all there is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from storage.models import (
    Citizen,
    Conversation,
    Handover,
    InboundMessage,
    MediaFile,
    OutboundMessage,
    RetentionMark,
    RightsRequest,
    Ticket,
)
from storage.queries.media import KEPT
from storage.queries.states import DONE

# Its time: when the last of the tickets was closed that have been deleted.
FIGURES = "figures"
IN_HAND = ("waiting", "sending", "in_doubt")
OTHER = aliased(Ticket)


class Class(NamedTuple):
    """Tickets that have times of their own. ``urgent`` None: whether or not."""

    sealed: bool
    urgent: bool | None

    @property
    def conditions(self) -> tuple[ColumnElement[bool], ...]:
        """Said as the indexes of migration 0011 have it: equal values first."""
        urgent = (False, True) if self.urgent is None else (self.urgent,)
        return Ticket.sealed.is_(self.sealed), Ticket.urgent.in_(urgent)


def to_anonymise(of: Class, cutoff: datetime) -> Select[Any]:
    """Ids of tickets that were closed before ``cutoff`` and still say what they were about.

    One told in the same words as another that is open waits for it, and so does one of which a last word is on its
    way.
    """
    found = select(Ticket.id).where(*of.conditions, Ticket.closed_at.is_not(None), Ticket.anonymised_at.is_(None))
    return found.where(Ticket.closed_at < cutoff, ~_told_with_an_open_one(), ~_has_more_to_say())


def to_delete(of: Class, cutoff: datetime) -> Select[Any]:
    """Ids of anonymised tickets that were closed before ``cutoff``."""
    found = select(Ticket.id).where(*of.conditions, Ticket.anonymised_at.is_not(None))
    return found.where(Ticket.closed_at.is_not(None), Ticket.closed_at < cutoff)


def some(session: Session, found: Select[Any], limit: int) -> Sequence[int]:
    """The first of these tickets by their closing, locked; none that somebody is at."""
    first = found.order_by(Ticket.closed_at, Ticket.id).limit(limit)
    return session.scalars(first.with_for_update(skip_locked=True, of=Ticket)).all()


def count(session: Session, found: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(found.subquery())) or 0


def mark(session: Session, name: str) -> RetentionMark:
    """How far that work has come; begun where it has not."""
    row = session.get(RetentionMark, name)
    if row is None:
        row = RetentionMark(name=name, through=0)
        session.add(row)
        session.flush()
    return row


def through(session: Session, name: str) -> int:
    row = session.get(RetentionMark, name)
    return row.through if row else 0


def read_until(session: Session, name: str) -> datetime | None:
    row = session.get(RetentionMark, name)
    return row.at if row else None


def next_rows(session: Session, key: Any, at: Any, after: int, limit: int) -> list[tuple[int, datetime]]:
    """The next rows by their ids with the time that decides; ids grow with it."""
    rows = session.execute(select(key, at).where(key > after).order_by(key).limit(limit)).all()
    return [(row[0], row[1]) for row in rows]


def without_ticket(session: Session, ids: Sequence[int]) -> Sequence[int]:
    """Of these messages those that have done their work and became no ticket."""
    wanted = InboundMessage.id.in_(ids), InboundMessage.ticket_id.is_(None), InboundMessage.state == DONE
    return session.scalars(select(InboundMessage.id).where(*wanted, InboundMessage.cleared_at.is_(None))).all()


def settled(session: Session, ids: Sequence[int], *, to_citizens: bool) -> Sequence[OutboundMessage]:
    """Of these messages those that have come to their end, are about no ticket, and still say something."""
    talks = OutboundMessage.conversation_id
    wanted = talks.is_not(None) if to_citizens else talks.is_(None)
    found = select(OutboundMessage).where(
        OutboundMessage.id.in_(ids),
        OutboundMessage.ticket_id.is_(None),
        OutboundMessage.state.not_in(IN_HAND),
        OutboundMessage.cleared_at.is_(None),
        wanted,
    )
    return session.scalars(found).all()


def old_files(cutoff: datetime) -> Select[Any]:
    """Ids of kept files from before ``cutoff``, of tickets that were closed before it, or of none."""
    found = select(MediaFile.id).join(InboundMessage, InboundMessage.id == MediaFile.inbound_id)
    ticket = found.outerjoin(Ticket, Ticket.id == InboundMessage.ticket_id)
    is_over = or_(InboundMessage.ticket_id.is_(None), Ticket.closed_at < cutoff)
    return ticket.where(MediaFile.state == KEPT, MediaFile.created_at < cutoff, is_over)


def with_nothing_left(session: Session, ids: tuple[int, int], cutoff: datetime, limit: int) -> Sequence[Citizen]:
    """Citizens behind the first of ``ids`` up to the second who have nothing open here and have been silent since
    ``cutoff``: the first ``limit``, locked."""
    found = select(Citizen).where(Citizen.id > ids[0], Citizen.id <= ids[1], *_nothing_left(cutoff))
    return session.scalars(found.order_by(Citizen.id).limit(limit).with_for_update(skip_locked=True)).all()


def nothing_left(cutoff: datetime) -> Select[Any]:
    return select(Citizen.id).where(*_nothing_left(cutoff))


def _nothing_left(cutoff: datetime) -> tuple[ColumnElement[bool], ...]:
    talk = Conversation.citizen_id == Citizen.id
    spoke = exists().where(talk, or_(Conversation.last_inbound_at >= cutoff, Conversation.created_at >= cutoff))
    ticket = exists().where(Ticket.citizen_id == Citizen.id)
    asked = exists().where(RightsRequest.citizen_id == Citizen.id, RightsRequest.done_at.is_(None))
    waits = exists().where(talk, Handover.conversation_id == Conversation.id, Handover.answered_at.is_(None))
    unread = exists().where(talk, InboundMessage.conversation_id == Conversation.id, InboundMessage.state != DONE)
    unsent = exists().where(
        talk, OutboundMessage.conversation_id == Conversation.id, OutboundMessage.state.in_(IN_HAND)
    )
    old = and_(Citizen.erased_at.is_(None), Citizen.created_at < cutoff)
    return old, ~ticket, ~spoke, ~asked, ~waits, ~unread, ~unsent


def _has_more_to_say() -> ColumnElement[bool]:
    return exists().where(OutboundMessage.ticket_id == Ticket.id, OutboundMessage.state.in_(IN_HAND))


def _told_with_an_open_one() -> ColumnElement[bool]:
    """One text about several matters: its first ticket has the text, the others point there."""
    first = and_(OTHER.id == Ticket.linked_to, OTHER.closed_at.is_(None))
    others = and_(OTHER.linked_to == Ticket.id, OTHER.closed_at.is_(None))
    return or_(exists().where(first), exists().where(others))
