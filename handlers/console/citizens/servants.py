"""Civil servants who may report for others: who they are, and who let them."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from bot.accounts import servants as registry
from bot.accounts.roles import STAFF
from bot.errors import RefusedError
from handlers.audit import changing, looked
from handlers.console.room import BIG_ID, TWICE, blueprint, phrases, user_id
from handlers.edge import edge
from handlers.forms import Typed, refused, text_of
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from storage.queries import people as queries

SHOWN = 500


@blueprint.get("/servants")
@seen_by(*STAFF)
def servants() -> str:
    """Everybody who is registered, and the form for one more."""
    looked("servants")
    return _page(Typed())


@blueprint.post("/servants")
@seen_by(*STAFF)
def add_servant() -> Response | tuple[str, int]:
    """Register somebody; of the number only its hash is kept."""
    here, country = edge(), edge().rulebook.city.calendar.country
    name, unit, phone = text_of("name"), text_of("unit"), text_of("phone")
    try:
        with changing() as session:
            now = here.clock.now()
            is_new = registry.register(session, name, unit, phone, country, user_id(), now)
    except RefusedError as error:
        return _page(refused("add", str(error))), 409
    flash(translated(N_("Petugas didaftarkan; laporannya mulai sekarang ditandai.") if is_new else TWICE))
    return redirect(url_for(".servants"), 303)


@blueprint.post(f"/servants/<{BIG_ID}:servant_id>/remove")
@seen_by(*STAFF)
def remove_servant(servant_id: int) -> Response:
    """Take somebody off the list; what they reported keeps its mark."""
    with changing() as session:
        is_new = registry.remove(session, servant_id, user_id())
    done, gone = N_("Petugas dihapus dari daftar."), N_("Petugas itu sudah tidak ada di daftar.")
    flash(translated(done if is_new else gone))
    return redirect(url_for(".servants"), 303)


@blueprint.get(f"/servants/<{BIG_ID}:servant_id>/remove")
@seen_by(*STAFF)
def back_to_servants(servant_id: int) -> Response:
    """Where a form was sent to is no page; the list is."""
    return redirect(url_for(".servants"), 303)


def _page(typed: Typed) -> str:
    with edge().database.read() as session:
        entries = queries.servants(session, SHOWN)
        return render_template("console/servants.html", say=phrases(), entries=entries, typed=typed, shown=SHOWN)
