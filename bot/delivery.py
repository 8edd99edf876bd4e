"""Sends what is due in the outbox, and finds out what became of a message nobody knows about.

A message is marked as being sent before the provider is asked, so a crash in between leaves it *in doubt* and
never sends it twice. Doubt is settled by the provider's callback or by looking the message up; only what may
arrive twice (e-mails, the first reply to an emergency) is simply sent again.
"""

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, defer

from bot.clock import Clock
from bot.messages import SMS, WHATSAPP, Channel, SendError, Sent
from bot.outbox import outgoing
from bot.ways import by_next_way
from storage.database import Database
from storage.models import OutboundMessage
from storage.queries.claiming import claim_outbound

log = structlog.get_logger()

BATCH = 32
SENDERS = 8
LEASE = timedelta(seconds=30)
SETTLE_AFTER = timedelta(seconds=20)
# A provider's list may lag behind; only a message it still does not know after this was never taken.
SURE_AFTER = timedelta(seconds=60)
BACK_OFF = (5, 15, 60, 300, 900, 3600, 3600, 7200)  # seconds; afterwards a message is given up

RANK = {
    "waiting": 0,
    "sending": 0,
    "in_doubt": 0,
    "cancelled": 0,
    "accepted": 1,
    "failed": 2,
    "delivered": 3,
    "read": 4,
}
# What no waiting helps against: this installation has no such way out.
NO_WAY_OUT = frozenset({"no_channel", "no_sender"})
# Twilio's states (protocol facts: repeated and out of order) in ours.
REPORTED = {
    "queued": "accepted",
    "accepted": "accepted",
    "sending": "accepted",
    "sent": "accepted",
    "delivered": "delivered",
    "read": "read",
    "failed": "failed",
    "undelivered": "failed",
}
LOCKED = (
    select(OutboundMessage)
    .where(OutboundMessage.id == bindparam("message"))
    .options(defer(OutboundMessage.body), defer(OutboundMessage.recipient))
    .with_for_update()
)


@dataclass(frozen=True)
class Courier:
    """Sends for one process. ``channels`` by name; ``owner`` names the process in leases."""

    database: Database
    channels: Mapping[str, Channel]
    clock: Clock
    owner: str
    pool: ThreadPoolExecutor

    def round(self) -> int:
        """Send what is due; how many messages that were."""
        with self.database.begin() as session:
            messages = claim_outbound(session, self.owner, self.clock.now(), BATCH, LEASE)
        list(self.pool.map(self._send_in_order, _by_recipient(messages)))
        return len(messages)

    def settle(self) -> int:
        """Look into messages in doubt and those whose sender died; how many were looked into."""
        now = self.clock.now()
        with self.database.begin() as session:
            _recover(session, now)
            doubtful = _take_doubtful(session, now)
        for message in doubtful:
            self._look_up(message)
        return len(doubtful)

    def _send_in_order(self, messages: list[OutboundMessage]) -> None:
        """The messages to one person go out one after the other, as they were written."""
        for message in messages:
            self._record(message, self._send(message))

    def _send(self, message: OutboundMessage) -> Sent | SendError:
        channel = self.channels.get(message.channel)
        if channel is None:
            return SendError("later", "no_channel", f"There is no channel '{message.channel}' here.")
        if message.lease_until is not None and message.lease_until <= self.clock.now():
            return SendError("later", "lease_over", "It waited too long behind others.")
        try:
            return channel.send(outgoing(message, self.clock.now()))
        except SendError as error:
            return error
        except Exception:
            log.exception("send_crashed", outbound=message.id)
            return SendError("in_doubt", "crash")

    def _record(self, message: OutboundMessage, outcome: Sent | SendError) -> None:
        with self.database.begin() as session:
            row = _locked(session, message.id)
            if isinstance(outcome, Sent):
                _note_sent(row, outcome, self.clock.now())
            elif row.attempts == message.attempts:  # else it is another sender's by now
                _note_error(row, outcome, self.clock.now())
            if row.state == "failed":
                by_next_way(session, row, self.clock.now())

    def _look_up(self, message: OutboundMessage) -> None:
        try:
            with self.database.read() as session:
                known = _known_ids(session, message)
            found = self.channels[message.channel].find_sent(
                outgoing(message, message.sent_at or self.clock.now()), known
            )
        except (SendError, KeyError):
            return  # asked again when its lease runs out
        except Exception:
            log.exception("look_up_crashed", outbound=message.id)
            return
        with self.database.begin() as session:
            row = _locked(session, message.id)
            if row.state != "in_doubt" or found in _known_ids(session, message):
                return  # settled meanwhile, or what was found was taken for an identical message
            if found:
                _note_sent(row, Sent(found), self.clock.now())
            elif message.sent_at is None or self.clock.now() - message.sent_at >= SURE_AFTER:
                log.info("doubt_settled_not_sent", outbound=row.id)
                _try_again(row, self.clock.now())


def record_status(
    session: Session,
    outbound_id: int | None,
    provider_id: str,
    reported: str,
    error: str | None,
    now: datetime,
    channels: Collection[str] = (WHATSAPP, SMS),
) -> bool:
    """Take a provider's report about a message; False when it is about none of ours or says nothing new.

    ``channels`` are the provider's: one has no say about what another was given.
    """
    row = _find(session, outbound_id, provider_id, channels)
    state = REPORTED.get(reported)
    if row is None or state is None or row.provider_id not in (None, provider_id):
        return False
    row.provider_id = provider_id
    if RANK[state] <= RANK[row.state]:
        return False
    row.state, row.error = state, error or row.error
    row.sent_at = row.sent_at or now
    if state in ("delivered", "read"):
        row.delivered_at = row.delivered_at or now
    if state == "failed":
        log.warning("message_failed", outbound=row.id, code=error)
        by_next_way(session, row, now)
    return True


def _by_recipient(messages: Iterable[OutboundMessage]) -> list[list[OutboundMessage]]:
    groups: dict[tuple[str, str], list[OutboundMessage]] = {}
    for message in messages:
        groups.setdefault((message.channel, message.recipient), []).append(message)
    return list(groups.values())


def _find(
    session: Session, outbound_id: int | None, provider_id: str, channels: Collection[str]
) -> OutboundMessage | None:
    theirs = select(OutboundMessage).where(OutboundMessage.channel.in_(channels)).with_for_update()
    if outbound_id is not None:
        return session.scalar(theirs.where(OutboundMessage.id == outbound_id))
    return session.scalar(theirs.where(OutboundMessage.provider_id == provider_id))


def _locked(session: Session, message_id: int) -> OutboundMessage:
    """What becomes of a message hardly ever asks for what it says, which need not be decrypted."""
    return session.scalars(LOCKED, {"message": message_id}).one()


def _note_sent(row: OutboundMessage, sent: Sent, now: datetime) -> None:
    """A callback may have come first and said more than we know; it is not overwritten."""
    row.provider_id = row.provider_id or sent.provider_id
    row.sent_at, row.lease_until = row.sent_at or now, None
    if RANK[row.state] < RANK["accepted"]:
        row.state, row.error = "accepted", None
    if sent.delivered and row.delivered_at is None:
        row.state, row.delivered_at = "delivered", now


def _note_error(row: OutboundMessage, error: SendError, now: datetime) -> None:
    if row.state != "sending":
        return  # a callback has settled it already
    row.error = error.code
    log.warning("send_failed", outbound=row.id, kind=error.kind, code=error.code, attempt=row.attempts)
    if error.kind == "final" or (error.code in NO_WAY_OUT and row.body.get("otherwise")):
        row.state = "failed"
    elif error.kind == "in_doubt" and not row.at_least_once:
        _doubt(row, now)
    else:
        _try_again(row, now)


def _try_again(row: OutboundMessage, now: datetime) -> None:
    """Later and later, until it is given up."""
    if row.attempts > len(BACK_OFF):
        row.state = "failed"
    else:
        row.state, row.due_at = "waiting", now + timedelta(seconds=BACK_OFF[row.attempts - 1])


def _doubt(row: OutboundMessage, now: datetime) -> None:
    row.state, row.sent_at, row.lease_until = "in_doubt", now, now + SETTLE_AFTER


def _recover(session: Session, now: datetime) -> None:
    """Messages whose sender died while sending."""
    orphans = select(OutboundMessage).where(OutboundMessage.state == "sending", OutboundMessage.lease_until < now)
    for row in session.scalars(orphans.with_for_update(skip_locked=True)):
        if row.at_least_once:
            row.state, row.due_at = "waiting", now
        else:
            _doubt(row, now)


def _take_doubtful(session: Session, now: datetime) -> list[OutboundMessage]:
    rows = session.scalars(
        select(OutboundMessage)
        .where(OutboundMessage.state == "in_doubt", OutboundMessage.lease_until < now)
        .order_by(OutboundMessage.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.lease_until = now + SETTLE_AFTER
    return list(rows)


def _known_ids(session: Session, message: OutboundMessage) -> frozenset[str]:
    """Provider ids that belong to other messages of this conversation: a look-up must not take those."""
    ids = session.scalars(
        select(OutboundMessage.provider_id).where(
            OutboundMessage.conversation_id == message.conversation_id,
            OutboundMessage.id != message.id,
            OutboundMessage.provider_id.is_not(None),
        )
    )
    return frozenset(provider_id for provider_id in ids if provider_id)
