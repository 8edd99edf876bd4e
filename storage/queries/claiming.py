"""Who may work on what: leases on conversations, and what is due.

PostgreSQL skips rows that another process is just claiming; SQLite lets one transaction write at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Executable,
    Integer,
    String,
    and_,
    bindparam,
    exists,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, joinedload

from storage.models import Conversation, FollowUp, Handover, Heartbeat, InboundMessage, Recheck, Ticket
from storage.queries.people import waits_for_answer
from storage.queries.states import WAITING
from storage.types import UtcDateTime

# Statements are made once: making one costs the worker more than the database needs to answer it.
NOW, UNTIL = bindparam("now", type_=UtcDateTime), bindparam("until", type_=UtcDateTime)
OWNER, LIMIT = bindparam("owner", type_=String), bindparam("limit", type_=Integer)
FREE_SINCE = bindparam("free_since", type_=UtcDateTime)
FIRST_LANE, LAST_LANE = bindparam("first_lane", type_=Integer), bindparam("last_lane", type_=Integer)
EMERGENCY_LANE = 0
ALL_LANES = (EMERGENCY_LANE, 9)


def _claimed_conversations(*conditions: ColumnElement[bool]) -> Executable:
    due = (
        select(Conversation.id)
        .where(
            Conversation.wake_at <= NOW,
            Conversation.lane.between(FIRST_LANE, LAST_LANE),
            or_(Conversation.lease_until.is_(None), Conversation.lease_until < NOW),
            *conditions,
        )
        .order_by(Conversation.lane, Conversation.wake_at, Conversation.id)
        .limit(LIMIT)
        .with_for_update(skip_locked=True)
    )
    return (
        update(Conversation)
        .where(Conversation.id.in_(due.scalar_subquery()))
        .values(lease_owner=OWNER, lease_until=UNTIL, lease_token=Conversation.lease_token + 1)
        .returning(Conversation.id, Conversation.lease_token)
    )


CLAIMED_CONVERSATIONS = _claimed_conversations()
# Emergencies, and what nobody has taken for a while.
LEFT_CONVERSATIONS = _claimed_conversations(
    or_(
        Conversation.lane == EMERGENCY_LANE,
        and_(
            Conversation.wake_at <= FREE_SINCE,
            or_(Conversation.lease_until.is_(None), Conversation.lease_until < FREE_SINCE),
        ),
    )
)
ANY_DUE = select(
    or_(
        exists().where(Conversation.wake_at <= NOW, Conversation.lane.between(FIRST_LANE, LAST_LANE)),
        exists().where(
            InboundMessage.conversation_id.is_(None), InboundMessage.lane.between(FIRST_LANE, LAST_LANE)
        ),
    )
)
OTHERS_ALIVE = select(
    exists().where(Heartbeat.worker != OWNER, Heartbeat.at > bindparam("since", type_=UtcDateTime))
)
HELD_CONVERSATION = (
    select(Conversation)
    .where(Conversation.id == bindparam("conversation"), Conversation.lease_token == bindparam("token"))
    .options(joinedload(Conversation.citizen, innerjoin=True))
    .with_for_update(of=Conversation)
)
# New steps are inserted at once, and known ones are as they were changed in this session: nothing need be flushed.
FOLLOW_UPS_OF_TICKET = select(FollowUp).where(FollowUp.ticket_id == bindparam("ticket"))
FOLLOW_UPS_OF_TICKET = FOLLOW_UPS_OF_TICKET.execution_options(autoflush=False)
ONE_FOLLOW_UP = FOLLOW_UPS_OF_TICKET.where(
    FollowUp.kind == bindparam("kind"), FollowUp.round == bindparam("round")
)
DUE_FOLLOW_UPS = (
    select(FollowUp)
    .where(FollowUp.state == WAITING, FollowUp.due_at <= NOW)
    .options(joinedload(FollowUp.ticket, innerjoin=True).defer(Ticket.story))
    .order_by(FollowUp.due_at, FollowUp.id)
    .limit(LIMIT)
    .with_for_update(skip_locked=True, of=FollowUp)
)
DUE_RECHECKS = (
    select(Recheck)
    .where(Recheck.state == WAITING, Recheck.due_at <= NOW)
    .order_by(Recheck.due_at, Recheck.id)
    .limit(LIMIT)
    .with_for_update(skip_locked=True)
)
OVERDUE_HANDOVERS = (
    select(Handover)
    .where(waits_for_answer(), Handover.due_at <= NOW, Handover.reminded_at.is_(None))
    .order_by(Handover.due_at, Handover.id)
    .limit(LIMIT)
    .with_for_update(skip_locked=True)
)


@dataclass(frozen=True)
class Lease:
    """A conversation in our hands. ``token`` proves it until somebody else has claimed it."""

    conversation_id: int
    token: int


def claim_conversations(
    session: Session,
    owner: str,
    now: datetime,
    limit: int,
    lasting: timedelta,
    patience: timedelta = timedelta(0),
    lanes: tuple[int, int] = ALL_LANES,
) -> list[Lease]:
    """Take up to ``limit`` conversations that are due, emergencies first, then the longest waiting.

    ``patience``: but for emergencies only what has been free for so long. ``lanes``: of these, from the first to
    the last.
    """
    by: dict[str, object] = {"owner": owner, "now": now, "until": now + lasting, "limit": limit}
    by |= {"first_lane": lanes[0], "last_lane": lanes[1]}
    session.flush()  # what was just placed is claimed as well
    if not patience:
        return [Lease(*row) for row in session.connection().execute(CLAIMED_CONVERSATIONS, by)]
    left = session.connection().execute(LEFT_CONVERSATIONS, {**by, "free_since": now - patience})
    return [Lease(*row) for row in left]


def is_any_due(session: Session, now: datetime, lanes: tuple[int, int]) -> bool:
    """Whether a conversation in these lanes is due, or a message has come that has none yet. Locks nothing."""
    return bool(session.scalar(ANY_DUE, {"now": now, "first_lane": lanes[0], "last_lane": lanes[1]}))


def others_alive(session: Session, owner: str, since: datetime) -> bool:
    """Whether another worker than ``owner`` has been seen alive after ``since``."""
    return bool(session.scalar(OTHERS_ALIVE, {"owner": owner, "since": since}))


def hold_lease(session: Session, lease: Lease) -> Conversation | None:
    """The conversation, locked for this transaction; None when the lease has gone to somebody else."""
    return session.scalar(HELD_CONVERSATION, {"conversation": lease.conversation_id, "token": lease.token})


def due_follow_ups(session: Session, now: datetime, limit: int, only: int | None = None) -> Sequence[FollowUp]:
    """Up to ``limit`` follow-ups that are due, or the one of that id, locked until the end of the transaction."""
    due = DUE_FOLLOW_UPS if only is None else DUE_FOLLOW_UPS.where(FollowUp.id == only)
    return session.scalars(due, {"now": now, "limit": limit}).all()


def follow_up(session: Session, ticket_id: int, kind: str, number: int) -> FollowUp | None:
    """One step of a ticket, by what makes it the only one."""
    return session.scalar(ONE_FOLLOW_UP, {"ticket": ticket_id, "kind": kind, "round": number})


def follow_ups_of(session: Session, ticket_id: int) -> Sequence[FollowUp]:
    """All steps of a ticket, whatever became of them."""
    return session.scalars(FOLLOW_UPS_OF_TICKET, {"ticket": ticket_id}).all()


def due_rechecks(session: Session, now: datetime, limit: int, only: int | None = None) -> Sequence[Recheck]:
    """Up to ``limit`` questions that are due to be asked again, or the one of that id, locked as above."""
    due = DUE_RECHECKS if only is None else DUE_RECHECKS.where(Recheck.id == only)
    return session.scalars(due, {"now": now, "limit": limit}).all()


def overdue_handovers(session: Session, now: datetime, limit: int) -> list[Handover]:
    """Up to ``limit`` messages that a person should have answered and nobody was told of, locked."""
    return list(session.scalars(OVERDUE_HANDOVERS, {"now": now, "limit": limit}))
