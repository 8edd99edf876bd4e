"""A forgotten password: a letter with a link, and the page behind the link. Nothing tells who has an account."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot import audit
from bot.accounts import lockout, notices, reset_links
from bot.accounts.accounts import check_password
from bot.accounts.passwords import passwords
from bot.accounts.unfit import Unfit
from bot.errors import LinkExpiredError, NotFoundError
from handlers.account_words import problem
from handlers.auth.room import blueprint
from handlers.edge import edge
from handlers.i18n import N_, translated
from storage.models import User

# Longer than writing a letter takes: whether one was written cannot be told from how long the answer took.
ANSWERED_AFTER_S = 0.25
LONGEST_EMAIL = 254
SAVED = N_("Kata sandi baru sudah disimpan. Silakan masuk.")


@blueprint.get("/login/forgot")
def forgotten() -> str:
    """Asks for an e-mail address; with ``sent`` it says what happens now."""
    return render_template("forgot.html", sent="sent" in request.args)


@blueprint.post("/login/forgot")
def send_link() -> Response:
    """Write a letter where there is such an account. The answer is always the same, and takes as long."""
    email = request.form.get("email", "").strip().lower()[:LONGEST_EMAIL]
    with _always_as_long():
        _write_to(email)
    return redirect(url_for(".forgotten", sent=1), 303)


@blueprint.get("/reset/<token>")
def choose_password(token: str) -> str | tuple[str, int]:
    """Asks for a new password. Following the link changes nothing: mail scanners do."""
    user = _owner(token)
    return _page(token, user) if user else _closed()


@blueprint.post("/reset/<token>")
def save_password(token: str) -> Response | tuple[str, int]:
    """The new password counts from now on; the link and every log-in of the account end."""
    password, user = request.form.get("password", ""), _owner(token)
    if user is None:
        return _closed()
    if why := _unfit(password, user):
        return _page(token, user, problem(why)), 409
    try:
        _choose(token, passwords.hash(password))
    except LinkExpiredError:  # somebody was quicker
        return _closed()
    flash(translated(SAVED))
    return redirect(url_for(".log_in"), 303)


def _unfit(password: str, user: User) -> str:
    """What is wrong with a password; empty where nothing is."""
    try:
        check_password(password, user.email, user.name or "")
    except Unfit as unfit:
        return unfit.problem
    return "" if password == request.form.get("again", "") else "differs"


def _choose(token: str, password_hash: str) -> None:
    here = edge()
    now = here.clock.now()
    with here.database.begin() as session:
        user = reset_links.choose(session, token, password_hash, now)
        lockout.forgive(session, lockout.of_password(user.email))
        notices.changed(session, here.rulebook, user, notices.PASSWORD, now)
        audit.record(session, user.id, "password_by_link", f"user:{user.id}", now, {})


def _write_to(email: str) -> None:
    here = edge()
    now = here.clock.now()
    with here.database.begin() as session:
        if lockout.attempt(session, lockout.of_reset(email), now):
            reset_links.forgotten(session, here.rulebook, email, now)


def _page(token: str, user: User, message: str = "") -> str:
    return render_template("reset.html", token=token, email=user.email, message=message)


def _closed() -> tuple[str, int]:
    return render_template("reset_closed.html"), 410


def _owner(token: str) -> User | None:
    here = edge()
    try:
        with here.database.read() as session:
            return reset_links.owner(session, token, here.clock.now())[1]
    except (NotFoundError, LinkExpiredError):
        return None


@contextmanager
def _always_as_long() -> Iterator[None]:
    began = time.monotonic()
    try:
        yield
    finally:
        time.sleep(max(0.0, ANSWERED_AFTER_S - (time.monotonic() - began)))
