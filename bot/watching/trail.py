"""One message's trail through the log: its id stands in every line that it causes, from webhook to report.

What is sent in answer carries the id of the message it answers in its body, so that the sender and whoever hears
of its delivery need not look it up. Ids only: no text, no number, no name.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars

from bot.conversation.turn import Turn
from bot.messages import SendError, Sent
from bot.watching import meters
from bot.watching.drift import decision_of
from nlu.client import Understanding
from storage.models import InboundMessage, OutboundMessage
from storage.queries.figures.kinds import BY_THE_MODEL

log = structlog.get_logger()

# Where the body of an outbound message says which inbound message it answers.
TRAIL = "trail"
WAIT, OTHER = "wait", "other"
MOST_NAMED = 20


def stored(message_id: int | None, channel: str) -> None:
    """A webhook kept a message; None for one that was known."""
    meters.STORED.labels(channel, "no" if message_id else "yes").inc()
    if message_id:
        log.info("message_stored", message=message_id, channel=channel)
    else:
        log.info("message_known", channel=channel)


@contextmanager
def of_turn(conversation_id: int, messages: Sequence[InboundMessage]) -> Iterator[None]:
    """Name the messages that a turn is about in every line that is written meanwhile."""
    ids = [message.id for message in messages]
    named: dict[str, Any] = {"message": ids[-1]} if ids else {}
    if len(ids) > 1:
        named["messages"] = ids[-MOST_NAMED:]
    with bound_contextvars(conversation=conversation_id, **named):
        yield


def turned(
    messages: Sequence[InboundMessage],
    turn: Turn | None,
    understanding: Understanding | None,
    begun: datetime,
    now: datetime,
) -> None:
    """A turn was carried out and committed; ``begun`` is when its conversation was claimed."""
    outcome = turn.outcome if turn else next((m.outcome for m in messages if m.outcome), None)
    decision = _decision(outcome, is_held=bool(turn and turn.hold))
    meters.TURNS.labels(decision).inc()
    if decision != WAIT:
        for message in messages:
            meters.PROCESSED.labels(str(message.lane)).inc()
            meters.ANSWERED_SECONDS.labels(str(message.lane)).observe(_seconds(message.received_at, now))
    if understanding is not None and understanding.intents and decision != WAIT:
        meters.CONFIDENCE.observe(understanding.intents[0].confidence)
    waited = _seconds(min((m.received_at for m in messages), default=begun), begun)
    took = {"waited_ms": round(waited * 1000), "took_ms": round(_seconds(begun, now) * 1000)}
    log.info("turn_done", outcome=outcome, decision=decision, understood=understanding is not None, **took)


@contextmanager
def of_sending(message: OutboundMessage) -> Iterator[None]:
    """Name an outbound message, and the one that it answers, in every line that is written meanwhile."""
    with bound_contextvars(outbound=message.id, **named(message.body)):
        yield


def named(body: Mapping[str, Any]) -> dict[str, int]:
    """The message that an outbound message with this body answers."""
    return {"message": body[TRAIL]} if isinstance(body.get(TRAIL), int) else {}


def sent(message: OutboundMessage, outcome: Sent | SendError, began: float) -> None:
    """A channel was asked to send, since ``began`` of ``time.perf_counter``; failures have lines of their own."""
    took = time.perf_counter() - began
    is_sent = isinstance(outcome, Sent)
    meters.SENDS.labels(message.channel, "sent" if is_sent else outcome.kind).inc()  # type: ignore[union-attr]
    meters.SEND_SECONDS.labels(message.channel).observe(took)
    if is_sent:
        log.info("message_sent", channel=message.channel, attempt=message.attempts, took_ms=round(took * 1000))


def reported(row: OutboundMessage, state: str) -> None:
    """A provider said something new about a message."""
    meters.REPORTED.labels(state).inc()
    log.info("message_reported", outbound=row.id, state=state, **named(row.body))


def _decision(outcome: str | None, *, is_held: bool) -> str:
    """Words of our own for the figures; fixed words, buttons and questions that were open are no decision."""
    if is_held:
        return WAIT
    decided = decision_of(outcome)
    return decided if decided != "act" or outcome in BY_THE_MODEL else OTHER


def _seconds(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds())
