"""A person takes a conversation over from the bot, speaks to the citizen, and gives it back.

The bot goes by ``Conversation.held_by``; each hold has a row of its own besides (``storage.queries.people``). What
comes meanwhile is done with the outcome ``with_person``; what of it nobody answered can be read by the bot again.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation.state import Dialogue
from bot.errors import NotFoundError, RefusedError
from bot.messages import NOBODY_THERE, WHATSAPP, legible
from bot.outgoing import outbox
from bot.outgoing.outbox import Note
from bot.rulebook import Rulebook
from bot.wording.forms import FREE_TEXT_FOR
from bot.wording.templates import content_sid
from storage.database import Database
from storage.models import Conversation, Handover, InboundMessage, OutboundMessage, User
from storage.queries import people
from storage.queries.inserting import ring

log = structlog.get_logger()

BATCH = 50
LONGEST_REPLY = 1_600
WISH = "person"  # the reason of a handover in which somebody only wants to speak to a human
ONCE = re.compile(r"[\w-]{8,64}", re.ASCII)


def take(
    session: Session,
    rulebook: Rulebook,
    conversation_id: int,
    user_id: int,
    now: datetime,
    instead_of: int | None = None,
) -> bool:
    """From now on ``user_id`` speaks and the bot is silent; False where it was theirs already.

    RefusedError while a colleague holds it, unless ``instead_of`` is that colleague: taken over knowingly.
    """
    conversation = _locked(session, conversation_id)
    if conversation.held_by == user_id:
        return False
    if conversation.held_by not in (None, instead_of):
        raise RefusedError(_held_by_other(session, conversation))
    if conversation.citizen.erased_at is not None:
        raise RefusedError("Data warga ini sudah dihapus; tidak ada lagi yang bisa dihubungi.")
    if conversation.channel in NOBODY_THERE:
        raise RefusedError("Warga ini tidak meninggalkan nomor; tidak ada yang bisa ditulisi di sini.")
    before = _close(session, conversation, "taken", now)
    # What the bot had asked is not what the citizen answers to from here on.
    conversation.dialogue = _without_question(conversation)
    conversation.held_by = user_id
    session.add(
        Handover(
            conversation_id=conversation.id,
            inbound_id=before.inbound_id if before else people.last_dealt_with(session, conversation.id),
            reason=people.HOLD,
            text="",
            created_at=now,
            due_at=_ends(rulebook, now),
            answered_by=user_id,
        )
    )
    log.info("conversation_taken", conversation=conversation.id, user=user_id)
    return True


def reply(
    session: Session, rulebook: Rulebook, conversation_id: int, user_id: int, text: str, once: str, now: datetime
) -> bool:
    """Send what a person wrote; False where this very form, known by ``once``, was sent before.

    RefusedError for an empty or too long text, and for whoever does not hold the conversation.
    """
    conversation, text = _locked(session, conversation_id), legible(text).strip()
    if not ONCE.fullmatch(once):
        raise RefusedError("Formulir ini tidak lengkap. Tulisan Anda masih ada; kirim sekali lagi.")
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    key = f"desk:{conversation.id}:{once}:{digest}"
    if session.scalar(select(OutboundMessage.id).where(OutboundMessage.key == key)) is not None:
        return False
    if not text or len(text) > LONGEST_REPLY:
        raise RefusedError(f"Tulis balasan, paling panjang {LONGEST_REPLY} huruf. Belum ada yang terkirim.")
    hold = _hold_of(session, conversation, user_id)
    hold.due_at = _ends(rulebook, now)
    _settle_wishes(session, conversation, user_id, text, now)
    note = Note(key, people.BY_A_PERSON, {"answer": text})
    outbox.to_citizen(session, rulebook, conversation, note, now, now)
    return True


def give_back(
    session: Session, conversation_id: int, user_id: int, seen: int, now: datetime, *, answer_rest: bool
) -> bool:
    """The bot speaks again; False where this person has given it back already.

    It reads what came after the message ``seen``, the last one that the person had before their eyes, and with
    ``answer_rest`` also what they saw and did not answer. Everything else that came meanwhile is settled.
    """
    conversation = _locked(session, conversation_id)
    if conversation.held_by is None and _was_given_back_by(session, conversation, user_id):
        return False
    hold = _hold_of(session, conversation, user_id)
    left = [message for message in people.unread(session, hold) if answer_rest or message.id > seen]
    release(session, conversation, now, left)
    log.info("conversation_given_back", conversation=conversation.id, user=user_id, messages=len(left))
    return True


def release(
    session: Session, conversation: Conversation, now: datetime, again: Iterable[InboundMessage] = ()
) -> None:
    """End the hold of a locked conversation; the bot reads the messages ``again``."""
    _close(session, conversation, "returned", now)
    conversation.held_by = None
    for message in again:
        message.state, message.outcome, message.done_at = "new", None, None
        conversation.lane = min(conversation.lane, message.lane)
    conversation.wake_at = now
    ring(session)


def run_due(database: Database, _: Rulebook, now: datetime) -> int:
    """End the holds that have been left alone for too long; how many there were."""
    with database.read() as session:
        due = people.abandoned(session, now, BATCH)
    for conversation_id in due:
        with database.begin() as session:
            _end_abandoned(session, conversation_id, now)
    return len(due)


def unread(session: Session, conversation_id: int) -> Sequence[InboundMessage]:
    """What came under the present hold and was not answered, oldest first."""
    hold = people.hold_of(session, conversation_id)
    return people.unread(session, hold) if hold else ()


def free_until(conversation: Conversation) -> datetime | None:
    """Until when WhatsApp takes free text; None on channels that always do."""
    if conversation.channel != WHATSAPP or conversation.last_inbound_at is None:
        return None
    return conversation.last_inbound_at + FREE_TEXT_FOR


def has_template(rulebook: Rulebook, language: str) -> bool:
    """Whether a person's words can go out after that, as an approved template."""
    return content_sid(rulebook.city, people.BY_A_PERSON, language) is not None


def _end_abandoned(session: Session, conversation_id: int, now: datetime) -> None:
    conversation = _locked(session, conversation_id)
    hold = people.hold_of(session, conversation_id)
    if hold is None or hold.due_at > now:
        return  # given back or written in meanwhile
    left = people.unread(session, hold)
    release(session, conversation, now, left)
    log.warning("hold_ended", conversation=conversation_id, user=hold.answered_by, messages=len(left))


def _locked(session: Session, conversation_id: int) -> Conversation:
    conversation = people.locked_conversation(session, conversation_id)
    if conversation is None:
        raise NotFoundError("Percakapan itu tidak ada.")
    return conversation


def _hold_of(session: Session, conversation: Conversation, user_id: int) -> Handover:
    if conversation.held_by is None:
        raise RefusedError("Percakapan ini tidak sedang Anda pegang; ambil alih dulu.")
    if conversation.held_by != user_id:
        raise RefusedError(_held_by_other(session, conversation))
    hold = people.hold_of(session, conversation.id)
    if hold is None:
        raise RefusedError("Percakapan ini tidak sedang Anda pegang; ambil alih dulu.")
    return hold


def _held_by_other(session: Session, conversation: Conversation) -> str:
    holder = session.get_one(User, conversation.held_by)
    return f"Percakapan ini sedang dipegang oleh {holder.email}. Belum ada yang terkirim atau berubah."


def _was_given_back_by(session: Session, conversation: Conversation, user_id: int) -> bool:
    last = people.last_hold(session, conversation.id)
    return last is not None and last.answered_by == user_id


def _close(session: Session, conversation: Conversation, how: str, now: datetime) -> Handover | None:
    hold = people.hold_of(session, conversation.id)
    if hold is not None:
        hold.answered_at, hold.answer = now, how
    return hold


def _settle_wishes(session: Session, conversation: Conversation, user_id: int, text: str, now: datetime) -> None:
    """Whoever wished for a person has one now."""
    wished = select(Handover).where(
        Handover.conversation_id == conversation.id, Handover.reason == WISH, Handover.answered_at.is_(None)
    )
    for handover in session.scalars(wished):
        handover.answered_at, handover.answered_by, handover.answer = now, user_id, text


def _ends(rulebook: Rulebook, now: datetime) -> datetime:
    return rulebook.city.working_calendar.add(now, rulebook.city.follow_ups.hold_ends)


def _without_question(conversation: Conversation) -> dict[str, object]:
    """What is remembered, without an open question; one that holds a story keeps it, for nothing may be lost."""
    dialogue = Dialogue.from_json(conversation.dialogue)
    if dialogue.pending is None or dialogue.pending.held is not None or dialogue.draft is not None:
        return conversation.dialogue
    return dialogue.answered().to_json()
