"""Doing what was asked: handing out a copy, correcting a name, restricting, erasing by two people, refusing."""

from collections.abc import Callable

from flask import flash, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import STAFF
from bot.errors import RefusedError
from bot.personal import erasing, restricting, rights
from handlers.audit import changing
from handlers.console.personal.pages import is_for_others, request_of, request_page
from handlers.console.personal.words import REASONS
from handlers.console.room import BIG_ID, TWICE, blueprint, user_id
from handlers.edge import edge
from handlers.forms import refused, text_of
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from handlers.personal_package import digest_of, download, files_for, package
from storage.models import Citizen, RightsRequest

LONGEST_NAME = 80
SEALED = "Permintaan ini ditangani petugas kasus tersegel."
SAME_PERSON = (
    "Penghapusan dilakukan oleh orang lain daripada yang mencatatnya; minta rekan Anda membuka halaman ini."
)
UNSURE = "Tulis HAPUS untuk memastikan. Belum ada yang dihapus."


@blueprint.post(f"/personal/<{BIG_ID}:request_id>/hand-out")
@seen_by(*STAFF)
def hand_out(request_id: int) -> Response | tuple[str, int]:
    """The file, once; it is written down who got it out."""
    here, now = edge(), edge().clock.now()
    try:
        with here.database.read() as session:
            citizen_id = request_of(session, request_id).citizen_id
        kept = files_for(here, citizen_id)
        with changing(f"rights:{request_id}", kind=rights.ACCESS) as session:
            row, citizen = _open(session, request_id, rights.ACCESS)
            content = package(session, here.rulebook, citizen, kept, now)
            rights.finish(row, now, by=user_id(), proof=digest_of(content))
    except RefusedError as error:
        return request_page(request_id, refused("hand-out", str(error))), 409
    return download(content)


@blueprint.post(f"/personal/<{BIG_ID}:request_id>/correct")
@seen_by(*STAFF)
def correct_person(request_id: int) -> Response | tuple[str, int]:
    """Another name."""

    def step(session: Session) -> str:
        row, citizen = _open(session, request_id, rights.CORRECTION)
        name = " ".join(text_of("name").split())
        if not name or len(name) > LONGEST_NAME:
            raise RefusedError("Tulis nama yang benar, paling banyak 80 huruf.")
        citizen.name = name
        rights.finish(row, edge().clock.now(), by=user_id())
        return N_("Nama diperbaiki.")

    return _do(request_id, "correct", step)


@blueprint.post(f"/personal/<{BIG_ID}:request_id>/restrict")
@seen_by(*STAFF)
def restrict_use(request_id: int) -> Response | tuple[str, int]:
    """No use but what reports need."""

    def step(session: Session) -> str:
        row, citizen = _open(session, request_id, rights.RESTRICTION, rights.WITHDRAWAL)
        restricting.restrict(session, citizen, edge().clock.now())
        rights.finish(row, edge().clock.now(), by=user_id())
        return N_("Penggunaan data dibatasi.")

    return _do(request_id, "restrict", step)


@blueprint.post(f"/personal/<{BIG_ID}:request_id>/erase")
@seen_by(*STAFF)
def erase_person(request_id: int) -> Response | tuple[str, int]:
    """Everything, by another person than the one who took the request."""
    here, now = edge(), edge().clock.now()
    try:
        with changing(f"rights:{request_id}", kind=rights.ERASURE) as session:
            row, citizen = _open(session, request_id, rights.ERASURE)
            if row.taken_by == user_id():
                raise RefusedError(SAME_PERSON)
            if text_of("sure").upper() != "HAPUS":
                raise RefusedError(UNSURE)
            erasure = erasing.erase(session, here.rulebook, citizen, now)
            erasing.forget_addresses(session, citizen)
            rights.finish(row, now, by=user_id(), proof=erasure.proof)
    except RefusedError as error:
        return request_page(request_id, refused("erase", str(error))), 409
    return redirect(url_for(".erasure_receipt", erasure_id=erasure.id), 303)


@blueprint.post(f"/personal/<{BIG_ID}:request_id>/refuse")
@seen_by(*STAFF)
def refuse_request(request_id: int) -> Response | tuple[str, int]:
    """Why stands in the audit."""
    reason = text_of("reason")

    def step(session: Session) -> str:
        row, _ = _open(session, request_id, *rights.KINDS)
        if reason not in REASONS:
            raise RefusedError("Pilih alasannya.")
        rights.finish(row, edge().clock.now(), by=user_id(), outcome=rights.REFUSED)
        return N_("Permintaan ditolak; alasannya tercatat di jejak audit.")

    return _do(request_id, "refuse", step, reason=reason if reason in REASONS else "")


@blueprint.get(f"/personal/<{BIG_ID}:request_id>/<form>")
@seen_by(*STAFF)
def back_to_request(request_id: int, form: str) -> Response:
    """Where a form was sent to is no page; the request is."""
    return redirect(url_for(".personal_request", request_id=request_id), 303)


def _do(request_id: int, form: str, step: Callable[[Session], str], **data: str) -> Response | tuple[str, int]:
    try:
        with changing(f"rights:{request_id}", **data) as session:
            notice = step(session)
    except RefusedError as error:
        return request_page(request_id, refused(form, str(error))), 409
    flash(translated(notice))
    return redirect(url_for(".personal"), 303)


def _open(session: Session, request_id: int, *kinds: str) -> tuple[RightsRequest, Citizen]:
    """The request, locked, and whose it is; RefusedError where it was done, or is not for this person."""
    row = request_of(session, request_id)
    session.refresh(row, with_for_update=True)
    citizen = session.get_one(Citizen, row.citizen_id)
    if row.done_at is not None or citizen.erased_at is not None or row.kind not in kinds:
        raise RefusedError(TWICE)
    if is_for_others(session, row):
        raise RefusedError(SEALED)
    return row, citizen
