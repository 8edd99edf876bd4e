"""Console accounts: who gets one, what may be changed of it, and by whom."""

import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.accounts.passwords import LONGEST, SHORTEST, is_easily_guessed, passwords
from bot.accounts.roles import ADMINISTRATOR, AGENCY_OFFICER, ROLES
from bot.accounts.unfit import LONGEST_NAME, Unfit
from bot.errors import NotFoundError
from storage.models import User
from storage.queries import accounts as queries
from storage.queries.inserting import insert_once

EMAIL = re.compile(r"[^@\s<>,;:\"()\\]+@[^@\s<>,;:\"()\\]+")
LONGEST_EMAIL = 254


@dataclass(frozen=True)
class Person:
    """Whom an account is for. ``agency`` is the code of an agency officer's agency, and of nobody else's."""

    email: str
    role: str
    agency: str | None = None
    name: str | None = None
    language: str = "id"


def check_password(password: str, *own: str) -> None:
    """Unfit for one that is too short, too long or too easily guessed; ``own``: the owner's e-mail and name."""
    if len(password) < SHORTEST:
        raise Unfit("short")
    if len(password) > LONGEST:
        raise Unfit("long")
    if is_easily_guessed(password, *own):
        raise Unfit("common")


def create_user(
    session: Session, email: str, password: str, role: str, now: datetime, agency: str | None = None
) -> User:
    """A new account with a password; Unfit where it cannot be."""
    check_password(password, email)
    return create(session, Person(email, role, agency), passwords.hash(password), now)


def create(
    session: Session, person: Person, password_hash: str, now: datetime, agencies: Container[str] | None = None
) -> User:
    """A new account, with the hash of its password; Unfit where it cannot be.

    ``password_hash``: ``passwords.NONE_YET`` where its owner is still to choose one. ``agencies``: those that
    there are, where it is not known that the person's is one.
    """
    email = person.email.strip().lower()
    if len(email) > LONGEST_EMAIL or not EMAIL.fullmatch(email):
        raise Unfit("email")
    row: dict[str, Any] = {
        "email": email,
        "password_hash": password_hash,
        "language": person.language,
        "created_at": now,
        **_place(person.name, person.role, person.agency, agencies),
    }
    user_id = insert_once(session, User, row)
    if user_id is None:
        raise Unfit("taken")
    return session.get_one(User, user_id)


def change(
    session: Session,
    user: User,
    person: Person,
    by: int,
    agencies: Container[str],
) -> bool:
    """Another name, role or agency; whether what its owner may see is another now. Unfit where it cannot be."""
    place = _place(person.name, person.role, person.agency, agencies)
    if place["role"] != user.role:
        _require_others(session, user, by)
    is_other = (user.role, user.agency) != (place["role"], place["agency"])
    user.name, user.role, user.agency = place["name"], place["role"], place["agency"]
    return is_other


def disable(session: Session, user: User, by: int, now: datetime) -> bool:
    """Nobody logs in with it any more; False where that is so already. Unfit for one's own and the last one."""
    if user.disabled_at is not None:
        return False
    _require_others(session, user, by)
    user.disabled_at = now
    return True


def enable(user: User) -> bool:
    """Its owner can log in again; False where that is so already."""
    is_new, user.disabled_at = user.disabled_at is not None, None
    return is_new


def of(session: Session, user_id: int) -> User:
    """An account until the end of the transaction; NotFoundError where there is none."""
    user = queries.locked(session, user_id)
    if user is None:
        raise NotFoundError("Akun itu tidak ada.")
    return user


def named(name: str | None) -> str | None:
    """A person's name as it is kept; Unfit where it is too long."""
    kept = " ".join((name or "").split())
    if len(kept) > LONGEST_NAME:
        raise Unfit("name")
    return kept or None


def _place(name: str | None, role: str, agency: str | None, agencies: Container[str] | None) -> dict[str, Any]:
    if role not in ROLES:
        raise Unfit("role")
    if (role == AGENCY_OFFICER) != bool(agency):
        raise Unfit("agency")
    if agency and agencies is not None and agency not in agencies:
        raise Unfit("no_agency")
    return {"name": named(name), "role": role, "agency": agency or None}


def _require_others(session: Session, user: User, by: int) -> None:
    """Whoever administers goes on doing so, and somebody always does, however many change accounts at once."""
    if user.id == by:
        raise Unfit("self")
    if user.role == ADMINISTRATOR and not {*queries.lock_those_with(session, ADMINISTRATOR)} - {user.id}:
        raise Unfit("last")
