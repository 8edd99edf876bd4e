"""Taking a request from somebody at the counter or on the telephone."""

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from bot.accounts import lockout
from bot.accounts.roles import STAFF
from bot.citizen_web.lookup import LockedError, digits_in, number_in
from bot.errors import NotFoundError, RefusedError
from bot.personal import rights
from bot.personal.finding import check_attempt, citizen_of
from handlers.audit import changing
from handlers.console.personal.pages import requests_page
from handlers.console.room import blueprint, phrases, user_id
from handlers.console.sight import sees_sealed
from handlers.edge import edge
from handlers.forms import refused, text_of
from handlers.guards import seen_by
from handlers.i18n import N_, translated

FORM = "take"
LOCKED = N_("Terlalu banyak percobaan yang tidak cocok. Coba lagi sesudah %(moment)s.")


@blueprint.post("/personal")
@seen_by(*STAFF)
def take_request() -> Response | tuple[str, int]:
    """Find the citizen by number and digits, and write the request down."""
    here = edge()
    try:
        number = number_in(text_of("number"), here.rulebook.city.ticket_prefix)
        digits, kind, note = digits_in(text_of("digits")), _kind(), text_of("note")[: rights.LONGEST_NOTE]
        if text_of("checked") != "yes":
            raise RefusedError("Periksa dulu identitas pemohon, lalu beri centang. Belum ada yang tercatat.")
        request_id = _taken(number, digits, kind, note)
    except LockedError as error:
        message = translated(LOCKED) % {"moment": phrases().moment(error.until)}
        return requests_page(refused(FORM, message)), 429
    except (RefusedError, NotFoundError) as error:
        return requests_page(refused(FORM, str(error))), 409
    flash(translated(N_("Permintaan dicatat.")))
    return redirect(url_for(".personal_request", request_id=request_id), 303)


def _taken(number: str, digits: str, kind: str, note: str) -> int:
    """The attempt counts even where it fails, and is forgiven where it does not."""
    now = edge().clock.now()
    subject = lockout.of_ticket(f"desk {user_id()}")
    with changing("personal") as session:
        check_attempt(session, subject, now)
    with changing(f"ticket:{number}", kind=kind) as session:
        citizen = citizen_of(session, number, digits, sealed=sees_sealed())
        row = rights.take(
            session, citizen.id, kind, now, via=rights.AT_DESK, taken_by=user_id(), note=note or None
        )
        lockout.forgive(session, subject)
        return row.id


def _kind() -> str:
    kind = text_of("kind")
    if kind not in rights.KINDS:
        raise RefusedError("Pilih apa yang diminta.")
    return kind
