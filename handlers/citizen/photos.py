"""The photos of a page, small enough for its readers: what the citizen sent, and the agency's proof."""

from flask import make_response, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.citizen_web.thumbnails import shrunk, thumbnail
from bot.errors import NotFoundError
from bot.intake.media import small_key
from bot.tickets import citizen_page
from handlers.citizen.room import BIG_ID, blueprint
from handlers.edge import edge
from handlers.files import SMALL
from handlers.headers import keep_in_sandbox
from storage.files import FileMissingError
from storage.models import Ticket
from storage.queries.citizen_web import own_photo, proof

GONE = "Foto itu tidak ada pada laporan ini."


@blueprint.get(f"/<number>/<secret>/photo/<{BIG_ID}:photo_id>")
def photo(number: str, secret: str, photo_id: int) -> Response:
    """An agency's proof."""
    with edge().database.read() as session:
        ticket = _open(session, number, secret)
        found = proof(session, ticket, photo_id)
        if found is None:
            raise NotFoundError(GONE)
        content = found.content
    return _sent(content)


@blueprint.get(f"/<number>/<secret>/file/<{BIG_ID}:file_id>")
def file(number: str, secret: str, file_id: int) -> Response:
    """A photo that the citizen sent."""
    here = edge()
    with here.database.read() as session:
        ticket = _open(session, number, secret)
        found = own_photo(session, ticket, file_id) if shows_own(ticket) else None
    if found is None:
        raise NotFoundError(GONE)
    try:
        is_small = request.args.get("size") == SMALL
        return _sent(here.files.get(small_key(found) if is_small else found.store_key))
    except FileMissingError:
        raise NotFoundError(GONE) from None


def shows_own(ticket: Ticket) -> bool:
    """Whether photos of this matter show a place; others may show a paper with somebody's name on it."""
    service = edge().rulebook.city.services.get(ticket.service)
    return not ticket.sealed and service is not None and service.needs_place and not service.sealed


def _open(session: Session, number: str, secret: str) -> Ticket:
    here = edge()
    ticket = citizen_page.ticket_of(session, here.rulebook, number, secret, here.clock.now())
    if ticket.sealed:
        raise NotFoundError(GONE)
    return ticket


def _sent(content: bytes) -> Response:
    is_small = request.args.get("size") == SMALL
    response = make_response(thumbnail(content) if is_small else shrunk(content))
    response.headers["Content-Type"] = "image/jpeg"
    response.headers["Content-Disposition"] = "inline"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=3600"
    keep_in_sandbox()
    return response
