"""What an agency does with a ticket. It decides; it can only *claim* that something is done."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy.orm import Session

from bot.agencies import claims
from bot.city.city import COORDINATORS
from bot.errors import RefusedError
from bot.incidents import members
from bot.intake.file_types import UnusableFileError
from bot.intake.pictures import Picture, read_picture
from bot.messages import NOBODY_THERE, legible
from bot.outgoing import agency_mail, unasked
from bot.rulebook import Rulebook
from bot.status import Move
from bot.tickets import tickets
from bot.tickets.tickets import By
from storage.models import Ticket

LONGEST_NOTE = 2_000
LARGEST_PHOTO = 5 * 1024 * 1024
FURTHEST_DATE = timedelta(days=730)
UNUSABLE = {
    "pixels": "Foto itu terlalu besar; kecilkan dulu. Belum ada yang tersimpan.",
    "damaged": "Foto itu rusak atau tidak lengkap; pilih foto lain. Belum ada yang tersimpan.",
}
PHOTO_TYPES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"RIFF": "image/webp"}


@dataclass(frozen=True)
class Desk:
    """One agency's hand on one ticket, at one moment.

    ``officer`` is the id of somebody of the city who does the agency's part of a sealed case.
    """

    session: Session
    rulebook: Rulebook
    ticket: Ticket
    agency: str
    now: datetime
    officer: int | None = None

    def by(self, note: str | None = None) -> By:
        actor = f"user:{self.officer}" if self.officer else f"agency:{self.agency}"
        return By(actor, self.now, note)

    def move(self, step: Move, note: str | None = None) -> None:
        tickets.move(self.session, self.rulebook, self.ticket, step, self.by(note))
        members.lead_moved(self.session, self.rulebook, self.ticket, self.now)


def accept(desk: Desk) -> None:
    """The agency takes the ticket on."""
    desk.move(Move.ACCEPT)


def send_back(desk: Desk, note: str, suggested: str = "") -> None:
    """Not ours: the coordinators find who answers for it. The links of this agency end here.

    ``suggested`` is the agency that this one thinks is right; the coordinators read it with the reason.
    """
    reason = needed(note, "Tuliskan alasannya.")
    if "/" in desk.agency and not desk.ticket.urgent:
        raise RefusedError("Kembalikan laporan ini ke instansi Anda dulu; instansi yang meneruskannya.")
    if "/" not in desk.agency:
        agency_mail.taken_back(desk.session, desk.rulebook, desk.ticket, desk.now)
    desk.move(Move.SEND_BACK, f"{reason}{_suggestion(desk, suggested)}")
    desk.ticket.agency, desk.ticket.unit = COORDINATORS, None
    agency_mail.revoke_links(desk.session, desk.ticket, desk.now)


def ask(desk: Desk, question: str) -> None:
    """Ask the citizen something, through the bot; the agency never sees the number."""
    if desk.ticket.conversation.channel in NOBODY_THERE:
        raise RefusedError("Warga ini tidak meninggalkan nomor, jadi tidak ada yang bisa ditanyai lewat pesan.")
    if not may_write(desk.ticket):
        raise RefusedError("Warga belum memastikan nomornya aman, jadi pertanyaan ini tidak kami kirim.")
    desk.move(Move.ASK, needed(question, "Tuliskan pertanyaan untuk warga."))
    _tell(desk, "follow_question")


def set_date(desk: Desk, day: date) -> None:
    """Say by when it will be done; the citizen is told."""
    local_noon = datetime.combine(day, time(12), desk.rulebook.city.zone)
    if not desk.now - timedelta(days=1) < local_noon < desk.now + FURTHEST_DATE:
        raise RefusedError("Pilih tanggal mulai hari ini, paling jauh dua tahun ke depan.")
    desk.ticket.expected_on = local_noon
    desk.move(Move.SET_DATE, day.isoformat())
    _tell(desk, "follow_scheduled")


def claim_done(desk: Desk, note: str, photo: Picture | None, *more: Picture) -> None:
    """Claim that it is done, with proof; the citizen is asked whether it is. ``more``: further photos."""
    said = needed(note, "Tuliskan apa yang sudah dikerjakan.")
    refuses = desk.rulebook.city.evidence.missing_photo == "refuse"
    if photo is None and refuses and claims.needs_photo(desk.rulebook, desk.ticket):
        raise RefusedError("Layanan ini perlu foto hasil; sertakan fotonya. Belum ada yang tersimpan.")
    desk.move(Move.CLAIM, said)
    claims.note_claim(desk.session, desk.rulebook, desk.ticket, photo, desk.by(), more)


def read_photo(photo: bytes, zone: tzinfo) -> Picture | None:
    """The chosen file as a photo; None for no file, RefusedError for one that is none or too large.

    It takes a while, so it is done before a transaction. ``zone``: see ``bot.intake.pictures``.
    """
    if not photo:
        return None
    try:
        return read_picture(photo, _photo_type(photo), zone)
    except UnusableFileError as error:
        raise RefusedError(UNUSABLE[error.reason]) from None


def may_write(ticket: Ticket) -> bool:
    """Whether the citizen may be written to about ``ticket``: there is a number, and nobody else may read the
    phone."""
    return ticket.conversation.channel not in NOBODY_THERE and (not ticket.sealed or bool(ticket.may_write))


def _tell(desk: Desk, wording: str) -> None:
    unasked.tell_of_move(desk.session, desk.rulebook, desk.ticket, wording, desk.now)


def _suggestion(desk: Desk, agency: str) -> str:
    if not agency:
        return ""
    if agency not in desk.rulebook.city.agencies:
        raise RefusedError("Pilih salah satu instansi dari daftar.")
    return f"\nInstansi yang tepat menurut kami: {desk.rulebook.city.agency_name(agency)}"


def needed(text: str, otherwise: str) -> str:
    """What was typed, without space around it; RefusedError for nothing (``otherwise``) and for too much."""
    text = legible(text).strip()
    if not text:
        raise RefusedError(otherwise)
    if len(text) > LONGEST_NOTE:
        raise RefusedError(f"Catatan paling panjang {LONGEST_NOTE} huruf; ringkaslah. Belum ada yang tersimpan.")
    return text


def _photo_type(photo: bytes) -> str:
    """The type by content, whatever the upload calls itself."""
    if len(photo) > LARGEST_PHOTO:
        raise RefusedError("Foto paling besar 5 MB; kecilkan dulu. Belum ada yang tersimpan.")
    for start, content_type in PHOTO_TYPES.items():
        if photo.startswith(start):
            return content_type
    raise RefusedError("Berkas itu bukan foto JPEG, PNG atau WebP. Belum ada yang tersimpan.")
