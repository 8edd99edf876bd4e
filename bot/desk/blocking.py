"""Senders whose messages are kept and not answered any more; their emergencies still are."""

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk import holding
from bot.errors import NotFoundError, RefusedError
from bot.messages import legible
from storage.models import Citizen, Conversation, Handover
from storage.queries import people

log = structlog.get_logger()

LONGEST_REASON = 300


def block(session: Session, conversation_id: int, reason: str, user_id: int, now: datetime) -> bool:
    """Answer this sender no more; False where they are blocked already.

    Their messages leave the queue and their conversation goes back to the bot, which then is silent. RefusedError
    without a reason, and for the number of a colleague or a registered civil servant.
    """
    conversation, reason = _locked(session, conversation_id), legible(reason).strip()
    citizen = _citizen(session, conversation.citizen_id)
    if citizen.blocked_at is not None:
        return False
    if not reason or len(reason) > LONGEST_REASON:
        raise RefusedError(f"Tulis alasannya, paling panjang {LONGEST_REASON} huruf.")
    if citizen.phone_hash and people.is_staff(session, citizen.phone_hash):
        raise RefusedError("Ini nomor petugas, Anda sendiri atau rekan Anda; nomor petugas tidak bisa diblokir.")
    citizen.blocked_at = now
    for question in people.open_questions_of(session, citizen.id):
        question.answered_at, question.answered_by = now, user_id
    if conversation.held_by is not None:
        holding.release(session, conversation, now)
    session.add(_record(conversation, reason, user_id, now))
    log.info("sender_blocked", citizen=citizen.id, user=user_id)
    return True


def unblock(session: Session, citizen_id: int, user_id: int) -> bool:
    """Answer this sender again, from their next message on; False where they are not blocked."""
    citizen = _citizen(session, citizen_id)
    if citizen.blocked_at is None:
        return False
    citizen.blocked_at = None
    log.info("sender_unblocked", citizen=citizen.id, user=user_id)
    return True


def _record(conversation: Conversation, reason: str, user_id: int, now: datetime) -> Handover:
    return Handover(
        conversation_id=conversation.id,
        reason=people.BLOCK,
        text=reason,
        created_at=now,
        due_at=now,
        answered_at=now,
        answered_by=user_id,
    )


def _locked(session: Session, conversation_id: int) -> Conversation:
    conversation = people.locked_conversation(session, conversation_id)
    if conversation is None:
        raise NotFoundError("Percakapan itu tidak ada.")
    return conversation


def _citizen(session: Session, citizen_id: int) -> Citizen:
    found = select(Citizen).where(Citizen.id == citizen_id).with_for_update()
    citizen = session.scalar(found.execution_options(populate_existing=True))
    if citizen is None:
        raise NotFoundError("Pengirim itu tidak ada.")
    return citizen
