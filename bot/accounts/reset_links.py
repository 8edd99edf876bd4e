"""Links by which somebody chooses a password: asked for at the log-in, or sent to whoever got an account."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.accounts.passwords import NONE_YET
from bot.errors import LinkExpiredError, NotFoundError
from bot.outgoing import outbox
from bot.outgoing.agency_mail import layouts
from bot.outgoing.outbox import Letter
from bot.rulebook import Rulebook
from storage import keyring
from storage.models import ResetLink, User
from storage.queries import accounts as queries

ASKED_FOR, INVITED = timedelta(hours=1), timedelta(days=3)
TOKEN_BYTES = 32
PAGE = "/reset/"


def forgotten(session: Session, rulebook: Rulebook, email: str, now: datetime) -> bool:
    """Write to ``email`` how to choose a new password, where it has an account; False where it has none.

    As much is done for one that has none: the time that it takes tells nobody which it was.
    """
    user = queries.by_email(session, email)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    letter = _letter(rulebook, user, email, "mail_account_reset", token, now + ASKED_FOR)
    if user is not None:
        _send(session, rulebook, user, letter, token, now, now + ASKED_FOR)
    return user is not None


def invite(session: Session, rulebook: Rulebook, user: User, now: datetime) -> None:
    """Write to somebody how to choose a password, and whoever never had one that they have an account now."""
    token, until = secrets.token_urlsafe(TOKEN_BYTES), now + INVITED
    wording = "mail_account_new" if user.password_hash == NONE_YET else "mail_account_reset"
    letter = _letter(rulebook, user, user.email, wording, token, until)
    _send(session, rulebook, user, letter, token, now, until)


def without_letter(session: Session, rulebook: Rulebook, user: User, now: datetime) -> str:
    """A link for the hand of an operator, where no letter arrives."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    _keep(session, user, token, now, now + ASKED_FOR)
    return f"{rulebook.base_url}{PAGE}{token}"


def owner(session: Session, token: str, now: datetime) -> tuple[ResetLink, User]:
    """Whose password a link lets choose; NotFoundError or LinkExpiredError where it leads nowhere."""
    rows = (queries.link_of(session, one) for one in keyring.current().lookups(f"reset:{token}"))
    found = next((row for row in rows if row is not None), None)
    if found is None:
        raise NotFoundError("Tautan ini tidak dikenal. Periksa lagi alamatnya di e-mail.")
    link, user = found
    if link.used_at or link.expires_at <= now or user.disabled_at:
        raise LinkExpiredError("Tautan ini sudah tidak berlaku. Minta yang baru lewat Lupa kata sandi?")
    return link, user


def choose(session: Session, token: str, password_hash: str, now: datetime) -> User:
    """A new password by a link, which ends with all others and every log-in; NotFoundError, LinkExpiredError."""
    link, user = owner(session, token, now)
    if not queries.use_link(session, link.id, now):
        raise LinkExpiredError("Tautan ini sudah dipakai. Minta yang baru lewat Lupa kata sandi?")
    user.password_hash = password_hash
    queries.close_links(session, user.id, now)
    queries.end_logins(session, user.id, now)
    return user


def _letter(
    rulebook: Rulebook, user: User | None, email: str, wording: str, token: str, until: datetime
) -> Letter:
    language = user.language if user and user.language in rulebook.city.languages else rulebook.language
    local = until.astimezone(rulebook.city.zone)
    values = {"city": rulebook.city.name, "until": f"{local:%d-%m-%Y %H:%M}"}
    say, layout = rulebook.wording.say, layouts(rulebook.texts)
    parts = {
        "city": rulebook.city.name,
        "subject": say(f"{wording}_subject", language, values),
        "lead": say(wording, language, values),
        "rest": say("mail_account_why", language, values),
        "link": f"{rulebook.base_url}{PAGE}{token}",
        "button": say("mail_account_button", language, values),
    }
    text, html = (layout.get_template(f"list.{form}").render(parts) for form in ("txt", "html"))
    return Letter(f"account:{_hash(token)[:32]}", email, parts["subject"], text, html)


def _send(
    session: Session, rulebook: Rulebook, user: User, letter: Letter, token: str, now: datetime, until: datetime
) -> None:
    _keep(session, user, token, now, until)
    outbox.by_mail(session, rulebook, letter, now)


def _keep(session: Session, user: User, token: str, now: datetime, until: datetime) -> None:
    row = {"user_id": user.id, "token_hash": _hash(token), "created_at": now, "expires_at": until}
    session.add(ResetLink(**row))


def _hash(token: str) -> str:
    return keyring.current().lookup(f"reset:{token}")
