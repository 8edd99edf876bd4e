"""An agency's part of the console, behind a log-in: its cases, and the only way to work on a sealed one."""

import structlog
from flask import flash, redirect, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import AGENCY_OFFICER, READERS, STAFF
from bot.agencies.work import Desk
from bot.city.city import COORDINATORS
from bot.errors import NotFoundError, RefusedError
from bot.status import Move
from bot.tickets import tickets as life
from bot.tickets.tickets import By
from handlers.agency.page import Addresses, case_page
from handlers.agency.steps import carry_out, in_full, prepared, step_of
from handlers.agency.words import TWICE
from handlers.audit import changing, looked
from handlers.console import sight
from handlers.console.agencies import case_list
from handlers.console.room import BIG_ID, blueprint, user_id
from handlers.edge import edge
from handlers.files import SMALL, file_response, is_for_agencies
from handlers.forms import Typed, refused
from handlers.guards import seen_by
from handlers.i18n import translated
from handlers.photos import photo_response
from storage.models import MediaFile, Ticket
from storage.queries.attachments import photo_of
from storage.queries.media import file_of_ticket

log = structlog.get_logger()


@blueprint.get("/cases/<number>")
@seen_by(*READERS, AGENCY_OFFICER)
def case(number: str) -> str | Response:
    """The case with the forms of an agency; those who do not work on it are led to what they may see of it.

    Every look is written down.
    """
    with edge().database.read() as session:
        found = life.by_number(session, number)
        if not sight.is_of_agency() and not _is_mine(found):
            return redirect(url_for(".ticket", number=number), 303)
        is_plain = not _mine(session, number).sealed
    if is_plain:
        looked()
    return _page(number, Typed())


@blueprint.post("/cases/<number>/<action>")
@seen_by(*STAFF, AGENCY_OFFICER)
def act_on_case(number: str, action: str) -> Response | tuple[str, int]:
    """Carry out one action in one transaction; a form that was sent twice has one effect."""
    step_of(action)
    try:
        notice = _carry_out(number, action)
    except RefusedError as error:
        return _page(number, refused(action, in_full(str(error)))), 409
    except NotFoundError:
        if action != Move.SEND_BACK or not _was_sent_back(number):
            raise
        notice = TWICE
    flash(translated(notice))
    if action == Move.SEND_BACK:
        return redirect(url_for(".home"), 303)
    return redirect(url_for(".case", number=number), 303)


@blueprint.get("/cases/<number>/<action>")
@seen_by(*STAFF, AGENCY_OFFICER)
def back_to_case(number: str, action: str) -> Response:
    """Where a form was sent to is no page; the case is."""
    return redirect(url_for(".case", number=number), 303)


@blueprint.get(f"/cases/<number>/photo/<{BIG_ID}:photo_id>")
@seen_by(*STAFF, AGENCY_OFFICER)
def case_photo(number: str, photo_id: int) -> Response:
    """A photo of this case."""
    with edge().database.read() as session:
        found = _mine(session, number)
        photo = photo_of(session, found.id, photo_id)
    sight.note_look_at_file(found, f"photo {photo_id}")
    return photo_response(photo)


@blueprint.get(f"/cases/<number>/file/<{BIG_ID}:file_id>")
@seen_by(*STAFF, AGENCY_OFFICER)
def case_file(number: str, file_id: int) -> Response:
    """What the citizen sent along with this case, but for other people's numbers."""
    with edge().database.read() as session:
        found = _mine(session, number)
        file = file_of_ticket(session, found.id, file_id)
    sight.note_look_at_file(found, f"file {file_id}")
    return file_response(edge().files, file if file and is_for_agencies(file) else None, request.args.get("size"))


def agency_home() -> str:
    """All that the agency of the present user has."""
    return case_list.list_page()


def _page(number: str, typed: Typed) -> str:
    with edge().database.read() as session:
        found = _mine(session, number)
    sight.note_looks([found], "case")
    with edge().database.read() as session:
        found = _mine(session, number)
        return case_page(session, found, found.agency, _addresses(number), typed, "console/layout.html")


def _addresses(number: str) -> Addresses:
    def file_address(file: MediaFile, small: bool) -> str:
        return url_for("console.case_file", number=number, file_id=file.id, size=SMALL if small else None)

    return Addresses(
        act=lambda action: url_for("console.act_on_case", number=number, action=action),
        photo=lambda photo_id: url_for("console.case_photo", number=number, photo_id=photo_id),
        file=file_address,
        case=lambda other: url_for("console.case", number=other),
    )


def _carry_out(number: str, action: str) -> str:
    here = edge()
    with here.database.read() as session:
        _mine(session, number)
    step = prepared(action)
    with changing() as session:
        ticket = _mine(session, number)
        session.refresh(ticket, with_for_update=True)
        _mine(session, number)  # it may have gone elsewhere before it was locked
        officer = None if sight.is_of_agency() else user_id()
        desk = Desk(session, here.rulebook, ticket, ticket.agency, here.clock.now(), officer)
        notice = carry_out(desk, action, step)
        if notice != TWICE:
            by = By(f"user:{user_id()}", desk.now)
            life.record(session, ticket, "acted", by, {"action": action})
            log.info("case_acted", ticket=number, user=user_id(), action=action)
    return notice


def _mine(session: Session, number: str) -> Ticket:
    """The case, for whoever works on it: its agency's officers, and those named for sealed ones."""
    found = sight.open_to_me(session, number)
    if not _is_mine(found):
        raise NotFoundError(f"Tidak ada laporan bernomor {number}.")
    return found


def _is_mine(ticket: Ticket) -> bool:
    return sight.sees(ticket) and (sight.is_of_agency() or ticket.sealed)


def _was_sent_back(number: str) -> bool:
    """Whether this agency has just sent the case back: the form was sent twice."""
    with edge().database.read() as session:
        found = life.by_number(session, number)
        mine = (Move.SEND_BACK, f"agency:{current_user.agency}")
        return found.agency == COORDINATORS and mine in [(event.kind, event.actor) for event in found.events]
