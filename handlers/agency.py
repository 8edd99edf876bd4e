"""The page behind an agency's link: one ticket, and what the agency can do with it. GET changes nothing."""

import structlog
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from bot import agency_mail
from bot.agency_work import Desk
from bot.errors import LinkExpiredError, NotFoundError, RefusedError
from bot.status import Move
from handlers.agency_steps import TWICE, Addresses, carry_out, case_page, photo_is_lost, prepared, step_of
from handlers.edge import edge
from handlers.files import SMALL, file_response, is_for_agencies
from handlers.forms import Typed, refused
from handlers.guards import guard
from handlers.photos import photo_response
from storage.models import MediaFile
from storage.queries.attachments import photo_of
from storage.queries.media import file_of_ticket

log = structlog.get_logger()
blueprint = Blueprint("agency", __name__, url_prefix="/agency")
guard(blueprint, "link")  # each view looks up the secret in the address

SESSION_OVER = "Sesi halaman ini sudah berakhir. Tulisan Anda masih ada; kirim sekali lagi."


@blueprint.get("/<token>")
def show(token: str) -> str:
    """The ticket and the forms that its present status allows."""
    return _page(token)


@blueprint.post("/<token>/<action>")
def act(token: str, action: str) -> AnyResponse | tuple[str, int]:
    """Carry out one action in one transaction; a form that was sent twice has one effect."""
    step_of(action)
    try:
        notice = _carry_out(token, Move(action))
    except RefusedError as error:
        return _page(token, refused(action, f"{error}{photo_is_lost()}")), 409
    except LinkExpiredError:
        if action != Move.SEND_BACK or not _was_sent_back(token):
            raise
        notice = TWICE
    flash(notice)
    return redirect(url_for(f".{'returned' if action == Move.SEND_BACK else 'show'}", token=token), 303)


@blueprint.get("/<token>/<action>")
def back_to_page(token: str, action: str) -> AnyResponse:
    """Where a form was sent to is no page; whoever opens that address wants the ticket."""
    return redirect(url_for(".show", token=token), 303)


@blueprint.get("/<token>/returned")
def returned(token: str) -> str | AnyResponse:
    """The thanks after sending a ticket back; the link itself has ended."""
    if not _was_sent_back(token):
        return redirect(url_for(".show", token=token), 303)
    return render_template("agency/closed.html", thanks=True)


@blueprint.get("/<token>/photo/<int(max=9223372036854775807):photo_id>")
def photo(token: str, photo_id: int) -> AnyResponse:
    """One photo of this ticket and of no other."""
    here = edge()
    with here.database.read() as session:
        ticket, _ = agency_mail.ticket_of_link(session, token, here.clock.now())
        return photo_response(photo_of(session, ticket.id, photo_id))


@blueprint.get("/<token>/file/<int(max=9223372036854775807):file_id>")
def file(token: str, file_id: int) -> AnyResponse:
    """What the citizen sent along with this ticket, but for other people's numbers."""
    here = edge()
    with here.database.read() as session:
        ticket, _ = agency_mail.ticket_of_link(session, token, here.clock.now())
        found = file_of_ticket(session, ticket.id, file_id)
    return file_response(here.files, found if found and is_for_agencies(found) else None, request.args.get("size"))


@blueprint.errorhandler(LinkExpiredError)
def closed(error: LinkExpiredError) -> tuple[str, int]:
    """The link has ended; what was typed meanwhile stays readable."""
    token = (request.view_args or {}).get("token", "")
    message = "Laporan ini sudah Anda kembalikan ke koordinator." if _was_sent_back(token) else str(error)
    return render_template("agency/closed.html", message=message, typed=refused("", message)), 410


@blueprint.errorhandler(CSRFError)
def session_over(_: CSRFError) -> tuple[str, int]:
    """The browser forgot its session, or another site sent the form: nothing is done, nothing is lost."""
    view = request.view_args or {}
    typed = refused(view["action"], f"{SESSION_OVER}{photo_is_lost()}")
    try:
        return _page(view["token"], typed), 400
    except (NotFoundError, LinkExpiredError) as error:
        return render_template("agency/closed.html", message=str(error), typed=typed), 400


@blueprint.after_request
def _keep_private(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "private, no-cache")
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _page(token: str, typed: Typed | None = None) -> str:
    here = edge()
    with here.database.read() as session:
        ticket, _ = agency_mail.ticket_of_link(session, token, here.clock.now())
        return case_page(session, ticket, _addresses(token), typed or Typed())


def _addresses(token: str) -> Addresses:
    def file_address(file: MediaFile, small: bool) -> str:
        return url_for("agency.file", token=token, file_id=file.id, size=SMALL if small else None)

    return Addresses(
        act=lambda action: url_for("agency.act", token=token, action=action),
        photo=lambda photo_id: url_for("agency.photo", token=token, photo_id=photo_id),
        file=file_address,
    )


def _carry_out(token: str, action: Move) -> str:
    with edge().database.read() as session:  # a photo is only looked at for those who have a link
        agency_mail.ticket_of_link(session, token, edge().clock.now())
    step = prepared(action)
    with edge().database.begin() as session:
        desk = _desk(session, token)
        notice = carry_out(desk, action, step)
    if notice != TWICE:
        log.info("agency_acted", ticket=desk.ticket.number, agency=desk.agency, action=str(action))
    return notice


def _desk(session: Session, token: str) -> Desk:
    here = edge()
    ticket, link = agency_mail.ticket_of_link(session, token, here.clock.now())
    session.refresh(ticket, with_for_update=True)
    return Desk(session, here.rulebook, ticket, link.agency, here.clock.now())


def _was_sent_back(token: str) -> bool:
    with edge().database.read() as session:
        return agency_mail.was_sent_back(session, token)
