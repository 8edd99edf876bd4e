"""What the sender of one channel asks the database: its lease, what is due, what each person was sent lately."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import (
    Executable,
    Integer,
    SmallInteger,
    String,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased, defer, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from storage.models import Conversation, InboundMessage, OutboundMessage, SenderLease
from storage.queries.inserting import insert_missing
from storage.queries.states import SENDING, WAITING
from storage.types import Money, UtcDateTime

# Statements are made once: making one costs the worker more than the database needs to answer it. Those of
# which nobody needs objects go past the ORM, by the session's own connection: that costs less than half.
NOW, UNTIL = bindparam("now", type_=UtcDateTime), bindparam("until", type_=UtcDateTime)
OWNER, LIMIT = bindparam("owner", type_=String), bindparam("limit", type_=Integer)
CHANNEL, LAST_LANE = bindparam("line", type_=String), bindparam("last_lane", type_=SmallInteger)
URGENT, REPLY = 0, 1
CLOCKS_APART = timedelta(minutes=1)  # of several hosts, at most

_other = aliased(OutboundMessage)
# A person's messages go out one after the other; only an emergency does not wait for the one before it.
_FREE = or_(
    OutboundMessage.lane == URGENT,
    OutboundMessage.conversation_id.is_(None),
    ~exists().where(
        _other.state == SENDING,
        _other.conversation_id == OutboundMessage.conversation_id,
        _other.channel == CHANNEL,
    ),
)
_DUE = (OutboundMessage.state == WAITING, OutboundMessage.channel == CHANNEL, OutboundMessage.due_at <= NOW)
FIRST_LANES = (
    select(OutboundMessage.channel, func.min(OutboundMessage.lane))
    .where(OutboundMessage.state == WAITING, OutboundMessage.due_at <= NOW)
    .group_by(OutboundMessage.channel)
)
SENT = (
    update(OutboundMessage)
    .where(
        OutboundMessage.id == bindparam("message", type_=Integer),
        OutboundMessage.state == SENDING,
        OutboundMessage.attempts == bindparam("attempt", type_=Integer),
        OutboundMessage.provider_id.is_(None),
    )
    .values(
        state=bindparam("became", type_=String),
        provider_id=bindparam("sid", type_=String),
        sent_at=func.coalesce(OutboundMessage.sent_at, NOW),
        delivered_at=bindparam("arrived_at", type_=UtcDateTime),
        form=bindparam("as_form", type_=String),
        cost=bindparam("price", type_=Money),
        currency=bindparam("in_currency", type_=String),
        error=None,
        lease_until=None,
    )
)
FIRST_LANE = select(func.min(OutboundMessage.lane)).where(*_DUE)
# A statement for each lane: both go by the index, one for two lanes would read all that is due.
OLDEST_REPLIES = [
    select(func.min(OutboundMessage.due_at)).where(*_DUE, OutboundMessage.lane == lane) for lane in (URGENT, REPLY)
]
IN_ORDER = (OutboundMessage.lane, OutboundMessage.due_at, OutboundMessage.id)
LONGEST_WAITING = (OutboundMessage.due_at, OutboundMessage.id)


def _claim(order: Sequence[object]) -> Executable:
    """As a select of what an update returns: an update by the ORM would be prepared anew each time."""
    due = select(OutboundMessage.id).where(*_DUE, OutboundMessage.lane <= LAST_LANE, _FREE)
    first = due.order_by(*order).limit(LIMIT).with_for_update(skip_locked=True)  # type: ignore[arg-type]
    claimed = (
        update(OutboundMessage)
        .where(OutboundMessage.id.in_(first.scalar_subquery()))
        .values(state="sending", lease_owner=OWNER, lease_until=UNTIL, attempts=OutboundMessage.attempts + 1)
        .returning(OutboundMessage)
    )
    return select(OutboundMessage).from_statement(claimed)


CLAIMED, CLAIMED_BY_AGE = _claim(IN_ORDER), _claim(LONGEST_WAITING)
LEASE = select(SenderLease).where(SenderLease.line == CHANNEL).with_for_update()
CAME_IN = select(func.max(InboundMessage.id), func.count()).where(
    InboundMessage.id > bindparam("seen", type_=Integer), InboundMessage.channel == CHANNEL
)
INSTEAD_OF = select(OutboundMessage).where(OutboundMessage.instead_of == bindparam("message", type_=Integer))
LAST_IN = select(func.coalesce(func.max(InboundMessage.id), 0))
WITH_PEOPLE = (
    select(Conversation)
    .where(Conversation.id.in_(bindparam("ids", expanding=True)))
    .options(joinedload(Conversation.citizen), defer(Conversation.dialogue), defer(Conversation.address))
)
SENT_SINCE = (
    select(OutboundMessage.conversation_id, OutboundMessage.sent_at)
    .where(
        OutboundMessage.conversation_id.in_(bindparam("ids", expanding=True)),
        OutboundMessage.channel == CHANNEL,
        OutboundMessage.sent_at > bindparam("since", type_=UtcDateTime),
        OutboundMessage.sent_at < bindparam("before", type_=UtcDateTime),
    )
    .order_by(OutboundMessage.sent_at)
)


class Held(NamedTuple):
    """A line that is ours. ``is_new``: it was not before; ``idle``: how long ago the one before had to stop."""

    is_new: bool
    idle: timedelta | None


class Note(NamedTuple):
    """What is known of a message once it is sent, beside the time."""

    provider_id: str
    delivered: bool
    form: str | None
    cost: Decimal | None
    currency: str | None


def first_lanes(session: Session, now: datetime) -> dict[str, int]:
    """The channels on which something is due, each with its most pressing lane. Locks nothing."""
    return dict(session.connection().execute(FIRST_LANES, {"now": now}).all())


def note_sent(session: Session, message: OutboundMessage, note: Note, now: datetime) -> bool:
    """Record that the provider took ``message``; False where somebody has said something about it meanwhile."""
    values = {
        "message": message.id,
        "attempt": message.attempts,
        "became": "delivered" if note.delivered else "accepted",
        "sid": note.provider_id,
        "arrived_at": now if note.delivered else None,
        "as_form": note.form,
        "price": note.cost,
        "in_currency": note.currency,
        "now": now,
    }
    return bool(session.connection().execute(SENT, values).rowcount)


def first_lane(session: Session, channel: str, now: datetime) -> int | None:
    """The most pressing lane in which something is due; None where nothing is. Locks nothing."""
    return session.connection().scalar(FIRST_LANE, {"line": channel, "now": now})


def oldest_reply(session: Session, channel: str, now: datetime) -> datetime | None:
    """Since when the longest waiting reply is due; None where none is. Locks nothing."""
    found = (session.scalar(oldest, {"line": channel, "now": now}) for oldest in OLDEST_REPLIES)
    return min(filter(None, found), default=None)


def hold_line(session: Session, channel: str, owner: str, now: datetime, lasting: timedelta) -> Held | None:
    """Make ``owner`` the one sender of this channel until the end of the transaction; None while it is another.

    Taken when nobody has it or its time is over, and renewed when half of it is.
    """
    lease = session.scalar(LEASE, {"line": channel})
    if lease is None:
        insert_missing(session, SenderLease, {"line": channel})
        lease = session.scalars(LEASE, {"line": channel}).one()
    before, until = lease.owner, lease.until
    if before not in (None, owner) and until is not None and until > now:
        return None
    if before != owner or until is None or until - now < lasting / 2:
        lease.owner, lease.until = owner, now + lasting
    return Held(is_new=before != owner, idle=now - until if until and before != owner else None)


def claim(
    session: Session,
    channel: str,
    owner: str,
    now: datetime,
    lasting: timedelta,
    limit: int,
    last_lane: int,
    *,
    by_age: bool = False,
) -> list[OutboundMessage]:
    """Mark up to ``limit`` messages that are due as being sent, those of the first lanes first.

    ``by_age``: whichever has waited longest instead, so that no lane waits for ever.
    """
    by = {"line": channel, "owner": owner, "now": now, "until": now + lasting, "limit": limit}
    found = session.scalars(CLAIMED_BY_AGE if by_age else CLAIMED, {**by, "last_lane": last_lane})
    return sorted(found, key=lambda message: (message.lane, message.id))


def load_people(session: Session, messages: Collection[OutboundMessage]) -> None:
    """Read the conversations of ``messages`` and their citizens as they are now."""
    ids = {message.conversation_id for message in messages if message.conversation_id is not None}
    found = session.scalars(WITH_PEOPLE, {"ids": list(ids)}) if ids else ()
    people = {conversation.id: conversation for conversation in found}
    for message in messages:
        set_committed_value(message, "conversation", people.get(message.conversation_id or 0))


def sent_since(
    session: Session, channel: str, conversations: Collection[int], since: datetime, now: datetime
) -> Mapping[int, list[datetime]]:
    """When each of these was sent something after ``since``, oldest first.

    What was sent long after ``now``, before somebody set the clock back, does not count: it would keep a person
    waiting until then.
    """
    found: dict[int, list[datetime]] = {}
    by = {"ids": list(conversations), "line": channel, "since": since, "before": now + CLOCKS_APART}
    for conversation, at in session.execute(SENT_SINCE, by) if conversations else ():
        if conversation is not None and at is not None:
            found.setdefault(conversation, []).append(at)
    return found


def other_address(session: Session, conversation: Conversation) -> Conversation | None:
    """Where the same citizen wrote to us last on another channel, if it is not known to be dead."""
    others = select(Conversation).where(
        Conversation.citizen_id == conversation.citizen_id,
        Conversation.channel != conversation.channel,
        Conversation.unreachable_at.is_(None),
        Conversation.last_inbound_at.is_not(None),
    )
    return session.scalar(others.order_by(Conversation.last_inbound_at.desc()).limit(1))


def last_way(session: Session, message: OutboundMessage) -> OutboundMessage:
    """The message that says ``message`` by the way that was taken in the end."""
    while message.state == "failed" and (instead := session.scalar(INSTEAD_OF, {"message": message.id})):
        message = instead
    return message


def last_inbound(session: Session) -> int:
    """The id of the newest message that came in; 0 before the first."""
    return session.scalars(LAST_IN).one()


def came_in(session: Session, channel: str, seen: int) -> tuple[int, int]:
    """Up to which id messages are counted now, and how many came in on this channel behind ``seen``."""
    newest, count = session.execute(CAME_IN, {"line": channel, "seen": seen}).one()
    return newest or seen, count
