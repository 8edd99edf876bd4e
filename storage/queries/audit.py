"""Reading the audit: newest first, by who, what, about what and when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from storage.models import AuditEntry, User

AT_ONCE = 500


@dataclass(frozen=True)
class Wanted:
    """Which rows; what is empty does not restrict. ``subject``: how it begins; ``since`` is in it, ``until`` not.

    ``before``: rows older than the one with this id.
    """

    user_id: int | None = None
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


class Noted(NamedTuple):
    """A row, and the address of the account (empty where nobody was logged in)."""

    entry: AuditEntry
    by: str


def newest(session: Session, wanted: Wanted, limit: int) -> Sequence[Noted]:
    """The ``limit`` newest rows."""
    return [Noted(entry, by or "") for entry, by in session.execute(_rows(wanted).limit(limit))]


def each(session: Session, wanted: Wanted) -> Iterator[Noted]:
    """All of them, a few at a time, however many there are."""
    rest = wanted
    while found := newest(session, rest, AT_ONCE):
        yield from found
        rest = replace(wanted, before=found[-1].entry.id)
        session.expunge_all()


def people(session: Session) -> Sequence[tuple[int, str]]:
    """The accounts that there are or were, by address."""
    return [(key, email) for key, email in session.execute(select(User.id, User.email).order_by(User.email))]


def _rows(wanted: Wanted) -> Select[AuditEntry, str]:
    rows = select(AuditEntry, User.email).outerjoin(User, User.id == AuditEntry.user_id)
    if wanted.user_id is not None:
        rows = rows.where(AuditEntry.user_id == wanted.user_id)
    if wanted.action:
        rows = rows.where(AuditEntry.action == wanted.action)
    if wanted.subject:
        rows = rows.where(AuditEntry.subject.startswith(wanted.subject, autoescape=True))
    if wanted.since:
        rows = rows.where(AuditEntry.at >= wanted.since)
    if wanted.until:
        rows = rows.where(AuditEntry.at < wanted.until)
    if wanted.before:
        rows = rows.where(AuditEntry.id < wanted.before)
    return rows.order_by(AuditEntry.id.desc())
