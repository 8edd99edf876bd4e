"""Views of the lists, kept under a name by whoever uses them: one click away, and theirs alone."""

from flask import flash, redirect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import STAFF
from bot.errors import RefusedError
from bot.messages import legible
from handlers.audit import changing
from handlers.console.queues.queues import RENAME_VIEW, SAVE_VIEW, queue_page, view_of
from handlers.console.room import BIG_ID, blueprint, came_from, user_id
from handlers.edge import edge
from handlers.forms import refused, text_of
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from storage.models import SavedView
from storage.queries import saved_views as queries
from storage.queries.inserting import insert_once

MOST, LONGEST_NAME, LONGEST_ID = 30, 60, 18
NAMELESS = N_("Tulis nama tampilan, paling panjang 60 huruf.")
TOO_MANY = N_("Anda sudah menyimpan 30 tampilan; hapus salah satu dulu.")
GONE, RENAMED = N_("Tampilan itu sudah tidak ada."), N_("Nama tampilan diganti.")
TAKEN = N_("Anda sudah punya tampilan lain dengan nama itu; pilih nama lain atau hapus yang lama.")


@blueprint.post("/queue/<name>/views")
@seen_by(*STAFF)
def save_view(name: str) -> Response | tuple[str, int]:
    """Keep the view of the address under the name that was typed."""
    view, called = view_of(name), legible(text_of("called")).strip()
    try:
        with changing(subject=f"queue:{name}") as session:
            is_new = _keep(session, called, view.key)
    except RefusedError as error:
        return queue_page(view, refused(SAVE_VIEW, str(error))), 409
    said = N_("Tampilan disimpan.") if is_new else N_("Tampilan itu sudah tersimpan.")
    flash(translated(said))
    return redirect(view.at(1), 303)


@blueprint.post("/queue/<name>/views/rename")
@seen_by(*STAFF)
def rename_view(name: str) -> Response | tuple[str, int]:
    """Another name for one of one's own views, the one that the list shows."""
    view, called = view_of(name), legible(text_of("called")).strip()
    try:
        with changing(subject=f"queue:{name}") as session:
            said = _rename(session, text_of("kept"), called)
    except RefusedError as error:
        return queue_page(view, refused(RENAME_VIEW, str(error))), 409
    flash(translated(said))
    return redirect(view.at(1), 303)


@blueprint.get("/queue/<name>/views/rename")
@blueprint.get("/queue/<name>/views")
@seen_by(*STAFF)
def back_to_queue(name: str) -> Response:
    """Where a form was sent to is no page; the list is."""
    return redirect(view_of(name).address, 303)


@blueprint.post(f"/views/<{BIG_ID}:view_id>/remove")
@seen_by(*STAFF)
def remove_view(view_id: int) -> Response:
    """Forget one of one's own views; twice is as good as once."""
    with changing() as session:
        mine = queries.own_view(session, user_id(), view_id)
        if mine is not None:
            session.delete(mine)
    flash(translated(N_("Tampilan dihapus.") if mine else GONE))
    return redirect(came_from(), 303)


def _rename(session: Session, view_id: str, called: str) -> str:
    """What to say of it; RefusedError for a name that is none, or is that of another view."""
    known = view_id.isascii() and view_id.isdecimal() and len(view_id) <= LONGEST_ID
    mine = queries.own_view(session, user_id(), int(view_id)) if known else None
    if mine is None:
        return GONE
    _check(called)
    mine.name = called
    try:
        session.flush()
    except IntegrityError:
        raise RefusedError(translated(TAKEN)) from None
    return RENAMED


def _check(called: str) -> None:
    if not 0 < len(called) <= LONGEST_NAME:
        raise RefusedError(translated(NAMELESS))


def _keep(session: Session, called: str, query: str) -> bool:
    """False where the very same is kept already; RefusedError where it cannot be kept."""
    _check(called)
    if _is_kept(session, called, query):
        return False
    if queries.count_of(session, user_id()) >= MOST:
        raise RefusedError(translated(TOO_MANY))
    row = {"user_id": user_id(), "name": called, "query": query, "created_at": edge().clock.now()}
    # Of two that are kept at the same moment the second finds the first here.
    return insert_once(session, SavedView, row) is not None or not _is_kept(session, called, query)


def _is_kept(session: Session, called: str, query: str) -> bool:
    kept = queries.view_named(session, user_id(), called)
    if kept is not None and kept.query != query:
        raise RefusedError(translated(TAKEN))
    return kept is not None
