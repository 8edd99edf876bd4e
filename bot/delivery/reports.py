"""Takes what a provider reports about messages that it accepted: repeated, late, in any order, about anything."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.delivery import failing, failures
from bot.delivery.outcomes import RANK
from bot.messages import SMS, WHATSAPP
from bot.rulebook import Rulebook
from bot.watching import trail
from storage.models import OutboundMessage

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
ARRIVED = ("delivered", "read")
KNOWN = select(OutboundMessage.state, OutboundMessage.provider_id).where(
    OutboundMessage.id == bindparam("message")
)


def is_known(session: Session, outbound_id: int | None, provider_id: str, reported: str) -> bool:
    """Whether a report says only that a message was taken, of which we know that or more; locks nothing.

    A third of all reports are such, and need not wait for their turn to write.
    """
    if outbound_id is None or REPORTED.get(reported) != "accepted":
        return False
    row = session.connection().execute(KNOWN, {"message": outbound_id}).one_or_none()
    return row is not None and row.provider_id == provider_id and RANK[row.state] >= RANK["accepted"]


def record_status(
    session: Session,
    outbound_id: int | None,
    provider_id: str,
    reported: str,
    error: str | None,
    now: datetime,
    channels: Collection[str] = (WHATSAPP, SMS),
    kind: str = failures.FINAL,
    rulebook: Rulebook | None = None,
) -> bool:
    """Take a provider's report about a message; False when it is about none of ours or says nothing new.

    ``channels`` are the provider's: one has no say about what another was given. ``kind``: the class of ``error``.
    """
    row = _find(session, outbound_id, provider_id, channels)
    state = REPORTED.get(reported)
    if row is None or state is None or not _is_about(row, provider_id, state):
        return False
    if RANK[state] <= RANK[row.state] or (state == "failed" and row.state == "cancelled"):
        return False
    trail.reported(row, state)
    row.provider_id, row.sent_at = row.provider_id or provider_id, row.sent_at or now
    if state == "failed":
        _fail(session, rulebook, row, error, kind, now)
    else:
        _arrive(session, row, state, error, now)
    return True


def _arrive(session: Session, row: OutboundMessage, state: str, error: str | None, now: datetime) -> None:
    row.state, row.error = state, error or row.error
    if state in ARRIVED:
        row.delivered_at = row.delivered_at or now
        failing.arrived_after_all(session, row, now)


def _fail(
    session: Session, rulebook: Rulebook | None, row: OutboundMessage, error: str | None, kind: str, now: datetime
) -> None:
    """Accepted, and failed behind that: nothing is in doubt about it."""
    settled = failures.FINAL if kind == failures.IN_DOUBT else kind
    failing.judge(session, rulebook, row, settled, error or row.error or "failed", now)


def _is_about(row: OutboundMessage, provider_id: str, state: str) -> bool:
    """Whether it is about this attempt at the message, or says that an earlier one arrived after all.

    After a restore, reports still come about messages that the backup did not know, whose numbers others have now:
    what was never sent cannot be meant.
    """
    if row.provider_id == provider_id:
        return True
    if provider_id in row.body.get("tried", ()):
        return state in ARRIVED
    was_sent = row.attempts > 0 or row.sent_at is not None
    return row.provider_id is None and was_sent


def _find(
    session: Session, outbound_id: int | None, provider_id: str, channels: Collection[str]
) -> OutboundMessage | None:
    theirs = select(OutboundMessage).where(OutboundMessage.channel.in_(channels)).with_for_update()
    if outbound_id is not None:
        return session.scalar(theirs.where(OutboundMessage.id == outbound_id))
    return session.scalar(theirs.where(OutboundMessage.provider_id == provider_id))
