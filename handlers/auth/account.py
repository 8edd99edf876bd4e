"""Who is logged in: the token in the browser's cookie leads to a row, the row to an account."""

import structlog
from flask import Flask, current_app, g, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy.exc import SQLAlchemyError

from bot.accounts import logins
from handlers.auth.room import real_time
from handlers.auth.turned_away import lead_to_log_in
from handlers.browsers import in_words
from handlers.edge import edge
from handlers.guards import GUARDS
from storage.models import LoginSession
from storage.queries import accounts as queries

log = structlog.get_logger()
# What a page asks for by itself while nobody may be there.
POLLS = frozenset({"console.pulse", "console.cases_pulse", "console.here"})

# Where Flask-WTF keeps the token of a browser's forms.
FORMS = "csrf_token"


class Account(UserMixin):  # type: ignore[misc]
    """A logged-in person, as the session knows them. ``login_id`` and ``seen_at`` are those of this log-in."""

    def __init__(self, login: LoginSession, token: str) -> None:
        user = login.user
        self.id, self.email, self.name = user.id, user.email, user.name
        self.role, self.agency, self.language = user.role, user.agency, user.language
        self.login_id, self.seen_at = login.id, login.seen_at
        self.has_second_factor = user.totp_confirmed_at is not None
        self._token = token

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie: no number that somebody could guess, a token that can end."""
        return self._token


def install(app: Flask) -> None:
    """Make Flask-Login know our accounts."""
    manager = LoginManager(app)
    manager.user_loader(_load)
    manager.unauthorized_handler(lead_to_log_in)
    app.before_request(_note_activity)


def come_in(user_id: int) -> None:
    """Log somebody in who has shown who they are: a new token, and nothing of what the cookie held before.

    Only whoever was logged in here before keeps their forms' token: what they had begun to write on other pages
    while that log-in ended can still be sent.
    """
    now, browser = real_time(), in_words(request.user_agent.string)
    with edge().database.begin() as transaction:
        before = logins.known(transaction, session.get("_user_id", ""))
        if before is not None:
            queries.end_logins(transaction, before.user_id, now, only=before.id)
        token = logins.begin(transaction, user_id, browser, now)
    forms = session.get(FORMS) if before is not None and before.user_id == user_id else None
    session.clear()
    if forms:
        session[FORMS] = forms
    login_user(_load(token))
    log.info("logged_in", user=user_id)


def go_out() -> None:
    """End the present log-in, in the cookie and in its row."""
    if current_user.is_authenticated:
        with edge().database.begin() as transaction:
            queries.end_logins(transaction, current_user.id, real_time(), only=current_user.login_id)
    logout_user()
    session.clear()


def _load(token: str) -> Account | None:
    if g.get("login_unreadable"):
        return None  # the page that tells of it asks once more
    g.login_unreadable = True
    with edge().database.read() as transaction:
        login = logins.known(transaction, token)
    g.login_unreadable = False
    is_in = login is not None and not logins.is_over(login, real_time())
    return Account(login, token) if login and is_in else None


def _note_activity() -> None:
    """Somebody is at the desk; written once a minute at most, and before the request's own transaction."""
    kind = current_app.extensions[GUARDS].get(request.blueprint)
    if kind != "login" or _is_by_itself() or not current_user.is_authenticated:
        return
    now = real_time()
    if now - current_user.seen_at < logins.NOTED_EVERY:
        return
    try:
        with edge().database.begin() as transaction:
            queries.note_seen(transaction, current_user.login_id, now)
    except SQLAlchemyError as error:  # the page matters more; the next one notes it
        log.warning("activity_not_noted", error=type(error).__name__)


def _is_by_itself() -> bool:
    """Whether the page asked by itself: a poll, or a part of it that reads itself anew (its own target)."""
    asked_by, goes_to = request.headers.get("HX-Trigger"), request.headers.get("HX-Target")
    renews_itself = request.method == "GET" and "HX-Request" in request.headers and asked_by == goes_to
    return request.endpoint in POLLS or renews_itself
