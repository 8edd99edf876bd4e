"""Logging in by e-mail and password, and then by a code where the account asks for one; logging out."""

import hmac
from datetime import datetime, timedelta

import structlog
from flask import redirect, render_template, request, session, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts import lockout, second_factor
from bot.accounts.passwords import passwords
from handlers.auth import unsent
from handlers.auth.account import come_in, go_out
from handlers.auth.proof import guessed_right_from, may_guess_from, may_try
from handlers.auth.room import blueprint, real_time
from handlers.auth.turned_away import log_in_page
from handlers.edge import edge
from handlers.i18n import N_, translated
from handlers.inside import inside
from handlers.network import network_of
from storage import keyring
from storage.models import User
from storage.queries import accounts as queries

log = structlog.get_logger()

# How long the page for the code waits after the password.
HALF_WAY = timedelta(minutes=5)
WRONG = N_("E-mail atau kata sandi salah.")
LOCKED = N_("Terlalu banyak percobaan. Coba lagi 15 menit lagi.")
WRONG_CODE = N_("Kode itu salah atau sudah dipakai. Tunggu kode berikutnya di ponsel Anda.")
TOO_LATE = N_("Terlalu lama sejak kata sandi diisi. Silakan masuk lagi.")


@blueprint.get("/login")
def log_in() -> str:
    """The log-in form."""
    return log_in_page(request.args.get("next", ""))


@blueprint.post("/login")
def check_log_in() -> Response | tuple[str, int]:
    """Check e-mail and password; five failures in a quarter of an hour lock the address, many the network."""
    email, password = request.form.get("email", "").strip().lower(), request.form.get("password", "")
    network = network_of(request)
    counted = may_guess_from(network)
    if counted is None or not may_try(lockout.of_password(email)):
        log.warning("log_in_locked", at="network" if counted is None else "address")
        return _again(LOCKED), 429
    with edge().database.read() as transaction:
        user = queries.by_email(transaction, email)
    if not passwords.fits(user.password_hash if user else "", password) or user is None:
        log.warning("log_in_failed", user=user.id if user else None)
        return _again(WRONG), 401
    guessed_right_from(network, counted)
    with edge().database.begin() as transaction:
        lockout.forgive(transaction, lockout.of_password(email))
        _keep_up_to_date(transaction, user, password)
    return _half_way(user) if user.totp_confirmed_at else _onward(user.id)


@blueprint.get("/login/code")
def code_page() -> Response | str:
    """Asks for the second factor's code."""
    return _code_page("") if _waiting() else redirect(url_for(".log_in"), 303)


@blueprint.post("/login/code")
def check_code() -> Response | tuple[str, int]:
    """Check the second factor's code, as often as a password."""
    user = _waiting()
    if user is None:
        return log_in_page(_next(), translated(TOO_LATE), kept=_kept()), 401
    if not may_try(lockout.of_code(user.id)):
        log.warning("code_locked", user=user.id)
        return _code_page(LOCKED), 429
    with edge().database.begin() as transaction:
        if not second_factor.accept(transaction, user, request.form.get("code", ""), real_time()):
            log.warning("code_failed", user=user.id)
            return _code_page(WRONG_CODE), 401
        lockout.forgive(transaction, lockout.of_code(user.id))
    return _onward(user.id)


@blueprint.post("/logout")
def log_out() -> Response:
    """End the session; the browser forgets what it kept of our pages."""
    go_out()
    response = redirect(url_for("auth.log_in"))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _keep_up_to_date(transaction: Session, user: User, password: str) -> None:
    """A password that was hashed at other costs than today's is hashed anew while it is known."""
    if passwords.is_outdated(user.password_hash):
        transaction.get_one(User, user.id).password_hash = passwords.hash(password)


def _half_way(user: User) -> Response:
    """The password was right. What the cookie says of it is worth nothing once there is another password."""
    session["half_way"] = {"user": user.id, "at": real_time().isoformat(), "mark": _mark(user)}
    kept = _kept()
    if kept:  # too much for an address
        return Response(_code_page(""), mimetype="text/html")
    return redirect(url_for(".code_page", next=_next()), 303)


def _waiting() -> User | None:
    """Who has given their password less than five minutes ago."""
    half = session.get("half_way")
    if half is None or not timedelta(0) <= real_time() - datetime.fromisoformat(half["at"]) <= HALF_WAY:
        return None
    with edge().database.read() as transaction:
        user = transaction.get(User, half["user"])
    is_still_so = user is not None and user.disabled_at is None and user.totp_confirmed_at is not None
    return user if user and is_still_so and hmac.compare_digest(half["mark"], _mark(user)) else None


def _mark(user: User) -> str:
    return keyring.current().lookup(f"half way:{user.password_hash}")


def _onward(user_id: int) -> Response:
    """To where somebody wanted to go; first to the form that they had sent."""
    come_in(user_id)
    waiting = unsent.kept_by(_kept(), user_id)
    return unsent.show(waiting) if waiting else redirect(inside(_next()))


def _again(message: str) -> str:
    return log_in_page(_next(), translated(message), kept=_kept())


def _code_page(message: str) -> str:
    return render_template(
        "login_code.html", next=_next(), kept=_kept(), message=translated(message) if message else ""
    )


def _next() -> str:
    return request.values.get("next", "")


def _kept() -> str:
    return request.form.get("kept", "")
