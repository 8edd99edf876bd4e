"""What came by a citizen's page becomes a message of their conversation, as if sent from the telephone.

So everything that deals with messages deals with it: the thread, the agency's page, the photos, the erasing.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.case import Case
from bot.errors import RefusedError
from bot.incidents import photos
from bot.intake.file_types import IMAGE, UnusableFileError, kind_of_type
from bot.intake.media import LARGEST, Examined, examine, forget, keep, small_key
from bot.messages import PAGE, Content, Location, Media
from bot.privacy import mask
from bot.rulebook import Rulebook
from bot.words import NORMAL_LANE
from storage.database import Database
from storage.files import FileStore, StoreError, new_key
from storage.models import InboundMessage, MediaFile, Ticket
from storage.queries.evidence import keep_print
from storage.queries.inserting import insert_once
from storage.queries.media import KEPT

log = structlog.get_logger()

OUTCOME = "by_page"
# While the file is put into the store the media queue leaves its row alone; afterwards it gives the file up.
IN_HAND = timedelta(minutes=5)
KEY = re.compile(r"[0-9a-f]{16}")
UNUSABLE = {
    "too_large": "Foto paling besar 16 MB; kecilkan dulu. Belum ada yang tersimpan.",
    "pixels": "Foto itu terlalu besar; kecilkan dulu. Belum ada yang tersimpan.",
    "damaged": "Foto itu rusak atau tidak lengkap; pilih foto lain. Belum ada yang tersimpan.",
    "heic": "Format HEIC tidak bisa kami buka; kirim sebagai JPEG. Belum ada yang tersimpan.",
}
STORE_AWAY = "Foto belum bisa disimpan saat ini; coba lagi beberapa menit lagi. Belum ada yang tersimpan."
NO_PHOTO = "Berkas itu bukan foto JPEG, PNG, GIF atau WebP. Belum ada yang tersimpan."


@dataclass(frozen=True)
class Sent:
    """What a form of the page carries. ``key`` comes from the form as it was shown: sent twice it counts once."""

    key: str
    text: str = ""
    location: Location | None = None
    photo: Examined | None = None


def read_photo(content: bytes, rulebook: Rulebook) -> Examined | None:
    """The chosen file without its secrets; None for no file, RefusedError for one that is no photo or too large.

    It takes a while, so it is done before any transaction.
    """
    if not content:
        return None
    try:
        if len(content) > LARGEST:
            raise UnusableFileError("too_large")
        found = examine(content, rulebook.city.zone)
    except UnusableFileError as error:
        raise RefusedError(UNUSABLE.get(error.reason, NO_PHOTO)) from None
    if kind_of_type(found.content_type) != IMAGE:
        raise RefusedError(NO_PHOTO)
    return found


def need(store: FileStore) -> None:
    """RefusedError while no photo can be kept: said before anything else of the form is taken."""
    try:
        store.look()
    except StoreError as error:
        log.error("media_store_unavailable", reason=str(error))
        raise RefusedError(STORE_AWAY) from None


def take(session: Session, rulebook: Rulebook, ticket: Ticket, sent: Sent, now: datetime) -> Case | None:
    """Write it down as a message that belongs to ``ticket``, to be acted on; None where it was sent before."""
    media = (Media("", sent.photo.content_type),) if sent.photo else ()
    content = Content(text=sent.text, location=sent.location, media=media)
    conversation = ticket.conversation
    row = {
        "channel": PAGE,
        "external_id": f"{ticket.number}:{sent.key}",
        "address_hash": conversation.address_hash,
        "address": conversation.address,
        "received_at": now,
        "lane": NORMAL_LANE,
        "state": "done",
        "text": mask(sent.text),
        "content": content.to_json(),
        "raw": {},
        "conversation_id": conversation.id,
        "ticket_id": ticket.id,
        "outcome": OUTCOME,
        "done_at": now,
        "copy_deleted_at": now,  # no provider has one
    }
    message_id = insert_once(session, InboundMessage, row)
    if message_id is None:
        return None
    if sent.photo:
        _queue(session, message_id, sent.photo, now)
    return Case(session, rulebook, conversation, [session.get_one(InboundMessage, message_id)], now)


def is_key(text: str) -> bool:
    """Whether ``text`` can be the key of a form of ours."""
    return KEY.fullmatch(text) is not None


def keep_photo(
    database: Database, store: FileStore, rulebook: Rulebook, message_id: int, photo: Examined, now: datetime
) -> None:
    """Put the photo of a message that was taken into the store, and let it be seen.

    Whoever dies on the way leaves a row that the media queue gives up, and its citizen is told.
    """
    with database.read() as session:
        file = session.scalars(select(MediaFile).where(MediaFile.inbound_id == message_id)).one()
    store.put(file.store_key, photo.content)
    if photo.picture:
        store.put(small_key(file), photo.picture.small)
    with database.begin() as session:
        row = session.get_one(MediaFile, file.id, with_for_update=True)
        if row.state == "waiting":
            _settle(session, rulebook, row, photo, now)
            return
    forget(store, file)  # its citizen was erased meanwhile


def _queue(session: Session, message_id: int, photo: Examined, now: datetime) -> None:
    session.add(
        MediaFile(
            inbound_id=message_id,
            position=0,
            url="",
            claimed_type=photo.content_type,
            store_key=new_key(),
            created_at=now,
            due_at=now + IN_HAND,
            lease_owner=PAGE,
            lease_until=now + IN_HAND,
            attempts=1,
        )
    )
    session.flush()


def _settle(session: Session, rulebook: Rulebook, row: MediaFile, photo: Examined, now: datetime) -> None:
    row.lease_until = None
    keep(row, photo)
    if row.state == KEPT:
        photos.arrived(session, rulebook, row, now)
    if row.perceptual_hash:
        keep_print(session, row.perceptual_hash, media_id=row.id)
