"""The citizen's page: where a ticket stands, and yes, no or stars. No script, no personal data, light enough for
an old telephone. GET changes nothing."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import force_locale
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from bot.casework import closing
from bot.casework.closing import NOT_RATED
from bot.errors import NotFoundError, RefusedError
from bot.status import Move, moves_from
from bot.tickets import citizen_page
from handlers.edge import edge
from handlers.forms import Typed, refused, text_of
from handlers.guards import guard
from handlers.i18n import INDONESIAN, LANGUAGES, N_, translated
from handlers.photos import photo_response
from handlers.phrases import Phrases
from storage.models import Ticket
from storage.queries.attachments import photo_of, photos_of

blueprint = Blueprint("citizen", __name__, url_prefix="/t")
guard(blueprint, "link")  # each view checks the secret in the address

LONGEST_NOTE = 1_000
# The steps of a history that tell a citizen something.
TOLD = ("filed", "forward", "accept", "send_back", "set_date", "ask", "claim", "confirm", "deny", "refuse_claim",
        "close_silent", "close_unreachable", "withdraw", "reject")  # fmt: skip

Step = Callable[[Session, Ticket], None]


@blueprint.get("/<number>/<secret>")
def show(number: str, secret: str) -> str:
    """Where the ticket stands."""
    return _page(number, secret, Typed())


@blueprint.post("/<number>/<secret>/<action>")
def act(number: str, secret: str, action: str) -> AnyResponse | tuple[str, int]:
    """The citizen's word; a form that was sent twice says that it cannot be done again."""
    if action not in STEPS:
        raise NotFoundError("Langkah itu tidak ada.")
    step, done = STEPS[action]
    try:
        with edge().database.begin() as session:
            ticket = citizen_page.ticket_of(session, number, secret)
            session.refresh(ticket, with_for_update=True)
            step(session, ticket)
            language = _language_of(ticket)
    except RefusedError as error:
        return _page(number, secret, refused(action, str(error))), 409
    with force_locale(language):
        flash(translated(done))
    return redirect(url_for(".show", number=number, secret=secret), 303)


@blueprint.get("/<number>/<secret>/photo/<int(max=9223372036854775807):photo_id>")
def photo(number: str, secret: str, photo_id: int) -> AnyResponse:
    """The agency's proof."""
    with edge().database.read() as session:
        ticket = citizen_page.ticket_of(session, number, secret)
        return photo_response(None if ticket.sealed else photo_of(session, ticket.id, photo_id))


@blueprint.after_request
def _keep_private(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "private, no-cache")
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _page(number: str, secret: str, typed: Typed) -> str:
    here = edge()
    say = Phrases(here.rulebook.city, here.clock.now())
    with here.database.read() as session:
        ticket = citizen_page.ticket_of(session, number, secret)
        shown = {
            "ticket": ticket,
            "history": [event for event in ticket.events if event.kind in TOLD],
            "photos": [p for p in photos_of(session, ticket.id) if p.actor.startswith("agency:")],
            "may_judge": Move.DENY in moves_from(ticket.status) and ticket.closed_at is None,
            "may_rate": ticket.closed_at is not None and ticket.rating in (None, NOT_RATED),
        }
        language = _language_of(ticket)
        with force_locale(language):
            return render_template(
                "citizen/ticket.html", secret=secret, say=say, typed=typed, language=language, **shown
            )


def _language_of(ticket: Ticket) -> str:
    """The language in which its citizen is written to."""
    spoken = ticket.conversation.language
    return spoken if spoken in LANGUAGES else INDONESIAN


def _confirm(session: Session, ticket: Ticket) -> None:
    closing.confirm(session, edge().rulebook, ticket, edge().clock.now())


def _deny(session: Session, ticket: Ticket) -> None:
    note = text_of("note")
    if len(note) > LONGEST_NOTE:
        raise RefusedError(f"Paling panjang {LONGEST_NOTE} huruf; ringkaslah. Belum ada yang tersimpan.")
    closing.deny(session, edge().rulebook, ticket, note, edge().clock.now())


def _rate(session: Session, ticket: Ticket) -> None:
    stars = text_of("stars")
    closing.rate(session, ticket, int(stars) if stars.isdecimal() and len(stars) == 1 else 0, edge().clock.now())


STEPS: dict[str, tuple[Step, str]] = {
    "confirm": (_confirm, N_("Terima kasih, laporan ini kami tutup.")),
    "deny": (_deny, N_("Maaf, ternyata belum beres. Laporan ini kami buka kembali dan kami pantau.")),
    "rate": (_rate, N_("Terima kasih atas nilainya.")),
}
