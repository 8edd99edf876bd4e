"""What is done about a message that could not be sent, by the class of the failure (``bot.delivery.failures``)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.orm import Session

from bot.delivery import failures
from bot.messages import SUBSCRIBER
from bot.outgoing import ways
from bot.personal import consents
from bot.rulebook import Rulebook
from bot.wording.forms import has_template
from bot.words import EMERGENCY_LANE
from storage.models import OutboundMessage
from storage.queries.states import FAILED, WAITING

log = structlog.get_logger()

# Seconds; afterwards a message is given up. Over four hours, and never longer apart than a quarter of one: whoever
# wrote while a provider was away for an hour is answered within minutes of its return.
BACK_OFF = (5, 15, 60, *[300] * 12, *[900] * 12)
# A telephone that is off, in seconds: ten minutes, an hour, six hours.
FEW_BACK_OFF = (600, 3_600, 21_600)
# Another system may be away for days; what fails for longer is suspended as a whole (``bot.subscribers``).
BACK_OFF_OF = {SUBSCRIBER: (5, 15, 60, 300, 900, *[3600] * 72)}
HAS_ANOTHER = select(exists().where(OutboundMessage.instead_of == bindparam("message")))
# What no waiting helps against: this installation has no such way out.
NO_WAY_OUT = frozenset({"no_channel", "no_sender"})
# Another way is tried for these. Content and account errors are mended, and then it is sent again.
NOT_THIS_WAY = frozenset({failures.OTHER_FORM, failures.ADDRESS, failures.FINAL, failures.GIVEN_UP})


def judge(
    session: Session, rulebook: Rulebook | None, row: OutboundMessage, kind: str, code: str, now: datetime
) -> None:
    """Try again later, in another form, by another way, or not at all. ``row`` is locked."""
    row.error = code
    log.warning("send_failed", outbound=row.id, kind=kind, code=code, attempt=row.attempts)
    if _is_erased(row):
        _forget(row, kind, now)
    elif kind == failures.LATER and not (code in NO_WAY_OUT and row.body.get("otherwise")):
        _again(session, rulebook, row, BACK_OFF_OF.get(row.channel, BACK_OFF), now)
    elif kind == failures.FEW:
        _again(session, rulebook, row, FEW_BACK_OFF, now)
    elif kind == failures.OTHER_FORM and has_template(row.body) and not row.body.get("shut"):
        row.body = {**row.body, "shut": True}
        requeue(row, now)
    else:
        fail(session, rulebook, row, kind, now)


def try_again(session: Session, rulebook: Rulebook | None, row: OutboundMessage, now: datetime) -> None:
    """It was never taken: once more, later and later."""
    if _is_erased(row):
        _forget(row, failures.FINAL, now)
    else:
        _again(session, rulebook, row, BACK_OFF, now)


def requeue(row: OutboundMessage, due: datetime) -> None:
    """Wait for another attempt; what is reported of an earlier one is told apart by its id."""
    if row.provider_id:
        remember(row, row.provider_id)
    row.state, row.due_at, row.provider_id, row.lease_until, row.form = "waiting", due, None, None, None


def remember(row: OutboundMessage, provider_id: str) -> None:
    """Another of the ids that the provider has given to ``row``: it reports, and keeps copies, by each."""
    tried = row.body.get("tried", ())
    if provider_id not in tried:
        row.body = {**row.body, "tried": [*tried, provider_id]}


def fail(session: Session, rulebook: Rulebook | None, row: OutboundMessage, kind: str, now: datetime) -> None:
    """Not by this way; another is taken where there is one, else a person finds it on the list."""
    row.state, row.failure, row.lease_until = "failed", kind, None
    name_last_attempt(row)
    _note_about_person(session, row, kind, now)
    if kind in NOT_THIS_WAY or row.lane == EMERGENCY_LANE or row.body.get("otherwise"):
        ways.by_next_way(session, row, now, rulebook)


def name_last_attempt(row: OutboundMessage) -> None:
    """A message that ends while it waited for another attempt: the provider has a copy of the one before."""
    if row.provider_id is None and (tried := row.body.get("tried")):
        row.provider_id = tried[-1]


def blank(body: Mapping[str, Any]) -> dict[str, Any]:
    """What is left of a message whose citizen had their data erased: the ids under which the provider has it."""
    return {"text": "", **({"tried": body["tried"]} if body.get("tried") else {})}


def arrived_after_all(session: Session, row: OutboundMessage, now: datetime) -> None:
    """A message that had failed was delivered: what was written instead need not go out, nor be looked at."""
    row.failure = None
    if not session.connection().scalar(HAS_ANOTHER, {"message": row.id}):
        return  # as nearly always
    instead = update(OutboundMessage).where(OutboundMessage.instead_of == row.id)
    session.execute(instead.where(OutboundMessage.state == WAITING).values(state="cancelled"))
    failed = instead.where(OutboundMessage.state == FAILED, OutboundMessage.settled_at.is_(None))
    session.execute(failed.values(settled_at=now))


def _again(
    session: Session, rulebook: Rulebook | None, row: OutboundMessage, pauses: tuple[int, ...], now: datetime
) -> None:
    if row.attempts > len(pauses):
        fail(session, rulebook, row, failures.GIVEN_UP, now)
    else:
        requeue(row, now + timedelta(seconds=pauses[max(row.attempts, 1) - 1]))


def _is_erased(row: OutboundMessage) -> bool:
    """Whether its citizen has had their data erased since it was written: it may just have been going out."""
    erased_at = row.conversation.citizen.erased_at if row.conversation else None
    return not row.body.get("text") or (erased_at is not None and row.created_at < erased_at)


def _forget(row: OutboundMessage, kind: str, now: datetime) -> None:
    """It ends here, and nobody need look at it."""
    row.state, row.failure, row.lease_until, row.settled_at = "failed", kind, None, now
    name_last_attempt(row)
    row.body, row.recipient = blank(row.body), ""


def _note_about_person(session: Session, row: OutboundMessage, kind: str, now: datetime) -> None:
    conversation = row.conversation
    if conversation is None:
        return
    if kind == failures.STOP and conversation.citizen.opted_out_at is None:
        conversation.citizen.opted_out_at = now
        consents.note(session, conversation.citizen_id, consents.NEWS, now, given=False, wording="provider_stop")
        log.info("opted_out_at_provider", citizen=conversation.citizen_id)
    elif kind == failures.ADDRESS and row.channel == conversation.channel:
        conversation.unreachable_at = conversation.unreachable_at or now
