"""What citizens sent along, as the console and the agency's page show it, and the files themselves."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import make_response, request
from werkzeug.wrappers import Response

from bot.city.geography import is_abroad
from bot.errors import NotFoundError
from bot.intake.file_types import CONTACT, DOCUMENT, IMAGE, VIDEO, VOICE, kind_of_type
from bot.intake.media import small_key
from handlers.headers import keep_in_sandbox
from handlers.i18n import N_, translated
from handlers.phrases import Phrases
from storage.files import FileMissingError, FileStore
from storage.models import MediaFile
from storage.queries.media import KEPT

# A browser shows or plays these; everything else is offered for saving.
INLINE = frozenset({IMAGE, VOICE, VIDEO})
ENDINGS = {"application/pdf": "pdf", "text/vcard": "vcf"}
NAMES = {
    IMAGE: N_("Foto"),
    VOICE: N_("Pesan suara"),
    VIDEO: N_("Video"),
    DOCUMENT: N_("Dokumen"),
    CONTACT: N_("Kartu kontak"),
}
NOT_KEPT = {
    "too_large": N_("terlalu besar"),
    "pixels": N_("terlalu besar"),
    "damaged": N_("rusak"),
    "empty": N_("kosong"),
    "heic": N_("format HEIC"),
    "unknown": N_("jenisnya tidak dikenal"),
    "foreign_host": N_("alamatnya tidak dikenal"),
    "flood": N_("terlalu banyak pesan sekaligus"),
}
SMALL = "small"
GONE = "Berkas itu tidak ada pada laporan ini."
Address = Callable[[MediaFile, bool], str]


@dataclass(frozen=True)
class Shown:
    """One file on a page. ``url`` is None where there is nothing to open; ``small`` is for photos only.

    ``kind`` as in ``bot.intake.file_types``; ``details`` are lines to stand below it; ``odd`` marks a place
    abroad.
    """

    kind: str
    name: str
    url: str | None = None
    small: str = ""
    details: tuple[str, ...] = ()
    odd: bool = False


def shown(file: MediaFile, address: Address, say: Phrases) -> Shown:
    """``file`` as a page shows it; ``address`` gives the link to it or, with True, to its small version."""
    kind = kind_of_type(file.content_type or file.claimed_type)
    if file.state != KEPT:
        return Shown(kind, translated(NAMES[kind]), details=(_missing(file),))
    small = address(file, True) if kind == IMAGE else ""
    name, details = translated(NAMES[kind]), tuple(_details(file, say))
    return Shown(kind, name, address(file, False), small, details, _is_odd(file, say))


def is_for_agencies(file: MediaFile) -> bool:
    """A contact card is somebody's number, which agencies never see; what was not kept is nothing to them."""
    return file.state == KEPT and kind_of_type(file.content_type or "") != CONTACT


def file_response(store: FileStore, file: MediaFile | None, size: str | None = None) -> Response:
    """The kept file, or its ``small`` version, under the type that we found, not the one that was claimed.

    NotFoundError where there is none.
    """
    small = size == SMALL
    if file is None or file.content_type is None:
        raise NotFoundError(GONE)
    kind = kind_of_type(file.content_type)
    if small and kind != IMAGE:
        raise NotFoundError(GONE)
    try:
        content = store.get(small_key(file) if small else file.store_key)
    except FileMissingError:
        raise NotFoundError(GONE) from None
    response = make_response(content)
    response.headers["Content-Type"] = "image/jpeg" if small else file.content_type
    response.headers["Content-Disposition"] = _disposition(file, kind)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=3600"
    keep_in_sandbox()
    # Browsers ask for sound and film in pieces.
    return response.make_conditional(request.environ, accept_ranges=True, complete_length=len(content))


def _disposition(file: MediaFile, kind: str) -> str:
    if kind in INLINE:
        return "inline"
    return f'attachment; filename="berkas-{file.id}.{ENDINGS.get(file.content_type or "", "bin")}"'


def _missing(file: MediaFile) -> str:
    if file.state == "waiting":
        return translated("Sedang diambil.")
    reason = translated(NOT_KEPT.get(file.reason or "", N_("tidak bisa diambil")))
    return translated("Tidak tersimpan: %(reason)s.") % {"reason": reason}


def _details(file: MediaFile, say: Phrases) -> list[str]:
    lines = []
    if file.taken_at:
        lines.append(translated("Diambil %(moment)s") % {"moment": say.moment(file.taken_at)})
    if file.latitude is not None and file.longitude is not None:
        pin = {"pin": f"{file.latitude:.5f}, {file.longitude:.5f}"}
        odd = N_("Tempat menurut foto: %(pin)s (di luar negeri)")
        lines.append(translated(odd if _is_odd(file, say) else N_("Tempat menurut foto: %(pin)s")) % pin)
    if file.transcript:
        lines.append(translated("Transkrip otomatis: %(text)s") % {"text": file.transcript})
    return lines


def _is_odd(file: MediaFile, say: Phrases) -> bool:
    if file.latitude is None or file.longitude is None:
        return False
    return is_abroad(file.latitude, file.longitude, say.city.calendar.country)
