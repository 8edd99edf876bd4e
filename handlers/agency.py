"""The page behind an agency's link: one ticket, and what the agency can do with it. GET changes nothing."""

from collections.abc import Callable
from datetime import date

import structlog
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from bot import agency_mail, agency_work
from bot.agency_work import Desk
from bot.errors import LinkExpiredError, NotFoundError, RefusedError
from bot.status import Move, moves_from
from handlers.edge import edge
from handlers.forms import Typed, refused, text_of
from handlers.guards import guard
from handlers.photos import photo_response
from handlers.phrases import Phrases
from storage.models import Ticket, TicketEvent
from storage.queries.attachments import photo_of, photos_of

log = structlog.get_logger()
blueprint = Blueprint("agency", __name__, url_prefix="/agency")
guard(blueprint, "link")  # each view looks up the secret in the address

DONE = {
    Move.ACCEPT: "Terima kasih, laporan ini sudah Anda terima.",
    Move.SEND_BACK: "Laporan sudah kembali ke koordinator.",
    Move.ASK: "Pertanyaan Anda kami kirim kepada warga. Jawabannya akan kami e-mail.",
    Move.SET_DATE: "Tanggal pengerjaan tercatat dan warga kami kabari.",
    Move.CLAIM: "Terima kasih. Kami tanyakan kepada warga apakah sudah beres.",
}
TWICE = "Ini sudah tercatat sebelumnya; tidak ada yang terkirim dua kali."
CHANGED = (
    "Laporan ini berubah sejak halaman Anda dibuka. Tulisan Anda masih ada; "
    "periksa keadaannya, lalu kirim lagi bila masih perlu."
)
SESSION_OVER = "Sesi halaman ini sudah berakhir. Tulisan Anda masih ada; kirim sekali lagi."
PHOTO_AGAIN = " Foto perlu dipilih lagi."


@blueprint.get("/<token>")
def show(token: str) -> str:
    """The ticket and the forms that its present status allows."""
    return _page(token)


@blueprint.post("/<token>/<action>")
def act(token: str, action: str) -> AnyResponse | tuple[str, int]:
    """Carry out one action in one transaction; a form that was sent twice has one effect."""
    step = ACTIONS.get(action)
    if step is None:
        raise NotFoundError("Langkah itu tidak ada.")
    try:
        notice = _carry_out(token, Move(action), step)
    except RefusedError as error:
        return _page(token, refused(action, f"{error}{_photo_is_lost()}")), 409
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
    typed = refused(view["action"], f"{SESSION_OVER}{_photo_is_lost()}")
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
    here, typed = edge(), typed or Typed()
    now = here.clock.now()
    with here.database.read() as session:
        ticket, _ = agency_mail.ticket_of_link(session, token, now)
        possible = moves_from(ticket.status) & ACTIONS.keys()
        return render_template(
            "agency/ticket.html",
            ticket=ticket,
            token=token,
            say=Phrases(here.rulebook.city, now),
            possible=possible,
            additions=_additions(ticket),
            photos=photos_of(session, ticket.id),
            agencies=here.rulebook.city.agencies,
            typed=typed,
            furthest=now + agency_work.FURTHEST_DATE,
        )


def _additions(ticket: Ticket) -> list[TicketEvent]:
    """What the citizen wrote later, without what became part of the story."""
    later = [event for event in ticket.events if event.actor == "citizen" and event.note]
    return [event for event in later if event.note and event.note not in ticket.story]


def _carry_out(token: str, action: Move, step: "Step") -> str:
    here = edge()
    with here.database.begin() as session:
        desk = _desk(session, token)
        if _is_stale(desk.ticket):
            if not _was_done(desk, action):
                raise RefusedError(CHANGED)
            return TWICE
        step(desk)
    log.info("agency_acted", ticket=desk.ticket.number, agency=desk.agency, action=str(action))
    return DONE[action]


def _desk(session: Session, token: str) -> Desk:
    here = edge()
    ticket, link = agency_mail.ticket_of_link(session, token, here.clock.now())
    session.refresh(ticket, with_for_update=True)
    return Desk(session, here.rulebook, ticket, link.agency, here.clock.now())


def _is_stale(ticket: Ticket) -> bool:
    """Whether the ticket has moved since the form was shown."""
    return request.form.get("moves", str(ticket.moves)) != str(ticket.moves)


def _was_done(desk: Desk, action: Move) -> bool:
    """Whether the last thing that this agency did is what the form asks for."""
    mine = [event for event in desk.ticket.events if event.actor == desk.by().actor]
    if not mine or mine[-1].kind != action:
        return False
    said = {Move.SET_DATE: text_of("date"), Move.ASK: text_of("note"), Move.CLAIM: text_of("note")}
    return said.get(action) in (None, mine[-1].note)


def _was_sent_back(token: str) -> bool:
    with edge().database.read() as session:
        return agency_mail.was_sent_back(session, token)


def _photo_is_lost() -> str:
    return PHOTO_AGAIN if "photo" in request.files and request.files["photo"].filename else ""


def _accept(desk: Desk) -> None:
    agency_work.accept(desk)


def _send_back(desk: Desk) -> None:
    agency_work.send_back(desk, text_of("note"), text_of("agency"))


def _ask(desk: Desk) -> None:
    agency_work.ask(desk, text_of("note"))


def _set_date(desk: Desk) -> None:
    try:
        day = date.fromisoformat(text_of("date"))
    except ValueError:
        raise RefusedError("Pilih tanggalnya.") from None
    agency_work.set_date(desk, day)


def _claim(desk: Desk) -> None:
    upload = request.files.get("photo")
    agency_work.claim_done(desk, text_of("note"), upload.read() if upload else None)


Step = Callable[[Desk], None]
ACTIONS: dict[str, Step] = {
    Move.ACCEPT: _accept,
    Move.SEND_BACK: _send_back,
    Move.ASK: _ask,
    Move.SET_DATE: _set_date,
    Move.CLAIM: _claim,
}
