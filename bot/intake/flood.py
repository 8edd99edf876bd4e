"""More messages from one address than anybody can mean: the rest is kept for a person and costs nothing else.

A message is beyond the cap when as many as the city allows came from its address within the minute before it.
That depends on the stored times alone, so every worker comes to the same verdict at any time. Emergencies are
exempt. So is what was found in the provider's list long after what stands before it
(``bot.intake.reconciliation``).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.intake.inbox import mark_done
from bot.messages import LONGEST_TEXT
from bot.outgoing import outbox
from bot.outgoing.outbox import Note
from bot.rulebook import Rulebook
from storage.models import Conversation, Handover, InboundMessage, OutboundMessage
from storage.queries.unread import Unread

log = structlog.get_logger()

MINUTE = timedelta(minutes=1)
# Somebody who goes on is not told again within this time.
TOLD_FOR = timedelta(hours=1)
CAPPED, REASON, WORDING = "capped", "flood", "too_many_messages"


def hold_back(session: Session, rulebook: Rulebook, found: Iterable[Unread], now: datetime) -> frozenset[int]:
    """Deal with the messages in ``found`` that are beyond the cap; the conversations in which there were any."""
    flooded: dict[int, list[InboundMessage]] = {}
    for message, nth_before in found:
        if nth_before is not None and abs(message.received_at - nth_before) < MINUTE:
            beyond = flooded.setdefault(message.conversation_id or 0, [])
            if not rulebook.words.is_emergency(message.text):
                beyond.append(message)
    for conversation_id, messages in flooded.items():
        if messages:
            _keep_for_person(session, rulebook, conversation_id, messages, now)
    return frozenset(flooded)


def _keep_for_person(
    session: Session, rulebook: Rulebook, conversation_id: int, messages: list[InboundMessage], now: datetime
) -> None:
    mark_done(messages, CAPPED, now)
    log.warning("messages_capped", conversation=conversation_id, messages=len(messages))
    conversation = session.get_one(Conversation, conversation_id)
    if conversation.held_by is not None or conversation.citizen.blocked_at is not None:
        return  # somebody is reading along, or nobody wants to
    _hand_over(session, rulebook, conversation, messages, now)
    if not _was_told(session, conversation, now):
        note = Note(f"{WORDING}:{messages[0].id}", WORDING)
        outbox.to_citizen(session, rulebook, conversation, note, now, now)


def _hand_over(
    session: Session, rulebook: Rulebook, conversation: Conversation, messages: list[InboundMessage], now: datetime
) -> None:
    """One entry for a person, which grows until it is answered."""
    handover = _open_handover(session, conversation)
    if handover is not None:
        handover.text = _together([handover.text, *(message.text for message in messages)])
        return
    city = rulebook.city
    session.add(
        Handover(
            conversation_id=conversation.id,
            inbound_id=messages[0].id,
            reason=REASON,
            text=_together([message.text for message in messages]),
            created_at=now,
            due_at=city.working_calendar.add(now, city.follow_ups.light_question),
        )
    )


def _open_handover(session: Session, conversation: Conversation) -> Handover | None:
    mine = select(Handover).where(Handover.conversation_id == conversation.id, Handover.reason == REASON)
    return session.scalar(mine.where(Handover.answered_at.is_(None)).order_by(Handover.id).limit(1))


def _was_told(session: Session, conversation: Conversation, now: datetime) -> bool:
    told = select(OutboundMessage.id).where(
        OutboundMessage.conversation_id == conversation.id,
        OutboundMessage.wording == WORDING,
        OutboundMessage.created_at > now - TOLD_FOR,
    )
    return session.scalar(told.limit(1)) is not None


def _together(texts: Sequence[str]) -> str:
    """What was written, each line once: who floods mostly repeats one."""
    lines = (line for text in texts for line in text.splitlines() if line.strip())
    return "\n".join(dict.fromkeys(lines))[:LONGEST_TEXT]
