"""What the outbox keeps of a message's fate, whatever order the news comes in."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from bot.delivery import failing, failures
from bot.messages import SendError, Sent
from bot.rulebook import Rulebook
from storage.models import OutboundMessage

log = structlog.get_logger()

SETTLE_AFTER = timedelta(seconds=20)
# News of a lower rank than what is known says nothing.
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


def note_sent(row: OutboundMessage, sent: Sent, now: datetime) -> bool:
    """A callback may have come first and said more than we know; it is not overwritten.

    False where it said that this attempt failed: the row is about another one already.
    """
    if sent.provider_id in row.body.get("tried", ()):
        return False
    if row.provider_id not in (None, sent.provider_id):  # an earlier attempt has arrived meanwhile
        failing.remember(row, sent.provider_id)
    row.provider_id = row.provider_id or sent.provider_id
    row.sent_at, row.lease_until = row.sent_at or now, None
    if RANK[row.state] < RANK["accepted"]:
        row.state, row.error = "accepted", None
    if sent.delivered and row.delivered_at is None:
        row.state, row.delivered_at = "delivered", now
    return True


def note_error(
    session: Session, rulebook: Rulebook | None, row: OutboundMessage, error: SendError, now: datetime
) -> None:
    """A callback may have settled it already; what may arrive twice is sent again when in doubt."""
    if row.state != "sending":
        return
    if error.kind != failures.IN_DOUBT:
        failing.judge(session, rulebook, row, error.kind, error.code, now)
    elif row.at_least_once:
        failing.judge(session, rulebook, row, failures.LATER, error.code, now)
    else:
        row.error = error.code
        log.warning("send_in_doubt", outbound=row.id, code=error.code, attempt=row.attempts)
        doubt(row, now)


def doubt(row: OutboundMessage, now: datetime) -> None:
    """Nobody knows whether the provider took it; it is looked up after a while."""
    row.state, row.sent_at, row.lease_until = "in_doubt", now, now + SETTLE_AFTER
