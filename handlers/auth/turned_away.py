"""What somebody gets who is not logged in (any more): the log-in, and the way back; typed words are kept."""

from flask import Flask, make_response, redirect, render_template, request, session
from flask_login import current_user
from flask_login.utils import login_url
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from handlers.auth import unsent


def lead_to_log_in() -> Response:
    """The log-in page; for a form with what was typed. What a page asks for by itself is just refused."""
    if "HX-Request" in request.headers:
        return make_response("", 401)  # nothing is replaced by a log-in page; console.js tells of it
    if request.method == "POST":
        lost = unsent.of_request()
        return make_response(log_in_page(next_page=lost.page, lost=lost), 401)
    return redirect(login_url("auth.log_in", request.url))


def log_in_page(next_page: str, message: str = "", lost: unsent.Unsent | None = None, kept: str = "") -> str:
    """The log-in form; ``kept`` is a form that is sent on after it, ``lost`` one that has just come."""
    return render_template(
        "login.html",
        next=next_page,
        message=message,
        lost=lost,
        kept=unsent.keep(lost) if lost else kept,
        has_ended=bool(session.get("_user_id")) and not current_user.is_authenticated,
    )


def install(app: Flask) -> None:
    """Nothing is lost either where a page is older than the present log-in: its words are shown for copying."""
    app.register_error_handler(CSRFError, _too_old)


def _too_old(error: CSRFError) -> tuple[str, int]:
    if not request.path.startswith("/console"):
        return render_template("error.html", message=error.description, code=400), 400
    return render_template("login_too_old.html", unsent=unsent.of_request()), 400
