"""The Flask application: blueprints, headers, and how our errors become status codes."""

from flask import Flask, render_template, request
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from bot.errors import BotError, LinkExpiredError, NotFoundError, RefusedError
from handlers import auth, citizen, console, headers, health, i18n, simulator, webhooks
from handlers.agency import link
from handlers.citizen import lookup
from handlers.edge import Edge, install
from handlers.i18n import N_
from storage import keyring

LARGEST_REQUEST = 8 * 1024 * 1024
STATUS_CODES: dict[type[BotError], int] = {NotFoundError: 404, LinkExpiredError: 410, RefusedError: 409}


def create_web(edge: Edge) -> Flask:
    """Put the web side together around ``edge``."""
    app = Flask("handlers")
    app.config.update(
        SECRET_KEY=keyring.current().lookup("web sessions"),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        WTF_CSRF_TIME_LIMIT=None,
    )
    install(app, edge)
    headers.install(app, edge.settings)
    auth.install(app)
    i18n.install(app)
    csrf = CSRFProtect(app)
    csrf.exempt(webhooks.blueprint)
    for module in (webhooks, health, auth, console, link, citizen, lookup, simulator):
        app.register_blueprint(module.blueprint)
    app.register_error_handler(BotError, _our_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SQLAlchemyError, _database_error)
    return app


def _our_error(error: BotError) -> tuple[str, int]:
    code = next((code for kind, code in STATUS_CODES.items() if isinstance(error, kind)), 500)
    return _page(str(error), code)


def _http_error(error: HTTPException) -> tuple[str, int] | HTTPException:
    if request.path.startswith("/webhooks/"):
        return error
    sentences = {404: N_("Halaman ini tidak ada."), 413: N_("Kiriman terlalu besar; paling besar 8 MB.")}
    return _page(sentences.get(error.code or 500, error.description or ""), error.code or 500)


def _database_error(_: SQLAlchemyError) -> tuple[str, int]:
    # Twilio tries its fallback URL on a 5xx, and reconciliation finds what was missed.
    return _page(N_("Sistem sedang sibuk. Coba lagi sebentar lagi."), 503)


def _page(message: str, code: int) -> tuple[str, int]:
    return render_template("error.html", message=message, code=code), code
