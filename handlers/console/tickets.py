"""One ticket in the console, and passing one on to the agency that answers for it."""

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot import coordination
from bot import tickets as life
from bot.errors import NotFoundError, RefusedError
from bot.numbers import find_numbers
from bot.roles import AGENCY_OFFICER, READERS, STAFF
from bot.status import Status
from handlers.agency_steps import AUDIT
from handlers.audit import changing
from handlers.console import sight
from handlers.console.addressees import named
from handlers.console.files import in_ticket
from handlers.console.home import home_page
from handlers.console.messages import TWICE
from handlers.console.room import BIG_ID, blueprint, filters, phrases, user_id
from handlers.console.talks import talk_of
from handlers.console.thread import thread_of
from handlers.edge import edge
from handlers.files import shown
from handlers.forms import Typed, refused, text_of
from handlers.guards import seen_by
from handlers.photos import photo_response
from handlers.phrases import Phrases
from storage.models import OutboundMessage, Ticket
from storage.queries import console as queries
from storage.queries import costs, dead_letters
from storage.queries.attachments import photo_of, photos_of
from storage.queries.media import files_of_ticket
from storage.queries.people import linked
from storage.queries.sealing import emails_of


@blueprint.get("/tickets")
@seen_by(*READERS, AGENCY_OFFICER)
def find() -> Response:
    """Go to the ticket whose number was typed, however it was spaced."""
    wanted = request.args.get("number", "").strip()
    found = find_numbers(wanted, edge().rulebook.city.ticket_prefix)
    if not found:
        flash(f"„{wanted[:40]}” bukan nomor laporan. Contoh: JK-7Q2M9X-4." if wanted else "Tulis nomor laporan.")
        return redirect(url_for(".home"), 303)
    return redirect(url_for(".case" if sight.is_of_agency() else ".ticket", number=found[0]), 303)


@blueprint.get("/tickets/<number>")
@seen_by(*READERS)
def ticket(number: str) -> str | tuple[str, int]:
    """A ticket with its history, its conversation and what is planned, as far as it may be seen."""
    try:
        return _ticket_page(number, Typed())
    except NotFoundError:
        return _closed_page(number), 403


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
        flash(f"{number} diteruskan ke {here.rulebook.city.agency_name(agency)}.")
    except RefusedError as error:
        if not _is_there(number, agency):
            return _again(number, refused(f"pass-on-{number}", str(error))), 409
        flash(TWICE)
    if text_of("from") == "ticket":
        return redirect(url_for(".ticket", number=number), 303)
    return redirect(url_for(".home", **filters().query), 303)


@blueprint.get("/tickets/<number>/pass-on")
@seen_by(*STAFF)
def back_to_ticket(number: str) -> Response:
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


def _ticket_page(number: str, typed: Typed) -> str:
    say = phrases()
    sight.note_looks_beside(number)
    with edge().database.read() as session:
        found = queries.ticket_in_full(session, number)
        if found is None or not sight.sees(found):
            raise NotFoundError(f"Tidak ada laporan bernomor {number}.")
        curtain = sight.curtain_before(session, found.citizen_id)
        looks = [event for event in found.events if event.kind in AUDIT]
        return render_template(
            "console/ticket.html",
            ticket=found,
            say=say,
            lines=thread_of(session, found.conversation_id, say, curtain, found),
            history=[event for event in found.events if event.kind not in AUDIT],
            looks=looks,
            lookers=emails_of(session, {event.actor for event in looks}),
            talk=talk_of(session, found.conversation, curtain, number),
            linked=linked(session, found, sealed=sight.sees_sealed()),
            planned=queries.planned(session, found.id),
            photos=photos_of(session, found.id),
            files=[shown(file, in_ticket(number), say) for file in files_of_ticket(session, found.id)],
            unsent=_unsent_letters(session, found, say),
            costs=costs.of_ticket(session, found.id),
            city=say.city,
            typed=typed,
        )


def _unsent_letters(session: Session, found: Ticket, say: Phrases) -> list[tuple[str, OutboundMessage]]:
    """To whom a letter about this ticket did not get through, the newest of each."""
    rows = dead_letters.to_agency(session, found.id)
    return list({named(row, found, say): (named(row, found, say), row) for row in reversed(rows)}.values())


def _closed_page(number: str) -> str:
    """What everybody may know of a sealed ticket; NotFoundError where there is no such ticket."""
    with edge().database.read() as session:
        return render_template("console/sealed.html", ticket=life.by_number(session, number), say=phrases())


def _again(number: str, typed: Typed) -> str:
    return _ticket_page(number, typed) if text_of("from") == "ticket" else home_page(typed)


def _is_there(number: str, agency: str) -> bool:
    """Whether the ticket is where it was to go: the form was sent twice."""
    with edge().database.read() as session:
        found = life.by_number(session, number)
        return found.agency == agency and found.status != Status.COORDINATION
