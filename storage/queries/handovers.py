"""What waits for a person: messages that the system was not sure of, and light questions, by deadline."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, defer, joinedload

from storage.models import AuditEntry, Conversation, Handover, InboundMessage, OutboundMessage
from storage.queries.people import BLOCK, HOLD

# What somebody wants an answer to; everything else that waits is still to be understood.
LIGHT = ("question", "person", "data")
# Of a conversation so much is looked through for the messages that a handover is about.
LOOKED_THROUGH, LOOK_BACK = 50, timedelta(days=1)


def is_unsure() -> ColumnElement[bool]:
    """Handovers in which a person must say what is meant."""
    return and_(Handover.answered_at.is_(None), Handover.reason.not_in((*LIGHT, HOLD, BLOCK)))


def is_light() -> ColumnElement[bool]:
    """Handovers that are answered with a few sentences."""
    return and_(Handover.answered_at.is_(None), Handover.reason.in_(LIGHT))


def waiting(session: Session, which: ColumnElement[bool], limit: int) -> tuple[list[Handover], int]:
    """Those of one kind, each with its conversation and citizen, the oldest deadline first; and their number."""
    found = select(Handover, func.count().over()).where(which).order_by(Handover.due_at, Handover.id).limit(limit)
    people = joinedload(Handover.conversation).joinedload(Conversation.citizen)
    rows = session.execute(found.options(people)).all()
    return [handover for handover, _ in rows], rows[0][1] if rows else 0


def locked(session: Session, handover_id: int) -> Handover | None:
    """One handover as it is now, locked until the end of the transaction."""
    found = select(Handover).where(Handover.id == handover_id).with_for_update()
    return session.scalar(found.execution_options(populate_existing=True))


def messages_before(session: Session, handover: Handover) -> Sequence[InboundMessage]:
    """What its conversation had received when it was handed over, a day back at most, oldest first."""
    found = select(InboundMessage).where(
        InboundMessage.conversation_id == handover.conversation_id,
        InboundMessage.received_at <= handover.created_at,
        InboundMessage.received_at >= handover.created_at - LOOK_BACK,
    )
    newest = found.order_by(InboundMessage.id.desc()).limit(LOOKED_THROUGH)
    hidden = (defer(InboundMessage.raw), defer(InboundMessage.address))
    return session.scalars(newest.options(*hidden)).all()[::-1]


def was_said(session: Session, conversation_id: int, wording: str, since: datetime) -> bool:
    """Whether the sentence ``wording`` was written in that conversation since then."""
    said = select(OutboundMessage.id).where(
        OutboundMessage.conversation_id == conversation_id,
        OutboundMessage.wording == wording,
        OutboundMessage.created_at >= since,
    )
    return session.scalar(said.limit(1)) is not None


def opened_by_others(
    session: Session, handover_ids: Collection[int], user_id: int, action: str, since: datetime
) -> frozenset[int]:
    """Which of these a colleague has looked at since then, as the audit has it under ``action``."""
    subjects = {f"handover:{handover_id}": handover_id for handover_id in handover_ids}
    if not subjects:
        return frozenset()
    seen = select(AuditEntry.subject).where(
        AuditEntry.subject.in_(subjects),
        AuditEntry.action == action,
        AuditEntry.user_id != user_id,
        AuditEntry.at >= since,
    )
    return frozenset(subjects[subject] for subject in session.scalars(seen.distinct()))
