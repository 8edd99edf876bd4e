"""Why something is not answered, as GeoReport has it: a list of codes with sentences, in the format asked for."""

from collections.abc import Sequence

import structlog
from flask import Response, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from bot.accounts.api_keys import KeyRefusedError
from bot.errors import BotError, NotFoundError, RefusedError
from bot.open311.documents import PATH
from bot.open311.errors import TooManyError, UnfitError
from handlers.open311.formats import in_list
from handlers.open311.room import blueprint, for_all_sites, keyed

log = structlog.get_logger()
CODES: dict[type[BotError], int] = {
    UnfitError: 400,
    KeyRefusedError: 403,
    NotFoundError: 404,
    RefusedError: 409,
    TooManyError: 429,
}
SENTENCES = {
    404: "There is nothing at this address; addresses end in .json or .xml, and discovery.json names them.",
    405: "This address does not take that method; the header Allow names those that it takes.",
    413: "That is too much; a report is a form of at most 256 KB.",
    503: "The system is busy; ask again in a moment.",
}
LATER_S = {429: "60", 503: "5"}


def refused(error: HTTPException) -> Response | None:
    """The document for an error outside of any view; None where it is none of ours."""
    if not request.path.startswith(f"{PATH}/"):
        return None
    response = _http(error)
    if error.code == 405:
        response.headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
    return for_all_sites(response)


@blueprint.errorhandler(BotError)
@keyed.errorhandler(BotError)
def _ours(error: BotError) -> Response:
    code = next((code for kind, code in CODES.items() if isinstance(error, kind)), 500)
    if isinstance(error, KeyRefusedError):
        log.warning("api_key_refused", path=request.path)
    sentences = error.sentences if isinstance(error, UnfitError) else (str(error),)
    return _document(code, sentences)


@blueprint.errorhandler(HTTPException)
@keyed.errorhandler(HTTPException)
def _http(error: HTTPException) -> Response:
    code = error.code or 500
    return _document(code, (SENTENCES.get(code, error.description or ""),))


@blueprint.errorhandler(SQLAlchemyError)
@keyed.errorhandler(SQLAlchemyError)
def _busy(error: SQLAlchemyError) -> Response:
    log.error("open311_database", kind=type(error).__name__)
    return _document(503, (SENTENCES[503],))


def _document(code: int, sentences: Sequence[str]) -> Response:
    errors = [{"code": code, "description": sentence} for sentence in sentences]
    response = in_list(errors, "errors", "error", code)
    response.headers["Cache-Control"] = "no-store"
    if code in LATER_S:
        response.headers["Retry-After"] = LATER_S[code]
    return response
