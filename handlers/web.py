"""The Flask application: blueprints, headers, and how our errors become status codes."""

from collections.abc import Iterable

import structlog
from flask import Flask, Response, render_template, request
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from bot.errors import BotError, LinkExpiredError, NotFoundError, RefusedError
from bot.settings import Settings
from handlers import auth, citizen, console, headers, health, i18n, metrics, open311, patience, simulator
from handlers.agency import link
from handlers.channels.provider import Provider
from handlers.channels.registry import PROVIDERS, webhooks
from handlers.citizen import copies, lookup
from handlers.edge import Edge, install
from handlers.i18n import N_
from handlers.openapi import page
from storage import keyring
from storage.files import StoreError

log = structlog.get_logger()

LARGEST_REQUEST = 8 * 1024 * 1024
STATUS_CODES: dict[type[BotError], int] = {NotFoundError: 404, LinkExpiredError: 410, RefusedError: 409}


class _Web(Flask):
    def log_exception(self, _: object) -> None:
        """Flask's own writes the address, in which links have their secrets, and what the exception says."""
        log.exception("request_failed", endpoint=request.endpoint, method=request.method)


def create_web(edge: Edge, providers: Iterable[Provider] = PROVIDERS) -> Flask:
    """Put the web side together around ``edge``."""
    app = _Web("handlers")
    session_keys = keyring.current().lookups("web sessions")
    app.config.update(
        SECRET_KEY=session_keys[0],
        SECRET_KEY_FALLBACKS=list(session_keys[1:]),  # cookies of before the last change of secrets
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        SESSION_COOKIE_NAME=_cookie_name(edge.settings),
        WTF_CSRF_TIME_LIMIT=None,
    )
    install(app, edge)
    patience.install(app)
    metrics.install(app)
    headers.install(app, edge.settings)
    auth.install(app)
    i18n.install(app)
    csrf = CSRFProtect(app)
    for knocking in webhooks(providers):
        csrf.exempt(knocking)
        app.register_blueprint(knocking)
    for module in (health, metrics, auth, console, link, citizen, lookup, copies, simulator, open311, page):
        app.register_blueprint(module.blueprint)
    csrf.exempt(open311.keyed)  # no cookie says who asks there
    app.register_blueprint(open311.keyed)
    app.register_error_handler(BotError, _our_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SQLAlchemyError, _database_error)
    app.register_error_handler(StoreError, _store_error)
    return app


def _cookie_name(settings: Settings) -> str:
    """Over https one that browsers take from this very host only, for all paths (RFC 6265bis, 4.1.3.2)."""
    return "__Host-suarakota" if settings.base_url.startswith("https:") else "suarakota"


def _our_error(error: BotError) -> tuple[str, int]:
    code = next((code for kind, code in STATUS_CODES.items() if isinstance(error, kind)), 500)
    return _page(str(error), code)


def _http_error(error: HTTPException) -> tuple[str, int] | HTTPException | Response:
    if request.path.startswith("/webhooks/"):
        return error
    if (document := open311.refused(error)) is not None:
        return document
    sentences = {404: N_("Halaman ini tidak ada."), 413: N_("Kiriman terlalu besar; paling besar 8 MB.")}
    return _page(sentences.get(error.code or 500, error.description or ""), error.code or 500)


def _database_error(_: SQLAlchemyError) -> tuple[str, int]:
    # Twilio tries its fallback URL on a 5xx, and reconciliation finds what was missed.
    return _page(N_("Sistem sedang sibuk. Coba lagi sebentar lagi."), 503)


def _store_error(error: StoreError) -> tuple[str, int]:
    """A photo that cannot be had at the moment; it is still there."""
    log.error("media_store_unavailable", reason=str(error))
    return _page(N_("Sistem sedang sibuk. Coba lagi sebentar lagi."), 503)


def _page(message: str, code: int) -> tuple[str, int]:
    return render_template("error.html", message=message, code=code), code
