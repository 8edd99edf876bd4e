"""Akun saya: one's own name, language, password, second factor and log-ins."""

from typing import Any

import segno
from flask import flash, redirect, render_template, request, session, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts import accounts, lockout, logins, notices, second_factor
from bot.accounts.passwords import passwords
from bot.accounts.roles import ROLES
from bot.accounts.unfit import Unfit
from handlers.account_words import problem, role_name
from handlers.audit import changing
from handlers.auth.proof import doubt, may_try
from handlers.auth.room import real_time
from handlers.console.room import BIG_ID, TWICE, blueprint, phrases, user_id
from handlers.edge import edge
from handlers.forms import Typed, refused, text_of
from handlers.guards import must_have_second_factor, seen_by, without_second_factor
from handlers.i18n import LANGUAGES, N_, translated
from storage.models import User
from storage.queries import accounts as queries

QR_SCALE = 5
SAVED = N_("Tersimpan.")
NEW_PASSWORD = N_("Kata sandi diganti. Sesi Anda di perangkat lain sudah diakhiri.")
FACTOR_ON = N_("Langkah kedua menyala. Mulai sekarang Anda masuk dengan kata sandi dan kode.")
FACTOR_OFF = N_("Langkah kedua dimatikan. Anda masuk dengan kata sandi saja.")
DEMANDED = N_("Kota meminta langkah kedua untuk peran Anda, jadi tidak bisa dimatikan.")
ENDED = N_("Sesi itu sudah diakhiri.")

Answer = Response | tuple[str, int]


@blueprint.get("/account")
@seen_by(*ROLES)
@without_second_factor
def account() -> str:
    """Everything about the account of whoever is logged in."""
    return _page(Typed())


@blueprint.post("/account")
@seen_by(*ROLES)
@without_second_factor
def save_account() -> Answer:
    """Another name or language."""
    language = text_of("language")
    try:
        if language not in LANGUAGES:
            return _refuse("account", problem("language"))
        with changing(_me(), language=language) as transaction:
            user = accounts.of(transaction, user_id())
            user.name, user.language = accounts.named(text_of("name")), language
    except Unfit as unfit:
        return _refuse("account", problem(unfit.problem))
    session["language"] = language
    return _done(SAVED)


@blueprint.post("/account/password")
@seen_by(*ROLES)
@without_second_factor
def change_password() -> Answer:
    """Another password, for whoever knows the present one; every other log-in ends."""
    wanted = request.form.get("password", "")
    if why := _not_me():
        return _refuse("password", why)
    try:
        accounts.check_password(wanted, current_user.email, current_user.name or "")
    except Unfit as unfit:
        return _refuse("password", problem(unfit.problem))
    if wanted != request.form.get("again", ""):
        return _refuse("password", problem("differs"))
    hashed = passwords.hash(wanted)
    with changing(_me()) as transaction:
        accounts.of(transaction, user_id()).password_hash = hashed
        _tell(transaction, notices.PASSWORD)
        queries.close_links(transaction, user_id(), edge().clock.now())
        _end_others(transaction)
    return _done(NEW_PASSWORD)


@blueprint.post("/account/second-factor")
@seen_by(*ROLES)
@without_second_factor
def prepare_second_factor() -> Answer:
    """A key for the telephone; it counts when a code has shown that the telephone has it."""
    if why := _not_me():
        return _refuse("second-factor", why)
    with changing(_me()) as transaction:
        user = accounts.of(transaction, user_id())
        if user.totp_confirmed_at is None:
            second_factor.prepare(user)
    return redirect(url_for(".second_factor_page"), 303)


@blueprint.get("/account/second-factor")
@seen_by(*ROLES)
@without_second_factor
def second_factor_page() -> Response | str:
    """The key, to be photographed by the telephone or typed in, and a field for the first code."""
    return _factor_page("")


@blueprint.post("/account/second-factor/confirm")
@seen_by(*ROLES)
@without_second_factor
def confirm_second_factor() -> Answer:
    """The telephone has the key: from now on a code is asked for. Every other log-in ends."""
    if not may_try(lockout.of_code(user_id())):
        return _refuse_code("locked")
    try:
        with changing(_me()) as transaction:
            user = accounts.of(transaction, user_id())
            is_new = second_factor.confirm(transaction, user, text_of("code"), real_time())
            lockout.forgive(transaction, lockout.of_code(user.id))
            _end_others(transaction)
            if is_new:
                _tell(transaction, notices.FACTOR_ON)
    except Unfit as unfit:
        return _refuse_code(unfit.problem)
    return _done(FACTOR_ON if is_new else TWICE)


@blueprint.post("/account/second-factor/off")
@seen_by(*ROLES)
def remove_second_factor() -> Answer:
    """Log in by password alone again, for whoever knows it."""
    if must_have_second_factor():
        return _refuse("second-factor", translated(DEMANDED))
    if why := _not_me():
        return _refuse("second-factor", why)
    with changing(_me()) as transaction:
        is_new = second_factor.remove(accounts.of(transaction, user_id()))
        if is_new:
            _tell(transaction, notices.FACTOR_OFF)
    return _done(FACTOR_OFF if is_new else TWICE)


@blueprint.post("/account/sessions/end")
@seen_by(*ROLES)
def end_other_sessions() -> Response:
    """Be logged in here alone."""
    with changing(_me()) as transaction:
        ended = _end_others(transaction)
    return _done(ENDED if ended else TWICE)


@blueprint.post(f"/account/sessions/<{BIG_ID}:login_id>/end")
@seen_by(*ROLES)
def end_session(login_id: int) -> Response:
    """End one of one's own log-ins."""
    with changing(_me()) as transaction:
        ended = queries.end_logins(transaction, user_id(), real_time(), only=login_id)
    return _done(ENDED if ended else TWICE)


@blueprint.get("/account/<path:_form>")
@seen_by(*ROLES)
def back_to_account(_form: str) -> Response:
    """Where a form was sent to is no page; the account is."""
    return redirect(url_for(".account"), 303)


@blueprint.app_context_processor
def _address() -> dict[str, Any]:
    """For the frame of the console's pages: where one's own account is."""
    is_mine = request.blueprint == blueprint.name and current_user.is_authenticated
    return {"account_address": url_for("console.account")} if is_mine and current_user.role in ROLES else {}


def _page(typed: Typed) -> str:
    with edge().database.read() as transaction:
        user = transaction.get_one(User, user_id())
        return render_template(
            "console/account.html",
            user=user,
            role=role_name(user.role),
            agency=edge().rulebook.city.agency_name(user.agency) if user.agency else "",
            sessions=logins.lasting(transaction, user.id, real_time()),
            here=current_user.login_id,
            demanded=must_have_second_factor(),
            say=phrases(),
            typed=typed,
        )


def _tell(transaction: Session, what: str) -> None:
    here = edge()
    notices.changed(transaction, here.rulebook, accounts.of(transaction, user_id()), what, here.clock.now())


def _factor_page(message: str) -> Response | str:
    with edge().database.read() as transaction:
        user = transaction.get_one(User, user_id())
    if user.totp_secret is None or user.totp_confirmed_at is not None:
        return redirect(url_for(".account"), 303)
    address = second_factor.address(user, f"Pengaduan {edge().rulebook.city.name}")
    picture = segno.make(address, error="m").png_data_uri(scale=QR_SCALE)
    key = " ".join(user.totp_secret[at : at + 4] for at in range(0, len(user.totp_secret), 4))
    return render_template("console/second_factor.html", picture=picture, key=key, message=message)


def _refuse(form: str, message: str) -> tuple[str, int]:
    kept = refused(form, message)
    shown = {name: value for name, value in kept.fields.items() if name in ("name", "language")}
    return _page(Typed(form, message, shown)), 409


def _refuse_code(why: str) -> Answer:
    page = _factor_page(problem(why))
    return (page, 409) if isinstance(page, str) else page


def _done(sentence: str) -> Response:
    flash(translated(sentence))
    return redirect(url_for(".account"), 303)


def _not_me() -> str:
    """Why whoever sits here is not believed to be the owner; empty where they are."""
    why = doubt(request.form.get("current", ""))
    return problem(why) if why else ""


def _end_others(transaction: Session) -> int:
    return queries.end_logins(transaction, user_id(), real_time(), but=current_user.login_id)


def _me() -> str:
    return f"user:{user_id()}"
