"""Akun: who may log in, as what; administrators create, change, disable and enable accounts."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts import accounts as registry
from bot.accounts import logins, notices, reset_links, second_factor
from bot.accounts.accounts import Person
from bot.accounts.passwords import NONE_YET
from bot.accounts.roles import ADMINISTRATOR
from bot.accounts.unfit import Unfit
from bot.city.city import COORDINATORS
from bot.errors import NotFoundError
from handlers.account_words import ROLE_NAMES, problem, role_means, role_name
from handlers.audit import changing
from handlers.auth.room import real_time
from handlers.console.room import BIG_ID, TWICE, blueprint, phrases, user_id
from handlers.edge import edge
from handlers.forms import Typed, refused, text_of
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from storage.models import User
from storage.queries import accounts as queries

SHOWN = 500
CREATED = N_("Akun dibuat. Surat dengan tautan untuk memilih kata sandi sedang dikirim; berlaku tiga hari.")
CHANGED = N_("Tersimpan.")
MOVED = N_("Tersimpan. Sesi yang masih terbuka diakhiri, karena yang boleh dilihat sekarang lain.")
DISABLED = N_("Akun dinonaktifkan dan semua sesinya diakhiri.")
ENABLED = N_("Akun aktif lagi.")
SENT = N_("Surat dengan tautan untuk memilih kata sandi sedang dikirim; berlaku tiga hari.")
FACTOR_OFF = N_("Langkah kedua dimatikan. Orangnya bisa masuk dengan kata sandi saja.")

Answer = Response | tuple[str, int]


@blueprint.get("/accounts")
@seen_by(ADMINISTRATOR)
def accounts() -> str:
    """All accounts, and the form for one more."""
    return _list(Typed())


@blueprint.post("/accounts")
@seen_by(ADMINISTRATOR)
def create_account() -> Answer:
    """A new account without a password: its owner gets a letter with a link to choose one."""
    here, person = edge(), _person(text_of("email"))
    try:
        with changing(email=person.email.lower(), role=person.role, agency=person.agency) as session:
            user = registry.create(session, person, NONE_YET, here.clock.now(), _agencies())
            reset_links.invite(session, here.rulebook, user, here.clock.now())
    except Unfit as unfit:
        return _list(refused("create", problem(unfit.problem))), 409
    flash(translated(CREATED))
    return redirect(url_for(".accounts"), 303)


@blueprint.get(f"/accounts/<{BIG_ID}:user_id>")
@seen_by(ADMINISTRATOR)
def other_account(user_id: int) -> str:
    """One account, and what can be done with it."""
    return _one(user_id, Typed())


@blueprint.post(f"/accounts/<{BIG_ID}:user_id>")
@seen_by(ADMINISTRATOR)
def change_account(user_id: int) -> Answer:
    """Another name, role or agency. Where that changes what its owner may see, their log-ins end."""

    person = _person("")

    def change(session: Session, user: User) -> str:
        is_other = registry.change(session, user, person, _mine(), _agencies())
        if is_other and user.id != _mine():
            queries.end_logins(session, user.id, real_time())
        return MOVED if is_other else CHANGED

    return _do(user_id, "change", change, role=person.role, agency=person.agency)


@blueprint.post(f"/accounts/<{BIG_ID}:user_id>/disable")
@seen_by(ADMINISTRATOR)
def disable_account(user_id: int) -> Answer:
    """Nobody logs in with it any more, and whoever is logged in is out at once."""

    def disable(session: Session, user: User) -> str:
        now = edge().clock.now()
        is_new = registry.disable(session, user, _mine(), now)
        queries.end_logins(session, user.id, real_time())
        queries.close_links(session, user.id, now)
        return DISABLED if is_new else TWICE

    return _do(user_id, "state", disable)


@blueprint.post(f"/accounts/<{BIG_ID}:user_id>/enable")
@seen_by(ADMINISTRATOR)
def enable_account(user_id: int) -> Answer:
    """Its owner can log in again, with the password that they had."""
    return _do(user_id, "state", lambda _, user: ENABLED if registry.enable(user) else TWICE)


@blueprint.post(f"/accounts/<{BIG_ID}:user_id>/link")
@seen_by(ADMINISTRATOR)
def send_account_link(user_id: int) -> Answer:
    """A letter with a link to choose a password."""

    def send(session: Session, user: User) -> str:
        if user.disabled_at is not None:
            raise Unfit("disabled")
        reset_links.invite(session, edge().rulebook, user, edge().clock.now())
        return SENT

    return _do(user_id, "link", send)


@blueprint.post(f"/accounts/<{BIG_ID}:user_id>/second-factor")
@seen_by(ADMINISTRATOR)
def remove_account_factor(user_id: int) -> Answer:
    """For somebody whose telephone is lost: log in by password alone until they set it up anew."""

    def remove(session: Session, user: User) -> str:
        here = edge()
        if not second_factor.remove(user):
            return TWICE
        notices.changed(session, here.rulebook, user, notices.FACTOR_OFF, here.clock.now())
        return FACTOR_OFF

    return _do(user_id, "second-factor", remove)


@blueprint.get(f"/accounts/<{BIG_ID}:user_id>/<_form>")
@seen_by(ADMINISTRATOR)
def back_to_account_of(user_id: int, _form: str) -> Response:
    """Where a form was sent to is no page; the account is."""
    return redirect(url_for(".other_account", user_id=user_id), 303)


def _do(of_whom: int, form: str, step: Callable[[Session, User], str], **data: str | None) -> Answer:
    try:
        with changing(f"user:{of_whom}", **data) as session:
            sentence = step(session, registry.of(session, of_whom))
    except Unfit as unfit:
        return _one(of_whom, refused(form, problem(unfit.problem))), 409
    flash(translated(sentence))
    return redirect(url_for(".other_account", user_id=of_whom), 303)


def _list(typed: Typed) -> str:
    with edge().database.read() as session:
        return render_template(
            "console/accounts.html",
            entries=queries.listed(session, SHOWN),
            shown=SHOWN,
            role_name=role_name,
            **_choices(typed),
        )


def _one(of_whom: int, typed: Typed) -> str:
    with edge().database.read() as session:
        user = session.get(User, of_whom)
        if user is None:
            raise NotFoundError("Akun itu tidak ada.")
        return render_template(
            "console/account_of.html",
            user=user,
            is_me=user.id == _mine(),
            sessions=logins.lasting(session, user.id, real_time()),
            role_name=role_name,
            **_choices(typed),
        )


def _choices(typed: Typed) -> dict[str, object]:
    names = edge().rulebook.city.agency_name
    return {
        "typed": typed,
        "roles": {role: (role_name(role), role_means(role)) for role in ROLE_NAMES},
        "agencies": {code: names(code) for code in _agencies()},
        "agency_name": names,
        "say": phrases(),
        "none_yet": NONE_YET,
    }


def _person(email: str) -> Person:
    agency = text_of("agency") or None
    return Person(email, request.form.get("role", ""), agency, text_of("name"))


def _agencies() -> list[str]:
    """Those that an officer can belong to."""
    return [code for code in edge().rulebook.city.agencies if code != COORDINATORS]


def _mine() -> int:
    return user_id()
