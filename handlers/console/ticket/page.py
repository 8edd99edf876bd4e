"""One ticket in the console, and passing one on to the agency that answers for it."""

from datetime import timedelta

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.accounts.roles import AGENCY_OFFICER, READERS, STAFF
from bot.desk import coordination
from bot.errors import NotFoundError, RefusedError
from bot.status import Status
from bot.tickets import tickets as life
from bot.tickets.numbers import find_numbers
from handlers.audit import changing, looked
from handlers.console import sight
from handlers.console.queues.queues import sent_back_page
from handlers.console.room import BIG_ID, TWICE, blueprint, came_from, phrases, user_id
from handlers.console.ticket.view import ticket_page_of
from handlers.edge import edge
from handlers.forms import Typed, refused, text_of
from handlers.guards import seen_by
from handlers.i18n import translated
from handlers.photos import photo_response
from storage.queries import ticket_page
from storage.queries.attachments import photo_of

ONE_SITTING = timedelta(hours=12)


@blueprint.get("/tickets")
@seen_by(*READERS, AGENCY_OFFICER)
def find() -> Response:
    """Go to the ticket whose number was typed, however it was spaced."""
    wanted = request.args.get("number", "").strip()
    found = find_numbers(wanted, edge().rulebook.city.ticket_prefix)
    if not found:
        unknown = translated("„%(typed)s” bukan nomor laporan. Contoh: JK-7Q2M9X-4.") % {"typed": wanted[:40]}
        flash(unknown if wanted else translated("Tulis nomor laporan."))
        return redirect(url_for(".home"), 303)
    return redirect(url_for(".case" if sight.is_of_agency() else ".ticket", number=found[0]), 303)


@blueprint.get("/tickets/<number>")
@seen_by(*READERS)
def ticket(number: str) -> str | Response | tuple[str, int]:
    """A ticket with its history, its conversation and what is planned, as far as it may be seen."""
    return _opened(number, "console/ticket.html")


@blueprint.get("/tickets/<number>/print")
@seen_by(*READERS)
def print_ticket(number: str) -> str | Response | tuple[str, int]:
    """All of the case for paper: no menu, no forms."""
    return _opened(number, "console/ticket_print.html")


@blueprint.post("/tickets/<number>/pass-on")
@seen_by(*STAFF)
def pass_on(number: str) -> Response | tuple[str, int]:
    """Give a ticket that came back, or that no rule could place, to an agency."""
    here, agency = edge(), text_of("agency")
    try:
        with changing() as session:
            found = sight.open_to_me(session, number)
            session.refresh(found, with_for_update=True)
            coordination.pass_on(session, here.rulebook, found, agency, user_id(), here.clock.now())
        name = here.rulebook.city.agency_name(agency)
        flash(translated("%(number)s diteruskan ke %(agency)s.") % {"number": number, "agency": name})
    except RefusedError as error:
        if not _is_there(number, agency):
            return _again(number, refused(f"pass-on-{number}", str(error))), 409
        flash(translated(TWICE))
    if text_of("from") == "ticket":
        return redirect(url_for(".ticket", number=number), 303)
    return redirect(came_from(), 303)


@blueprint.get("/tickets/<number>/<action>")
@seen_by(*STAFF)
def back_to_ticket(number: str, action: str) -> Response:
    """Where a form was sent to is no page; the ticket is."""
    return redirect(url_for(".ticket", number=number), 303)


@blueprint.get(f"/tickets/<number>/photo/<{BIG_ID}:photo_id>")
@seen_by(*READERS)
def photo(number: str, photo_id: int) -> Response:
    """A photo of this ticket."""
    with edge().database.read() as session:
        found = sight.open_to_me(session, number)
        shot = photo_of(session, found.id, photo_id)
    sight.note_look_at_file(found, f"photo {photo_id}")
    return photo_response(shot)


def _opened(number: str, template: str) -> str | Response | tuple[str, int]:
    """The page for whoever may see it. A part of it that refreshes itself is no new look."""
    try:
        is_part = "HX-Request" in request.headers and _was_opened(number)
        if is_part and not _is_changed(number):
            return FlaskResponse(status=204)
        if not is_part:
            sight.note_looks_beside(number)
        page = ticket_page_of(number, Typed(), template)
    except NotFoundError:
        return _closed_page(number), 403
    if not is_part and not _is_noted(number):
        looked()
    return page


def _is_noted(number: str) -> bool:
    """Whether the look is in the audit already: every look at a sealed case is noted by itself."""
    if not sight.sees_sealed():
        return False
    with edge().database.read() as session:
        found = ticket_page.find_ticket(session, number)
        return found is not None and found.sealed


def _was_opened(number: str) -> bool:
    """Whether this user has opened it not long ago, so that a part of the page is no look of its own."""
    with edge().database.read() as session:
        return ticket_page.was_looked_at(session, number, user_id(), edge().clock.now() - ONE_SITTING)


def _is_changed(number: str) -> bool:
    """Whether anything on the page is other than when the browser last read it."""
    seen = request.args.get("seen", "")
    with edge().database.read() as session:
        found = sight.open_to_me(session, number)
        return not seen or ticket_page.fingerprint(session, found.id) != seen


def _closed_page(number: str) -> str:
    """What everybody may know of a sealed ticket; NotFoundError where there is no such ticket."""
    with edge().database.read() as session:
        return render_template("console/sealed.html", ticket=life.by_number(session, number), say=phrases())


def _again(number: str, typed: Typed) -> str:
    return ticket_page_of(number, typed) if text_of("from") == "ticket" else sent_back_page(typed)


def _is_there(number: str, agency: str) -> bool:
    """Whether the ticket is where it was to go: the form was sent twice."""
    with edge().database.read() as session:
        found = life.by_number(session, number)
        return found.agency == agency and found.status != Status.COORDINATION
