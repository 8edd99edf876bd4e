"""Who may work on what: leases on conversations and outbound messages.

PostgreSQL skips rows that another process is just claiming; SQLite lets one transaction write at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from storage.models import Conversation, FollowUp, Handover, OutboundMessage, Recheck
from storage.queries.people import waits_for_answer


@dataclass(frozen=True)
class Lease:
    """A conversation in our hands. ``token`` proves it until somebody else has claimed it."""

    conversation_id: int
    token: int


def claim_conversations(
    session: Session, owner: str, now: datetime, limit: int, lasting: timedelta
) -> list[Lease]:
    """Take up to ``limit`` conversations that are due, emergencies first, then the longest waiting."""
    due = (
        select(Conversation.id)
        .where(Conversation.wake_at <= now, _is_free(now))
        .order_by(Conversation.lane, Conversation.wake_at, Conversation.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claim = (
        update(Conversation)
        .where(Conversation.id.in_(due.scalar_subquery()))
        .values(lease_owner=owner, lease_until=now + lasting, lease_token=Conversation.lease_token + 1)
        .returning(Conversation.id, Conversation.lease_token)
        .execution_options(synchronize_session=False)
    )
    return [Lease(*row) for row in session.execute(claim)]


def hold_lease(session: Session, lease: Lease) -> Conversation | None:
    """The conversation, locked for this transaction; None when the lease has gone to somebody else."""
    return session.scalar(
        select(Conversation)
        .where(Conversation.id == lease.conversation_id, Conversation.lease_token == lease.token)
        .with_for_update()
    )


def claim_outbound(
    session: Session, owner: str, now: datetime, limit: int, lasting: timedelta
) -> list[OutboundMessage]:
    """Take up to ``limit`` messages that are due and mark them as being sent."""
    due = (
        select(OutboundMessage.id)
        .where(OutboundMessage.state == "waiting", OutboundMessage.due_at <= now)
        .order_by(OutboundMessage.lane, OutboundMessage.due_at, OutboundMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claim = (
        update(OutboundMessage)
        .where(OutboundMessage.id.in_(due.scalar_subquery()))
        .values(
            state="sending",
            lease_owner=owner,
            lease_until=now + lasting,
            attempts=OutboundMessage.attempts + 1,
        )
        .returning(OutboundMessage)
        .execution_options(synchronize_session=False)
    )
    return sorted(session.scalars(claim), key=lambda message: (message.lane, message.id))


def due_follow_ups(session: Session, now: datetime, limit: int) -> Sequence[FollowUp]:
    """Up to ``limit`` follow-ups that are due, locked until the end of the transaction."""
    return session.scalars(
        select(FollowUp)
        .where(FollowUp.state == "waiting", FollowUp.due_at <= now)
        .order_by(FollowUp.due_at, FollowUp.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def follow_up(session: Session, ticket_id: int, kind: str, number: int) -> FollowUp | None:
    """One step of a ticket, by what makes it the only one."""
    found = select(FollowUp).where(FollowUp.ticket_id == ticket_id, FollowUp.kind == kind)
    return session.scalar(found.where(FollowUp.round == number))


def due_rechecks(session: Session, now: datetime, limit: int) -> Sequence[Recheck]:
    """Up to ``limit`` questions that are due to be asked again, locked until the end of the transaction."""
    return session.scalars(
        select(Recheck)
        .where(Recheck.state == "waiting", Recheck.due_at <= now)
        .order_by(Recheck.due_at, Recheck.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def overdue_handovers(session: Session, now: datetime, limit: int) -> list[Handover]:
    """Up to ``limit`` messages that a person should have answered and nobody was told of, locked."""
    late = select(Handover).where(waits_for_answer(), Handover.due_at <= now, Handover.reminded_at.is_(None))
    rows = late.order_by(Handover.due_at, Handover.id).limit(limit).with_for_update(skip_locked=True)
    return list(session.scalars(rows))


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(Conversation.lease_until.is_(None), Conversation.lease_until < now)
