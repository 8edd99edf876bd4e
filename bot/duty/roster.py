"""Who is on duty when, and on which telephone they are reached."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import phonenumbers
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.errors import NotFoundError, RefusedError
from storage import keyring
from storage.models import Shift, User
from storage.queries import duty as queries
from storage.queries.phones import under_one_hash

ON_CALL = ("coordinator", "administrator")
FOR_SEALED = ("sealed_officer",)
ROLES = (*ON_CALL, *FOR_SEALED)
LONGEST_SHIFT = timedelta(hours=24)
SHOWN_DIGITS = 3


def to_tell(session: Session, now: datetime, *, sealed: bool, widely: bool) -> Sequence[User]:
    """Who is to be told of an alarm at ``now``: those on shift, else everybody, of those with a telephone.

    A sealed matter goes to the people named for those; ``widely``, or where none of them can be reached, to the
    coordinators too.
    """
    if widely:
        return queries.reachable(session, ROLES if sealed else ON_CALL)
    on_shift = queries.on_shift(session, now)
    for roles in (FOR_SEALED, ON_CALL) if sealed else (ON_CALL,):
        people = queries.reachable(session, roles)
        if people:
            return [user for user in people if user.id in on_shift] or people
    return ()


def add_shift(session: Session, user_id: int, starts_at: datetime, ends_at: datetime, now: datetime) -> Shift:
    """Put somebody on duty; RefusedError for a person or a time that cannot be."""
    user = session.get(User, user_id)
    if user is None or user.disabled_at is not None or user.role not in ROLES:
        raise RefusedError("Pilih salah satu petugas dari daftar.")
    if ends_at <= starts_at:
        raise RefusedError("Piket harus selesai sesudah mulai; periksa tanggal dan jamnya.")
    if ends_at - starts_at > LONGEST_SHIFT:
        raise RefusedError("Satu piket paling lama 24 jam; bagi menjadi beberapa piket.")
    if ends_at <= now:
        raise RefusedError("Piket itu sudah lewat; pilih waktu yang belum selesai.")
    same = queries.same_shift(session, user.id, starts_at, ends_at)  # the form was sent twice
    shift = same or Shift(user_id=user.id, starts_at=starts_at, ends_at=ends_at)
    session.add(shift)
    return shift


def remove_shift(session: Session, shift_id: int) -> bool:
    """Take somebody off duty; False where there is no such shift any more."""
    shift = session.get(Shift, shift_id)
    if shift is not None:
        session.delete(shift)
    return shift is not None


def set_phone(session: Session, user_id: int, typed: str, country: str) -> User:
    """Where alarms reach somebody; an empty text takes the number away. ``country`` is that of a local number.

    RefusedError where it is no telephone number, or a colleague's.
    """
    user = session.scalar(select(User).where(User.id == user_id).with_for_update())
    if user is None or user.disabled_at is not None or user.role not in ROLES:
        raise NotFoundError("Petugas itu tidak ada.")
    phone = e164(typed, country) if typed.strip() else None
    hashes = keyring.current().lookups(phone) if phone else ()
    under_one_hash(session, hashes)
    phone_hash = hashes[0] if hashes else None
    if phone_hash and _is_a_colleagues(session, user, phone_hash):
        raise RefusedError("Nomor itu sudah dipakai petugas lain; satu nomor untuk satu petugas.")
    user.phone, user.phone_hash = phone, phone_hash
    return user


def e164(typed: str, country: str) -> str:
    """A telephone number in its international form, RefusedError where it is none."""
    try:
        number = phonenumbers.parse(typed.strip(), country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or number.extension or not phonenumbers.is_valid_number(number):
        raise RefusedError("Itu bukan nomor telepon; tulis misalnya 0812 3456 7890 atau +62 812 3456 7890.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def masked(phone: str) -> str:
    """A number of which only the end can be read, for whoever looks at a list."""
    return f"\u2022\u2022\u2022\u2022 {phone[-SHOWN_DIGITS:]}"


def _is_a_colleagues(session: Session, user: User, phone_hash: str) -> bool:
    others = select(User.id).where(User.phone_hash == phone_hash, User.id != user.id, User.disabled_at.is_(None))
    return session.scalar(others.limit(1)) is not None
