"""Back to the page of a ticket without its link: by number and the last four digits of the telephone."""

from flask import Blueprint, make_response, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from bot.citizen_web import lookup
from bot.citizen_web.lookup import LockedError
from bot.errors import RefusedError
from bot.tickets import citizen_page, tickets
from handlers.citizen.room import keep_private
from handlers.citizen.show import STALE
from handlers.edge import edge
from handlers.forms import Typed, refused, text_of
from handlers.guards import guard
from handlers.i18n import N_, translated
from handlers.network import network_of
from handlers.phrases import Phrases

blueprint = Blueprint("citizen_lookup", __name__, url_prefix="/t")
guard(blueprint, "public")
blueprint.after_request(keep_private)

FORM = "lookup"
NOT_FOUND = N_("Nomor laporan dan empat angka itu tidak cocok. Periksa keduanya, lalu coba lagi.")
LOCKED = N_("Terlalu banyak percobaan yang tidak cocok. Coba lagi sesudah %(moment)s.")


@blueprint.get("")
def ask() -> Response:
    """The empty form."""
    return _page()


@blueprint.post("")
def find() -> Response:
    """On to the page; the same answer for a number that there is not and for digits that do not fit."""
    here = edge()
    now, prefix = here.clock.now(), here.rulebook.city.ticket_prefix
    try:
        number, digits = lookup.number_in(text_of("number"), prefix), lookup.digits_in(text_of("digits"))
        found = lookup.look_up(here.database, number, digits, network_of(request), now)
    except LockedError as error:
        moment = Phrases(here.rulebook.city, now).moment(error.until)
        return _page(refused(FORM, translated(LOCKED) % {"moment": moment}), 429)
    except RefusedError as error:
        return _page(refused(FORM, str(error)), 409)
    if found is None:
        return _page(refused(FORM, NOT_FOUND), 404)
    with here.database.read() as session:
        return redirect(citizen_page.path_of(tickets.by_number(session, found)), 303)


@blueprint.errorhandler(CSRFError)
def _stale(_: CSRFError) -> Response:
    return _page(refused(FORM, STALE), 400)


def _page(typed: Typed | None = None, code: int = 200) -> Response:
    example = lookup.example(edge().rulebook.city.ticket_prefix)
    return make_response(render_template("citizen/lookup.html", typed=typed or Typed(), example=example), code)
