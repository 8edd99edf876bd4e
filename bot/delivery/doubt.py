"""Finds out what became of a message that nobody knows about, without sending it again.

Settled by the provider's report (``bot.delivery.reports``) or by looking it up: recipient, text and time, not
counting what is known to be another message of ours.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload

from bot.clock import Clock
from bot.delivery import failing, failures, outcomes
from bot.messages import Channel, SendError, Sent
from bot.rulebook import Rulebook
from bot.wording.forms import form_of, outgoing
from storage.database import Database
from storage.models import OutboundMessage

log = structlog.get_logger()

BATCH = 32
# A provider's list may lag behind; only a message it still does not know after this was never taken.
SURE_AFTER = timedelta(seconds=60)
# Nobody can be asked: then it is for a person, on the list of what did not get through.
FOR_A_PERSON_AFTER = timedelta(days=1)
# Of other messages an attempt may still be listed: channels list those of two days, and they may have waited.
LISTED_FOR = timedelta(days=4)


def settle(database: Database, channels: Mapping[str, Channel], rulebook: Rulebook | None, clock: Clock) -> int:
    """Look into messages in doubt and those whose sender died; how many were looked into."""
    now = clock.now()
    with database.begin() as session:
        _recover(session, now)
        doubtful = _take(session, now)
    for message in doubtful:
        if (channel := channels.get(message.channel)) is not None:
            _look_up(database, channel, rulebook, clock, message)
        if message.sent_at is None or now - message.sent_at >= FOR_A_PERSON_AFTER:
            _leave_to_a_person(database, rulebook, message, now)
    return len(doubtful)


def _look_up(
    database: Database, channel: Channel, rulebook: Rulebook | None, clock: Clock, message: OutboundMessage
) -> None:
    asked_at = clock.now()
    try:
        with database.read() as session:
            known = _known_ids(session, message)
        form = message.form or form_of(message, message.sent_at or asked_at)
        found = channel.find_sent(outgoing(message, form), known)
    except SendError:
        return  # asked again when its lease runs out
    except Exception:
        log.exception("look_up_crashed", outbound=message.id)
        return
    with database.begin() as session:
        _conclude(session, rulebook, message, found, asked_at)


def _conclude(
    session: Session, rulebook: Rulebook | None, message: OutboundMessage, found: str | None, asked_at: datetime
) -> None:
    """The provider, asked at ``asked_at``, has ``message`` under the id ``found``, or has it not."""
    row = _locked_with_others(session, message)
    if not _is_still(row, message) or found in _known_ids(session, message):
        return  # settled meanwhile, or what was found was taken for an identical message
    if found:
        outcomes.note_sent(row, Sent(found), asked_at)
    elif row.sent_at is None or asked_at - row.sent_at >= SURE_AFTER:
        log.info("doubt_settled_not_sent", outbound=row.id)
        failing.try_again(session, rulebook, row, asked_at)


def _is_still(row: OutboundMessage, message: OutboundMessage) -> bool:
    """Whether the attempt that was looked into is in doubt: another one may have been made and be so meanwhile."""
    return row.state == "in_doubt" and row.attempts == message.attempts


def _leave_to_a_person(
    database: Database, rulebook: Rulebook | None, message: OutboundMessage, now: datetime
) -> None:
    with database.begin() as session:
        row = session.get_one(OutboundMessage, message.id, with_for_update=True)
        if _is_still(row, message):
            failing.fail(session, rulebook, row, failures.IN_DOUBT, now)


def _locked_with_others(session: Session, message: OutboundMessage) -> OutboundMessage:
    """With all that this person was sent and that is in doubt: two processes may find the same one for two."""
    beside = and_(OutboundMessage.conversation_id == message.conversation_id, OutboundMessage.state == "in_doubt")
    rows = select(OutboundMessage).where(or_(OutboundMessage.id == message.id, beside))
    found = session.scalars(rows.order_by(OutboundMessage.id).with_for_update()).all()
    return next(row for row in found if row.id == message.id)


def _recover(session: Session, now: datetime) -> None:
    """Messages whose sender died while sending."""
    orphans = select(OutboundMessage).where(OutboundMessage.state == "sending", OutboundMessage.lease_until < now)
    for row in session.scalars(orphans.with_for_update(skip_locked=True)):
        if row.at_least_once:
            row.state, row.due_at = "waiting", now
        else:
            outcomes.doubt(row, now)


def _take(session: Session, now: datetime) -> list[OutboundMessage]:
    rows = session.scalars(
        select(OutboundMessage)
        .where(OutboundMessage.state == "in_doubt", OutboundMessage.lease_until < now)
        .options(joinedload(OutboundMessage.conversation))
        .order_by(OutboundMessage.lease_until, OutboundMessage.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=OutboundMessage)
    ).all()
    for row in rows:
        row.lease_until = now + outcomes.SETTLE_AFTER
    return list(rows)


def _known_ids(session: Session, message: OutboundMessage) -> frozenset[str]:
    """Ids of other messages of this conversation and of earlier attempts: a look-up must not take those."""
    others = session.execute(
        select(OutboundMessage.provider_id, OutboundMessage.body).where(
            OutboundMessage.conversation_id == message.conversation_id,
            OutboundMessage.channel == message.channel,
            OutboundMessage.id != message.id,
            OutboundMessage.due_at > message.due_at - LISTED_FOR,
        )
    )
    known = {provider_id for theirs, body in others for provider_id in (theirs, *body.get("tried", ()))}
    return frozenset(provider_id for provider_id in (*known, *message.body.get("tried", ())) if provider_id)
