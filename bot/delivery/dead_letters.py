"""What people do about messages that got through by no way: send them again, or say that it is dealt with.

A message leaves the list once, whoever clicks how often: its state is looked at again under a lock on its row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from bot.delivery import failing, failures
from bot.delivery.failure_words import MENDABLE
from bot.errors import NotFoundError, RefusedError
from bot.outgoing.outbox import UNASKED
from storage.database import Database
from storage.models import Announcement, OutboundMessage, Ticket
from storage.queries import dead_letters as queries
from storage.queries.inserting import ring

log = structlog.get_logger()

BATCH = 200
STOPPED = "stopped"


@dataclass
class Retried:
    """What came of sending all of a class again: how many wait to be sent, how many cannot be."""

    again: int = 0
    cannot: int = 0


def hindrance(session: Session, row: OutboundMessage, ticket: Ticket | None) -> str | None:
    """Why ``row`` (about ``ticket``) cannot be sent again, as a sentence for the console; None where it can."""
    citizen = row.conversation.citizen if row.conversation else None
    is_unasked = row.wording.startswith(UNASKED)
    if not row.body.get("text"):
        return "Isinya sudah dihapus bersama data warga; tidak ada lagi yang bisa dikirim."
    if citizen is not None and citizen.erased_at is not None:
        return "Data warga ini sudah dihapus; tidak ada lagi yang bisa dikirimi."
    if citizen is not None and citizen.opted_out_at is not None and is_unasked:
        return "Warga ini tidak ingin dikabari (BERHENTI); kabar ini tidak dikirim lagi."
    if citizen is not None and citizen.blocked_at is not None and is_unasked:
        return "Pengirim ini diblokir; kabar ini tidak dikirim lagi."
    if ticket is not None and ticket.sealed and not ticket.may_write and is_unasked:
        return "Perkara tersegel dan belum tentu aman bagi warga; kabar ini tidak dikirim lagi."
    announcement = session.get(Announcement, row.announcement_id) if row.announcement_id else None
    if announcement is not None and announcement.state == STOPPED:
        return "Pengumuman ini sudah dihentikan; tidak dikirim lagi."
    return None


def retry(session: Session, message_id: int, user_id: int, now: datetime) -> bool:
    """Have a message sent once more; False where it is on the list no more.

    NotFoundError for a message that does not exist, RefusedError for one that cannot be sent again.
    """
    row, is_dead = _locked(session, message_id)
    if not is_dead:
        return False
    ticket = session.get(Ticket, row.ticket_id) if row.ticket_id else None
    if reason := hindrance(session, row, ticket):
        raise RefusedError(reason)
    _again(row, now)
    ring(session)
    log.info("dead_letter_retried", outbound=row.id, user=user_id)
    return True


def settle(session: Session, message_id: int, user_id: int, now: datetime) -> bool:
    """It was dealt with otherwise, by telephone for example; False where it is on the list no more.

    NotFoundError for a message that does not exist.
    """
    row, is_dead = _locked(session, message_id)
    if not is_dead:
        return False
    row.settled_at, row.settled_by = now, user_id
    log.info("dead_letter_settled", outbound=row.id, user=user_id)
    return True


def retry_all(database: Database, failure: str, user_id: int, now: datetime, *, sealed: bool) -> Retried:
    """Have all messages of a class sent once more, after what stopped them was put right.

    In small transactions, so that nothing waits for thousands. ``sealed``: also what may be about sealed cases.
    RefusedError for a class that there is not, or whose messages nothing helps all at once.
    """
    if failure not in MENDABLE:
        raise RefusedError("Pilih salah satu alasan yang punya tombol kirim lagi semua.")
    done, after = Retried(), 0
    while True:
        with database.begin() as session:
            rows = queries.some_of_class(session, failure, after, BATCH, sealed=sealed)
            if not rows:
                break
            after = rows[-1].id
            _retry_some(session, rows, done, now)
    log.info("dead_letters_retried", failure=failure, user=user_id, messages=done.again, left=done.cannot)
    return done


def _retry_some(session: Session, rows: Sequence[OutboundMessage], done: Retried, now: datetime) -> None:
    tickets = queries.tickets_of(session, rows)
    for row in rows:
        if hindrance(session, row, tickets.get(row.ticket_id or 0)):
            done.cannot += 1
        else:
            _again(row, now)
            done.again += 1
    ring(session)


def _locked(session: Session, message_id: int) -> tuple[OutboundMessage, bool]:
    found = queries.locked(session, message_id)
    if found is None:
        raise NotFoundError("Pesan itu tidak ada.")
    return found


def _again(row: OutboundMessage, now: datetime) -> None:
    """As if it had never been sent, but for the ids of what was tried: a late report of those is told apart."""
    failing.requeue(row, now)
    talk = row.conversation
    if row.failure == failures.ADDRESS and talk is not None and talk.channel == row.channel:
        talk.unreachable_at = None  # whoever sends it again knows better
    # The window may be open again; whether it is, is looked at when it is sent.
    row.body = {name: value for name, value in row.body.items() if name != "shut"}
    row.attempts, row.error, row.failure = 0, None, None
    row.sent_at, row.lease_owner = None, None
