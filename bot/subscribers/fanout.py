"""Writes what happened to tickets into the outbox, for every system that wants to know it.

How far a subscription was looked after stands in its row and moves on in the transaction that writes its messages,
so nothing is lost or doubled whenever the process dies; the key of a message makes sure of that once more. No more
than a window of messages stand in the outbox for one subscription: the rest waits where it is, in the history.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot.rulebook import Rulebook
from bot.subscribers import events, publishing, suspending
from bot.words import BULK_LANE
from storage import keyring
from storage.database import Database
from storage.models import OutboundMessage, Subscription
from storage.queries import subscriptions as queries
from storage.queries.inserting import insert_once, ring
from storage.queries.subscriptions import CHANNEL, Happened, sender_of

log = structlog.get_logger()

WORDING = "ticket_event"
# Messages of one subscription that wait in the outbox; while nothing gets through a few are enough to try with.
WINDOW, WINDOW_WHILE_FAILING = 200, 20
# Events of all kinds that are looked at for one subscription in one transaction.
SPAN = 2_000
SUSPEND_AFTER = timedelta(days=3)


def run_due(database: Database, rulebook: Rulebook, now: datetime) -> int:
    """Write what is new by ``now``, and stop what has failed for days; how many messages were written."""
    with database.read() as session:
        found = queries.active(session)
        until = queries.settled_until(session) if found else None
        if until is None:
            return 0  # nobody wants to know, or somebody is writing at length: at the next tick
    written = 0
    for one in found:
        if one.failing_since is not None and one.failing_since <= now - SUSPEND_AFTER:
            _give_up(database, rulebook, one.id, now)
        elif one.through != until:
            written += _look_after(database, rulebook, one.id, until, now)
    return written


def _look_after(database: Database, rulebook: Rulebook, subscription_id: int, until: int, now: datetime) -> int:
    with database.begin() as session:
        subscription = queries.locked(session, subscription_id)
        if subscription is None or subscription.suspended_at is not None:
            return 0
        room = _window(subscription) - queries.waits(session, sender_of(subscription.id))
        if room <= 0:
            return 0
        written = [
            _write(session, subscription, *one, now) for one in _news(session, rulebook, subscription, until, room)
        ]
        if any(written):
            ring(session)
        return sum(written)


def _news(
    session: Session, rulebook: Rulebook, subscription: Subscription, until: int, room: int
) -> Iterator[tuple[Happened, dict[str, Any]]]:
    """What is to be told, and how; notes how far the history was looked through."""
    subscription.through = min(subscription.through, until)  # the newest were taken away by an operator
    last = min(until, subscription.through + SPAN)
    found = _happened(session, subscription, last, room)
    subscription.through = found[-1].event.id if len(found) == room else last
    found = _in_order([*_filed(session, subscription, found), *found])
    sees = publishing.sight(session, rulebook.city, subscription.id, subscription.agency, found)
    for one in found:
        body = sees.body(one, message_id(key_of(subscription.id, one.event.id)))
        if body is not None and (not subscription.kinds or body["type"] in subscription.kinds):
            yield one, body


def _happened(session: Session, subscription: Subscription, last: int, room: int) -> Sequence[Happened]:
    kinds = events.kinds_of(subscription.kinds)
    return queries.happened(session, subscription.through, last, kinds, events.KINDS, subscription.agency, room)


def _filed(session: Session, subscription: Subscription, found: Sequence[Happened]) -> list[Happened]:
    """The filing of what has just come to its agency: when it happened nobody was to know yet.

    What was told before is not told again: its key stands in the outbox.
    """
    came = [one.ticket.id for one in found if one.event.kind == events.COMING]
    filed = queries.first_of_kind(session, came, events.FILING, subscription.created_at)
    return [Happened(event, ticket, 1, None) for event, ticket in filed]


def _in_order(found: Sequence[Happened]) -> list[Happened]:
    """Each event once, as they happened."""
    return [one for _, one in sorted({one.event.id: one for one in found}.items())]


def _write(
    session: Session, subscription: Subscription, one: Happened, body: dict[str, Any], now: datetime
) -> bool:
    key = key_of(subscription.id, one.event.id)
    return put(session, subscription.id, key, body, now, one.ticket.id)


def put(
    session: Session, subscription_id: int, key: str, body: dict[str, Any], now: datetime, ticket_id: int | None
) -> bool:
    """One message into the outbox; False when it stood there. The ticket's id is for us, and not posted."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    row = {
        "key": key,
        "channel": CHANNEL,
        "recipient": sender_of(subscription_id),
        "sender": sender_of(subscription_id),
        "wording": WORDING,
        "body": {"text": text, "message_id": body["id"], "ticket": ticket_id},
        "lane": BULK_LANE,
        "at_least_once": True,
        "created_at": now,
        "due_at": now,
        "state": "waiting",
        "attempts": 0,
    }
    return insert_once(session, OutboundMessage, row) is not None


def key_of(subscription_id: int, event_id: int) -> str:
    """What makes a message the only one of its event and subscription."""
    return f"hook:{subscription_id}:{event_id}"


def message_id(key: str) -> str:
    """How the receiver knows a message, the same at every attempt; it tells nobody how much happens here."""
    return f"evt_{keyring.current().lookup(key)[:32]}"


def _window(subscription: Subscription) -> int:
    return WINDOW if subscription.failing_since is None else WINDOW_WHILE_FAILING


def _give_up(database: Database, rulebook: Rulebook, subscription_id: int, now: datetime) -> None:
    with database.begin() as session:
        subscription = queries.locked(session, subscription_id)
        if subscription and subscription.suspended_at is None:
            suspending.suspend(session, rulebook, subscription, suspending.FAILING, now)
