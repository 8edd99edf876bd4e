"""The page behind an agency's link: one ticket, and what the agency can do with it. GET changes nothing."""

import structlog
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from bot.agencies import links
from bot.agencies.links import Ended, TooOftenError
from bot.agencies.units import FROM_UNIT
from bot.agencies.work import Desk
from bot.errors import LinkExpiredError, NotFoundError, RefusedError
from bot.outgoing import agency_mail
from bot.status import Move
from handlers.agency.page import Addresses, case_page
from handlers.agency.steps import carry_out, in_full, prepared, step_of
from handlers.agency.words import LINK_ENDED, NEW_LINK_SENT, SESSION_OVER, TOO_LARGE, TWICE
from handlers.edge import edge
from handlers.files import SMALL, file_response, is_for_agencies
from handlers.forms import Typed, refused
from handlers.guards import guard
from handlers.i18n import translated
from handlers.photos import photo_response
from storage.models import MediaFile
from storage.queries.attachments import photo_of
from storage.queries.media import file_of_ticket

log = structlog.get_logger()
blueprint = Blueprint("agency", __name__, url_prefix="/agency")
guard(blueprint, "link")  # each view looks up the secret in the address

LAYOUT = "agency/layout.html"
# Steps after which the link of whoever did them may lead nowhere.
GIVING_AWAY = (Move.SEND_BACK, FROM_UNIT)


@blueprint.get("/<token>")
def show(token: str) -> str:
    """The ticket and the forms that its present status allows."""
    return _page(token)


@blueprint.post("/<token>/<action>")
def act(token: str, action: str) -> AnyResponse | tuple[str, int]:
    """Carry out one action in one transaction; a form that was sent twice has one effect."""
    step_of(action)
    try:
        notice = _carry_out(token, action)
    except RefusedError as error:
        return _page(token, refused(action, in_full(str(error)))), 409
    except LinkExpiredError:
        if action not in GIVING_AWAY or not _was_given_away(token):
            raise
        notice = TWICE
    flash(translated(notice))
    return redirect(url_for(f".{'returned' if _is_over(token) else 'show'}", token=token), 303)


@blueprint.get("/<token>/<action>")
def back_to_page(token: str, action: str) -> AnyResponse:
    """Where a form was sent to is no page; whoever opens that address wants the ticket."""
    return redirect(url_for(".show", token=token), 303)


@blueprint.post("/<token>/new-link")
def new_link(token: str) -> AnyResponse | tuple[str, int]:
    """Send a fresh link to the address that the city knows, never to one from the form."""
    here = edge()
    try:
        with here.database.begin() as session:
            ticket = links.send_anew(session, here.rulebook, token, here.clock.now())
    except TooOftenError as error:
        return _ended(token, refused("new_link", str(error))), 429
    except LinkExpiredError:
        return redirect(url_for(".show", token=token), 303)  # what became of it stands there
    log.info("agency_link_sent_anew", ticket=ticket.number)
    if request.form.get("note"):
        return _ended(token, refused("", translated(NEW_LINK_SENT)), sent=True), 200
    return redirect(url_for(".link_sent", token=token), 303)


@blueprint.get("/<token>/sent")
def link_sent(token: str) -> str | AnyResponse:
    """What to do now that a fresh link is on its way."""
    with edge().database.read() as session:
        if not links.was_sent_anew(session, token):
            return redirect(url_for(".show", token=token), 303)
    return _ended(token, Typed("", translated(NEW_LINK_SENT)), sent=True)


@blueprint.get("/<token>/returned")
def returned(token: str) -> str | AnyResponse:
    """The thanks after giving a ticket back; the link itself has ended."""
    if not _was_given_away(token):
        return redirect(url_for(".show", token=token), 303)
    return render_template("agency/thanks.html")


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
def closed(_: LinkExpiredError) -> tuple[str, int]:
    """The link has ended; what was typed meanwhile stays readable."""
    return _ended(_token(), refused("", "")), 410


@blueprint.errorhandler(NotFoundError)
def unknown(error: NotFoundError) -> tuple[str, int]:
    """A link that nobody was ever sent; what is missing behind a link that holds says so itself."""
    with edge().database.read() as session:
        if links.why_ended(session, _token()) is not Ended.UNKNOWN:
            return render_template("error.html", message=str(error), code=404), 404
    return _ended(_token(), refused("", "")), 404


@blueprint.errorhandler(CSRFError)
def session_over(_: CSRFError) -> tuple[str, int]:
    """The browser forgot its session, or another site sent the form: nothing is done, nothing is lost."""
    action = (request.view_args or {}).get("action", "")
    typed = refused(action, in_full(SESSION_OVER))
    try:
        return _page(_token(), typed), 400
    except (NotFoundError, LinkExpiredError):
        return _ended(_token(), typed), 400


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_: RequestEntityTooLarge) -> tuple[str, int]:
    """Photos beyond all measure: nothing of the form can be read, and the page says where it still stands."""
    typed = Typed("claim", translated(TOO_LARGE))
    try:
        return _page(_token(), typed), 413
    except (NotFoundError, LinkExpiredError):
        return _ended(_token(), typed), 413


@blueprint.after_request
def _keep_private(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "private, no-cache")
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _page(token: str, typed: Typed | None = None) -> str:
    here = edge()
    with here.database.read() as session:
        ticket, link = agency_mail.ticket_of_link(session, token, here.clock.now())
        return case_page(session, ticket, link.agency, _addresses(token), typed or Typed(), LAYOUT)


def _ended(token: str, typed: Typed, *, sent: bool = False) -> str:
    """Why a link opens nothing, what to do about it, and what was typed into a form behind it."""
    with edge().database.read() as session:
        why = links.why_ended(session, token)
    heading, sentence = LINK_ENDED[why]
    return render_template(
        "agency/closed.html",
        heading=translated(heading),
        sentence=translated(sentence),
        may_renew=why is Ended.RENEWABLE and not sent,
        is_sealed=why is Ended.SEALED,
        sent=sent,
        token=token,
        typed=typed,
    )


def _addresses(token: str) -> Addresses:
    def file_address(file: MediaFile, small: bool) -> str:
        return url_for("agency.file", token=token, file_id=file.id, size=SMALL if small else None)

    return Addresses(
        act=lambda action: url_for("agency.act", token=token, action=action),
        photo=lambda photo_id: url_for("agency.photo", token=token, photo_id=photo_id),
        file=file_address,
    )


def _carry_out(token: str, action: str) -> str:
    with edge().database.read() as session:  # a photo is only looked at for those who have a link
        agency_mail.ticket_of_link(session, token, edge().clock.now())
    step = prepared(action)
    with edge().database.begin() as session:
        desk = _desk(session, token)
        notice = carry_out(desk, action, step)
    if notice != TWICE:
        log.info("agency_acted", ticket=desk.ticket.number, agency=desk.agency, action=action)
    return notice


def _desk(session: Session, token: str) -> Desk:
    here = edge()
    ticket, link = agency_mail.ticket_of_link(session, token, here.clock.now())
    session.refresh(ticket, with_for_update=True)
    return Desk(session, here.rulebook, ticket, link.agency, here.clock.now())


def _token() -> str:
    return str((request.view_args or {}).get("token", ""))


def _is_over(token: str) -> bool:
    try:
        with edge().database.read() as session:
            agency_mail.ticket_of_link(session, token, edge().clock.now())
    except LinkExpiredError:
        return True
    return False


def _was_given_away(token: str) -> bool:
    """Whether a link has ended because its own holder sent the ticket back, to coordinators or the agency."""
    with edge().database.read() as session:
        return agency_mail.was_sent_back(session, token)
