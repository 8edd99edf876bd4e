"""One friendly line to a citizen whose file we could not take: once an hour, and only where we may write."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.outgoing import outbox
from bot.outgoing.outbox import Note
from bot.rulebook import Rulebook
from storage.models import Conversation, InboundMessage, MediaFile, OutboundMessage, Ticket

# What the citizen can do about it decides what is said; about reasons that are not here nothing is.
WORDINGS = {
    "too_large": "file_too_large",
    "pixels": "file_too_large",
    "unknown": "file_unreadable",
    "damaged": "file_unreadable",
    "heic": "file_unreadable",
    "empty": "file_unreadable",
}
LOST = "file_lost"
TOLD_FOR = timedelta(hours=1)


def tell_citizen(session: Session, rulebook: Rulebook, file: MediaFile, now: datetime) -> None:
    """Say that this refused or failed file did not arrive, unless we had better be silent."""
    wording = LOST if file.state == "failed" else WORDINGS.get(file.reason or "")
    message = session.get_one(InboundMessage, file.inbound_id)
    if wording is None or message.conversation_id is None:
        return
    mine = select(Conversation).where(Conversation.id == message.conversation_id).with_for_update()
    conversation = session.scalars(mine).one()
    if _may_write(session, conversation) and not _was_told(session, conversation, now):
        note = Note(f"file:{file.id}", wording, ticket_id=message.ticket_id)
        outbox.to_citizen(session, rulebook, conversation, note, now, now)


def _may_write(session: Session, conversation: Conversation) -> bool:
    """Not where a person speaks, nor to somebody who wants no more, nor near a sealed matter."""
    citizen = conversation.citizen
    if conversation.held_by is not None or citizen.opted_out_at is not None or citizen.blocked_at is not None:
        return False
    unsafe = select(Ticket.id).where(Ticket.citizen_id == citizen.id, Ticket.sealed, Ticket.may_write.is_not(True))
    return session.scalar(unsafe.limit(1)) is None


def _was_told(session: Session, conversation: Conversation, now: datetime) -> bool:
    told = select(OutboundMessage.id).where(
        OutboundMessage.conversation_id == conversation.id,
        OutboundMessage.wording.in_({LOST, *WORDINGS.values()}),
        OutboundMessage.created_at > now - TOLD_FOR,
    )
    return session.scalar(told.limit(1)) is not None
