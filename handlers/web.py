"""The Flask application: blueprints, headers, and how our errors become status codes."""

from flask import Flask, Response, render_template, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from bot.errors import BotError, LinkExpiredError, NotFoundError, RefusedError
from handlers import agency, auth, citizen, console, health, simulator, webhooks
from handlers.edge import Edge, install
from storage import keyring

LARGEST_REQUEST = 8 * 1024 * 1024
STATUS_CODES: dict[type[BotError], int] = {NotFoundError: 404, LinkExpiredError: 410, RefusedError: 409}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Tells other sites nothing, and our own forms what Flask-WTF checks over https.
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
}


def create_web(edge: Edge) -> Flask:
    """Put the web side together around ``edge``."""
    app = Flask("handlers")
    app.config.update(
        SECRET_KEY=keyring.current().lookup("web sessions"),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=edge.settings.base_url.startswith("https:"),
        WTF_CSRF_TIME_LIMIT=None,
    )
    install(app, edge)
    auth.install(app)
    csrf = CSRFProtect(app)
    csrf.exempt(webhooks.blueprint)
    for module in (webhooks, health, auth, console, agency, citizen, simulator):
        app.register_blueprint(module.blueprint)
    app.after_request(_harden)
    app.register_error_handler(BotError, _our_error)
    app.register_error_handler(CSRFError, _http_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SQLAlchemyError, _database_error)
    return app


def _harden(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _our_error(error: BotError) -> tuple[str, int]:
    code = next((code for kind, code in STATUS_CODES.items() if isinstance(error, kind)), 500)
    return _page(str(error), code)


def _http_error(error: HTTPException) -> tuple[str, int] | HTTPException:
    if request.path.startswith("/webhooks/"):
        return error
    sentences = {404: "Halaman ini tidak ada.", 413: "Kiriman terlalu besar; paling besar 8 MB."}
    return _page(sentences.get(error.code or 500, error.description or ""), error.code or 500)


def _database_error(_: SQLAlchemyError) -> tuple[str, int]:
    # Twilio tries its fallback URL on a 5xx, and reconciliation finds what was missed.
    return _page("Sistem sedang sibuk. Coba lagi sebentar lagi.", 503)


def _page(message: str, code: int) -> tuple[str, int]:
    return render_template("error.html", message=message, code=code), code
