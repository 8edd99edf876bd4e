"""Filing what the form holds: photos looked at and kept first, one transaction, and what became of it in words."""

from collections.abc import Sequence

import structlog
from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from bot.citizen_web.received import STORE_AWAY, read_photo
from bot.desk_intake import filing, proposal
from bot.desk_intake.filing import Filed, Shot
from bot.desk_intake.taken import Taken, tidy
from bot.errors import RefusedError
from bot.intake.media import SMALL
from handlers.audit import changing
from handlers.console.intake.form import Form
from handlers.console.room import user_id
from handlers.edge import edge
from handlers.i18n import N_, translated
from nlu.client import Place, Understanding
from storage.files import FileStore, StoreError, new_key

log = structlog.get_logger()
MOST_PHOTOS = 3
PHOTO, SUBJECT = "photo", "page:intake"
TOO_MANY = N_("Paling banyak tiga foto; pilih yang paling jelas. Belum ada yang tersimpan.")
TWICE = N_("Formulir ini sudah tersimpan sebelumnya; tidak ada yang tercatat dua kali.")
SAVED = N_("Laporan tersimpan.")
ASKED = N_("Pertanyaan tersimpan; warga dijawab lewat nomor yang diberikan.")
ASKED_TWICE = N_("Pertanyaan ini sudah tersimpan sebelumnya.")
SAME = N_("Warga ini sudah melaporkan hal yang sama; keterangannya ditambahkan ke laporan itu.")
JOINED = N_("Warga lain melaporkan hal yang sama; laporan ini ditindaklanjuti bersama.")
SEALED = N_("Laporan tersegel: hanya petugas yang ditunjuk yang membacanya.")
# Why nothing goes to a number that was left.
SILENT = {
    "not_sent_opted_out": N_(
        "Nomor ini pernah meminta BERHENTI; kabar baru dikirim setelah warga mengirim MULAI."
    ),
    "not_sent_blocked": N_("Nomor ini diblokir; tidak ada kabar yang dikirim."),
    "not_sent_sealed": N_("Laporan tersegel dan nomornya belum pasti aman: tidak ada kabar yang dikirim."),
}


def saved(form: Form) -> Response:
    """File it, say what became of it, and go on to its receipt; RefusedError where it cannot be filed."""
    here = edge()
    chosen = [file for file in request.files.getlist(PHOTO) if file.filename]
    understood, place = _understood(form)
    taken = tidy(form.taken(here.rulebook.city, place), here.rulebook.city, pictures=len(chosen))
    if len(chosen) > MOST_PHOTOS:
        raise RefusedError(TOO_MANY)
    shots = _shots([file.read() for file in chosen])
    filed = _file(taken, understood, shots)
    for sentence in _told(filed, taken):
        flash(sentence)
    if filed.ticket is None:
        return redirect(url_for(".intake", by=taken.came_by), 303)
    return redirect(url_for(".intake_receipt", number=filed.ticket.number), 303)


def _understood(form: Form) -> tuple[Understanding | None, Place | None]:
    """What the model makes of the words, and where the place lies: as it read it there, else asked anew."""
    here, place = edge(), form["place"]
    texts = [form["words"], *([place] if place else [])]
    found = proposal.understand(here.nlu, here.rulebook, *texts) if form["words"] else None
    if not found:
        return None, None
    told = found[0].place
    is_told = told is not None and (told.text == place if place else told.kelurahan == form["area"])
    return found[0], told if is_told else (found[1].place if place else None)


def _shots(contents: Sequence[bytes]) -> list[Shot]:
    """The photos, looked at and kept before anything is written; RefusedError for what is none."""
    here = edge()
    photos = [photo for content in contents if (photo := read_photo(content, here.rulebook))]
    shots = [Shot(new_key(), photo) for photo in photos]
    try:
        for shot in shots:
            _keep(here.files, shot)
    except StoreError as error:  # what was kept by then nobody names: ``flask media check`` finds it
        log.error("media_store_unavailable", reason=str(error))
        raise RefusedError(STORE_AWAY) from None
    return shots


def _keep(files: FileStore, shot: Shot) -> None:
    files.put(shot.key, shot.photo.content)
    if shot.photo.picture:
        files.put(shot.key + SMALL, shot.photo.picture.small)


def _file(taken: Taken, understood: Understanding | None, shots: Sequence[Shot]) -> Filed:
    here, filed = edge(), None
    numbers: list[str] = []  # for the audit, which is written behind all else
    about = {"came_by": taken.came_by, "kind": taken.kind, "service": taken.service, "tickets": numbers}
    try:
        with changing(SUBJECT, **about) as session:
            filed = filing.file(session, here.rulebook, taken, understood, shots, user_id(), here.clock.now())
            numbers += [filed.ticket.number] if filed.ticket else []
        return filed
    finally:
        if filed is None or filed.again:
            _forget(shots)


def _forget(shots: Sequence[Shot]) -> None:
    for shot in shots:
        edge().files.delete(shot.key)
        edge().files.delete(shot.key + SMALL)


def _told(filed: Filed, taken: Taken) -> list[str]:
    """What became of it, for the officer."""
    if filed.ticket is None:
        return [translated(ASKED_TWICE if filed.again else ASKED)]
    if filed.again:
        return [translated(TWICE)]
    said = [translated(SAME if filed.same_as else SAVED)]
    if filed.others and not filed.same_as:
        said.append(translated(JOINED))
    if filed.ticket.sealed:
        said.append(translated(SEALED))
    if taken.phone and filed.why_silent in SILENT:
        said.append(translated(SILENT[filed.why_silent]))
    return said


def has_photos() -> bool:
    """Whether photos were chosen, which no browser keeps for the next form."""
    return any(file.filename for file in request.files.getlist(PHOTO))
