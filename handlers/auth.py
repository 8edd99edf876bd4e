"""Logging in to the console: Argon2id, and a lock-out kept in rows so that it holds across processes."""

from datetime import datetime, timedelta

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask_login import LoginManager, UserMixin, login_user, logout_user
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.errors import RefusedError
from bot.roles import AGENCY_OFFICER, ROLES
from handlers.edge import edge
from handlers.guards import guard
from handlers.inside import inside
from storage import keyring
from storage.models import LoginFailure, User

log = structlog.get_logger()
blueprint = Blueprint("auth", __name__)
guard(blueprint, "public")

FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
SHORTEST_PASSWORD = 10


class Passwords:
    """How passwords are hashed: Argon2id at the library's costs, which tests lower."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self.use(hasher)

    def use(self, hasher: PasswordHasher) -> None:
        self.hash, self.verify = hasher.hash, hasher.verify
        # Checked when there is no such account, so that an answer takes as long as for one that exists.
        self.nobody = hasher.hash("nobody has this password")


passwords = Passwords(PasswordHasher())


class Account(UserMixin):  # type: ignore[misc]
    """A logged-in person, as the session knows them."""

    def __init__(self, user: User) -> None:
        self.id = user.id
        self.email = user.email
        self.role = user.role
        self.agency = user.agency
        self.language = user.language


def install(app: Flask) -> None:
    """Make Flask-Login know our accounts."""
    manager = LoginManager(app)
    manager.login_view = "auth.log_in"
    manager.login_message = None  # the log-in page says enough
    manager.user_loader(_load)


def create_user(
    session: Session, email: str, password: str, role: str, now: datetime, agency: str | None = None
) -> User:
    """A new account; RefusedError for a short password, an unknown role or an address that has one.

    ``agency`` is the code of an agency officer's agency, and of nobody else's.
    """
    email = email.strip().lower()
    if len(password) < SHORTEST_PASSWORD:
        raise RefusedError(f"The password needs at least {SHORTEST_PASSWORD} characters.")
    if role not in ROLES:
        raise RefusedError(f"'{role}' is no role; use one of {', '.join(ROLES)}.")
    if (role == AGENCY_OFFICER) != bool(agency):
        raise RefusedError(f"An account with the role {AGENCY_OFFICER} needs an agency, and no other has one.")
    if "@" not in email or session.scalar(select(User.id).where(User.email == email)):
        raise RefusedError(f"'{email}' is no e-mail address or has an account already.")
    user = User(email=email, password_hash=passwords.hash(password), role=role, agency=agency, created_at=now)
    session.add(user)
    return user


@blueprint.get("/login")
def log_in() -> str:
    """The log-in form."""
    return render_template("login.html", next=request.args.get("next", ""))


@blueprint.post("/login")
def check_log_in() -> Response | tuple[str, int]:
    """Check e-mail and password; five failures in a quarter of an hour lock the address for as long."""
    email, password = request.form.get("email", "").strip().lower(), request.form.get("password", "")
    here = edge()
    with here.database.begin() as session:
        if _is_locked(session, email, here.clock.now()):
            return _again("Terlalu banyak percobaan. Coba lagi 15 menit lagi."), 429
        user = _checked(session, email, password)
        if user is None:
            session.add(LoginFailure(email_hash=keyring.current().lookup(email), at=here.clock.now()))
            return _again("E-mail atau kata sandi salah."), 401
        session.execute(delete(LoginFailure).where(LoginFailure.email_hash == keyring.current().lookup(email)))
    login_user(Account(user))
    return redirect(inside(request.form.get("next", "")))


@blueprint.post("/logout")
def log_out() -> Response:
    """End the session."""
    logout_user()
    return redirect(url_for("auth.log_in"))


def _load(user_id: str) -> Account | None:
    with edge().database.read() as session:
        user = session.get(User, int(user_id)) if user_id.isdecimal() else None
    return Account(user) if user and user.disabled_at is None else None


def _checked(session: Session, email: str, password: str) -> User | None:
    user = session.scalar(select(User).where(User.email == email, User.disabled_at.is_(None)))
    try:
        passwords.verify(user.password_hash if user else passwords.nobody, password)
    except (VerifyMismatchError, InvalidHashError):
        return None
    return user


def _is_locked(session: Session, email: str, now: datetime) -> bool:
    failures = select(func.count()).where(
        LoginFailure.email_hash == keyring.current().lookup(email), LoginFailure.at > now - LOCKED_FOR
    )
    return (session.scalar(failures) or 0) >= FAILURES


def _again(message: str) -> str:
    return render_template("login.html", next=request.form.get("next", ""), message=message)
