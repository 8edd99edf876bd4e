"""The page itself, and how it comes back when a form was not taken."""

import secrets

from flask import make_response, render_template, request, url_for
from flask_babel import force_locale
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from bot.citizen_web.possible import possible, reopen_until
from bot.errors import BotError
from bot.tickets import citizen_page
from handlers.citizen import told
from handlers.citizen.photos import shows_own
from handlers.citizen.room import blueprint, language_of
from handlers.edge import edge
from handlers.forms import Typed, refused
from handlers.i18n import LANGUAGES, N_
from handlers.phrases import Phrases
from storage.models import Ticket
from storage.queries.citizen_web import others_of, own_photos, proofs, same_message

STALE = N_("Formulirnya sudah kedaluwarsa, atau cookie dimatikan di peramban ini. Kirim sekali lagi.")
TOO_LARGE = N_("Kirimannya terlalu besar; foto paling besar 16 MB. Belum ada yang tersimpan.")


@blueprint.get("/<number>/<secret>")
def show(number: str, secret: str) -> Response:
    """Where the ticket stands."""
    return page(number, secret)


@blueprint.get("/<code>")
def short(code: str) -> Response:
    """The same, under the address that fits into an SMS."""
    return page(*citizen_page.parts_of(code, edge().rulebook.city.ticket_prefix))


def page(number: str, secret: str, typed: Typed | None = None, code: int = 200) -> Response:
    """The page as it is now; with ``typed`` where a form was refused."""
    here = edge()
    with here.database.read() as session:
        ticket = citizen_page.ticket_of(session, here.rulebook, number, secret, here.clock.now())
        language = language_of(ticket)
        with force_locale(language):
            text = _written(session, ticket, secret, typed or Typed(), language)
    return make_response(text, code)


def _written(session: Session, ticket: Ticket, secret: str, typed: Typed, language: str) -> str:
    here = edge()
    say = Phrases(here.rulebook.city, here.clock.now())
    template = "citizen/sealed.html" if ticket.sealed else "citizen/ticket.html"
    return render_template(
        template,
        ticket=ticket,
        say=say,
        typed=typed,
        language=language,
        languages=LANGUAGES,
        address=url_for("citizen.show", number=ticket.number, secret=secret),
        # Sent along with each form, so that one sent twice counts once.
        key=secrets.token_hex(8),
        may=possible(ticket, here.clock.now()),
        steps=told.steps(ticket),
        stands=told.stands(ticket, say),
        history=told.history(ticket, say),
        expected=told.expected(ticket),
        reopen_until=reopen_until(ticket),
        others=told.others(here.rulebook, others_of(session, ticket), language),
        siblings=_siblings(session, ticket),
        before=own_photos(session, ticket) if shows_own(ticket) else (),
        after=proofs(session, ticket),
    )


def _siblings(session: Session, ticket: Ticket) -> list[tuple[Ticket, str]]:
    """The other tickets that came of the same message: only one link goes into its reply."""
    return [(other, citizen_page.path_of(other)) for other in same_message(session, ticket)]


@blueprint.errorhandler(CSRFError)
def _stale(_: CSRFError) -> Response:
    return _again(refused(_action(), STALE), 400)


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_: RequestEntityTooLarge) -> Response:
    return _again(Typed(_action(), TOO_LARGE), 413)


def _again(typed: Typed, code: int) -> Response:
    """The page of the form that was sent, with what stood in it; a link that leads nowhere gets no page."""
    values = request.view_args or {}
    try:
        return page(values["number"], values["secret"], typed, code)
    except BotError as error:
        return make_response(render_template("error.html", message=str(error), code=code), code)


def _action() -> str:
    return str((request.view_args or {}).get("action", ""))
