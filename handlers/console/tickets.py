"""One ticket in the console, and passing one on to the agency that answers for it."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot import coordination
from bot import tickets as life
from bot.errors import NotFoundError, RefusedError
from bot.numbers import find_numbers
from bot.status import Status
from handlers.console.home import home_page
from handlers.console.messages import TWICE
from handlers.console.room import BIG_ID, blueprint, filters, phrases, user_id
from handlers.console.thread import thread_of
from handlers.edge import edge
from handlers.forms import Typed, refused, text_of
from handlers.photos import photo_response
from storage.queries import console as queries
from storage.queries.attachments import photo_of, photos_of


@blueprint.get("/tickets")
def find() -> Response:
    """Go to the ticket whose number was typed, however it was spaced."""
    wanted = request.args.get("number", "").strip()
    found = find_numbers(wanted, edge().rulebook.city.ticket_prefix)
    if not found:
        flash(f"„{wanted[:40]}” bukan nomor laporan. Contoh: JK-7Q2M9X-4." if wanted else "Tulis nomor laporan.")
        return redirect(url_for(".home"), 303)
    return redirect(url_for(".ticket", number=found[0]), 303)


@blueprint.get("/tickets/<number>")
def ticket(number: str) -> str:
    """A ticket with its history, its conversation and what is planned."""
    return _ticket_page(number, Typed())


@blueprint.post("/tickets/<number>/pass-on")
def pass_on(number: str) -> Response | tuple[str, int]:
    """Give a ticket that came back, or that no rule could place, to an agency."""
    here, agency = edge(), text_of("agency")
    try:
        with here.database.begin() as session:
            found = life.by_number(session, number)
            session.refresh(found, with_for_update=True)
            coordination.pass_on(session, here.rulebook, found, agency, user_id(), here.clock.now())
        flash(f"{number} diteruskan ke {here.rulebook.city.agency_name(agency)}.")
    except RefusedError as error:
        if not _is_there(number, agency):
            return _again(number, refused(f"pass-on-{number}", str(error))), 409
        flash(TWICE)
    if text_of("from") == "ticket":
        return redirect(url_for(".ticket", number=number), 303)
    return redirect(url_for(".home", **filters().query), 303)


@blueprint.get("/tickets/<number>/pass-on")
def back_to_ticket(number: str) -> Response:
    """Where a form was sent to is no page; the ticket is."""
    return redirect(url_for(".ticket", number=number), 303)


@blueprint.get(f"/tickets/<number>/photo/<{BIG_ID}:photo_id>")
def photo(number: str, photo_id: int) -> Response:
    """A photo of this ticket."""
    with edge().database.read() as session:
        return photo_response(photo_of(session, life.by_number(session, number).id, photo_id))


def _ticket_page(number: str, typed: Typed) -> str:
    say = phrases()
    with edge().database.read() as session:
        found = queries.ticket_in_full(session, number)
        if found is None:
            raise NotFoundError(f"Tidak ada laporan bernomor {number}.")
        return render_template(
            "console/ticket.html",
            ticket=found,
            say=say,
            lines=thread_of(session, found.conversation_id, found.id),
            planned=queries.planned(session, found.id),
            photos=photos_of(session, found.id),
            city=say.city,
            typed=typed,
        )


def _again(number: str, typed: Typed) -> str:
    return _ticket_page(number, typed) if text_of("from") == "ticket" else home_page(typed)


def _is_there(number: str, agency: str) -> bool:
    """Whether the ticket is where it was to go: the form was sent twice."""
    with edge().database.read() as session:
        found = life.by_number(session, number)
        return found.agency == agency and found.status != Status.COORDINATION
