"""Subscriptions to events: those that there are, what is new for each, and what of it waits in the outbox."""

import time
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session, aliased

from storage.models import Citizen, OutboundMessage, Subscription, Ticket, TicketEvent, User
from storage.queries.open311 import Public, is_public
from storage.queries.states import FAILED, WAITING

CHANNEL = "subscriber"
# Why a row of the outbox was cancelled.
ENDED, SEALED = "ended", "sealed"
# When those of a suspended subscription are due: never, until somebody takes it up.
PARKED = datetime(9999, 1, 1, tzinfo=UTC)
# Whoever inserts into the history holds this lock from before it is given an id until its transaction ends.
WRITERS = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND relation = 'ticket_events'::regclass AND mode = 'RowExclusiveLock'"
    " AND pid IS DISTINCT FROM pg_backend_pid()"
)
LOOKS, PAUSE_S = 10, 0.02

_earlier = aliased(TicketEvent)


class Happened(NamedTuple):
    """One event of a ticket. ``n``: the how manieth of those that are told of; ``before``: who held the ticket
    until then, None for nobody."""

    event: TicketEvent
    ticket: Ticket
    n: int
    before: str | None


class Listed(NamedTuple):
    """A subscription with who made it, how much of it waits in the outbox, and how much is not written yet."""

    subscription: Subscription
    owner: str | None
    waiting: int
    behind: int


def waits(session: Session, sender: str) -> int:
    """How many messages wait in the outbox for one subscription."""
    return session.scalar(select(func.count()).where(*_waiting(), _named(sender))) or 0


def active(session: Session) -> Sequence[Subscription]:
    """Those that are posted to, in their order."""
    live = (Subscription.ended_at.is_(None), Subscription.suspended_at.is_(None))
    return session.scalars(select(Subscription).where(*live).order_by(Subscription.id)).all()


def locked(session: Session, subscription_id: int) -> Subscription | None:
    """A subscription that has not ended, until the end of the transaction."""
    wanted = select(Subscription).where(Subscription.id == subscription_id, Subscription.ended_at.is_(None))
    return session.scalar(wanted.with_for_update().execution_options(populate_existing=True))


def settled_until(session: Session) -> int | None:
    """The newest event behind which no older one will appear any more; None where that cannot be said now.

    PostgreSQL gives out ids before it is known which transaction commits first, so the newest visible id is safe
    only once all who were writing when it was read have ended. Waits a moment for those; asks in READ COMMITTED.
    """
    newest = session.scalar(select(func.coalesce(func.max(TicketEvent.id), 0)))
    if session.get_bind().dialect.name != "postgresql":
        return newest
    writing = set(session.scalars(WRITERS))
    for _ in range(LOOKS):
        if not writing:
            return newest
        time.sleep(PAUSE_S)
        writing &= set(session.scalars(WRITERS))
    return newest if not writing else None


def newest_event(session: Session) -> int:
    """The newest event that can be seen; 0 before the first."""
    return session.scalar(select(func.coalesce(func.max(TicketEvent.id), 0))) or 0


def happened(
    session: Session,
    after: int,
    until: int,
    kinds: Collection[str],
    told: Collection[str],
    agency: str | None,
    limit: int,
) -> Sequence[Happened]:
    """Up to ``limit`` events of these kinds behind ``after``, the oldest first, with their tickets.

    ``told``: all kinds that are told of to anybody, by which they are counted. ``agency``: only while it held the
    ticket, and the event with which it stopped to.
    """
    mine = and_(_earlier.ticket_id == TicketEvent.ticket_id, _earlier.kind.in_(told))
    number = select(func.count()).where(mine, _earlier.id <= TicketEvent.id).scalar_subquery()
    before = (
        select(_earlier.agency)
        .where(mine, _earlier.id < TicketEvent.id)
        .order_by(_earlier.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = (
        select(TicketEvent, Ticket, number, before)
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .where(TicketEvent.id > after, TicketEvent.id <= until, TicketEvent.kind.in_(kinds))
    )
    if agency is not None:
        found = found.where(or_(TicketEvent.agency == agency, before == agency))
    return [Happened(*row) for row in session.execute(found.order_by(TicketEvent.id).limit(limit))]


def first_of_kind(
    session: Session, ticket_ids: Collection[int], kind: str, since: datetime
) -> Sequence[tuple[TicketEvent, Ticket]]:
    """Their event of this kind, where it is not older than ``since``."""
    if not ticket_ids:
        return ()
    mine = (TicketEvent.ticket_id.in_(ticket_ids), TicketEvent.kind == kind, TicketEvent.at >= since)
    found = select(TicketEvent, Ticket).join(Ticket, Ticket.id == TicketEvent.ticket_id).where(*mine)
    return [(event, ticket) for event, ticket in session.execute(found.order_by(TicketEvent.id))]


def public_among(session: Session, public: Public, ticket_ids: Collection[int]) -> frozenset[int]:
    """Those of these tickets that everybody may see now, as Open311 has it."""
    return frozenset(session.scalars(select(Ticket.id).where(Ticket.id.in_(ticket_ids), is_public(public))))


def kept_among(session: Session, ticket_ids: Collection[int]) -> frozenset[int]:
    """Those that their agency has and may be told of: not sealed, neither they nor their citizen forgotten."""
    known = (Ticket.sealed.is_(False), Ticket.anonymised_at.is_(None), Citizen.erased_at.is_(None))
    found = select(Ticket.id).join(Citizen, Citizen.id == Ticket.citizen_id).where(*known)
    return frozenset(session.scalars(found.where(Ticket.id.in_(ticket_ids), Ticket.forwarded_at.is_not(None))))


def told_among(session: Session, subscription_id: int, ticket_ids: Collection[int]) -> frozenset[int]:
    """Those of which something was written for a subscription before."""
    if not ticket_ids:
        return frozenset()
    key = literal(f"hook:{subscription_id}:") + cast(TicketEvent.id, String)
    written = exists().where(OutboundMessage.key == key)
    found = select(TicketEvent.ticket_id).where(TicketEvent.ticket_id.in_(ticket_ids), written)
    return frozenset(session.scalars(found))


def waiting(session: Session) -> Mapping[str, int]:
    """How many messages wait in the outbox for each subscription, by the name that it has there."""
    counted = select(OutboundMessage.sender, func.count()).where(*_waiting()).group_by(OutboundMessage.sender)
    return {sender: count for sender, count in session.execute(counted) if sender}


def cancel_waiting(session: Session, sender: str) -> int:
    """Nobody wants what waits for this subscription any more; how many messages that were."""
    values = {"state": "cancelled", "error": ENDED, "lease_until": None}
    return _changed(session, update(OutboundMessage).where(*_waiting(), _named(sender)).values(values))


def settle_dead(session: Session, sender: str, now: datetime) -> int:
    """Nor what was given up; nobody need look at it."""
    return _changed(session, update(OutboundMessage).where(*_dead(), _named(sender)).values(settled_at=now))


def park(session: Session, sender: str) -> int:
    """What waits for a suspended subscription waits until it is taken up; how many messages that were."""
    due_now = update(OutboundMessage).where(*_waiting(), _named(sender), OutboundMessage.due_at < PARKED)
    return _changed(session, due_now.values(due_at=PARKED))


def take_up(session: Session, sender: str, now: datetime) -> int:
    """Have what was parked or given up sent again; how many messages that were."""
    again = {"state": "waiting", "error": None, "failure": None, "attempts": 0, "due_at": now, "lease_until": None}
    waits = update(OutboundMessage).where(*_waiting(), _named(sender)).values(again)
    dead = update(OutboundMessage).where(*_dead(), _named(sender)).values(again)
    return _changed(session, waits) + _changed(session, dead)


def hurry(session: Session, sender: str, now: datetime) -> int:
    """The receiver is back: what waits for another attempt need wait no longer."""
    found = update(OutboundMessage).where(*_waiting(), _named(sender), OutboundMessage.due_at > now)
    return _changed(session, found.values(due_at=now))


def withheld(session: Session, rows: Collection[OutboundMessage]) -> Mapping[int, str]:
    """Which of these messages are not posted after all, and why, by id: their subscription has ended, or their
    ticket was sealed meanwhile."""
    ours = [row for row in rows if row.channel == CHANNEL]
    if not ours:
        return {}
    ended = _ended(session, {id_of(row.sender) for row in ours})
    sealed = _sealed(session, {row.body["ticket"] for row in ours if row.body.get("ticket")})
    found = {row.id: ENDED for row in ours if id_of(row.sender) in ended}
    return found | {row.id: SEALED for row in ours if row.body.get("ticket") in sealed}


def listed(session: Session) -> list[Listed]:
    """All that have not ended, with what waits for them. ``behind`` counts events of every kind."""
    owners = select(Subscription, User.email).outerjoin(User, User.id == Subscription.created_by)
    rows = session.execute(owners.where(Subscription.ended_at.is_(None)).order_by(Subscription.id)).all()
    by_sender, newest = left(session), newest_event(session)
    return [
        Listed(found, owner, by_sender.get(sender_of(found.id), 0), max(0, newest - found.through))
        for found, owner in rows
    ]


def left(session: Session) -> Mapping[str, int]:
    """How many messages wait for each subscription, or were given up."""
    found = dict(waiting(session))
    dead = select(OutboundMessage.sender, func.count()).where(*_dead()).group_by(OutboundMessage.sender)
    for sender, count in session.execute(dead):
        found[sender or ""] = found.get(sender or "", 0) + count
    return found


def suspended_count(session: Session) -> int:
    """How many subscriptions stopped by themselves and wait for somebody."""
    stopped = (Subscription.ended_at.is_(None), Subscription.suspended_for.in_(("failing", "gone")))
    return session.scalar(select(func.count(Subscription.id)).where(*stopped)) or 0


def sender_of(subscription_id: int) -> str:
    """How a subscription is named in the outbox, where addresses cannot be searched for."""
    return f"{CHANNEL}:{subscription_id}"


def id_of(sender: str | None) -> int:
    """The subscription of that name; 0 for what is none."""
    _, _, number = (sender or "").partition(":")
    return int(number) if number.isdecimal() else 0


def _waiting() -> tuple[ColumnElement[bool], ...]:
    return OutboundMessage.channel == CHANNEL, OutboundMessage.state == WAITING


def _dead() -> tuple[ColumnElement[bool], ...]:
    return (
        OutboundMessage.channel == CHANNEL,
        OutboundMessage.state == FAILED,
        OutboundMessage.settled_at.is_(None),
    )


def _named(sender: str) -> ColumnElement[bool]:
    return OutboundMessage.sender == sender


def _ended(session: Session, ids: Collection[int]) -> frozenset[int]:
    ended = select(Subscription.id).where(Subscription.id.in_(ids), Subscription.ended_at.is_not(None))
    return frozenset(session.scalars(ended))


def _sealed(session: Session, tickets: Collection[int]) -> frozenset[int]:
    return frozenset(session.scalars(select(Ticket.id).where(Ticket.id.in_(tickets), Ticket.sealed)))


def _changed(session: Session, statement: object) -> int:
    result = session.execute(statement, execution_options={"synchronize_session": False})  # type: ignore[call-overload]
    return int(result.rowcount)
