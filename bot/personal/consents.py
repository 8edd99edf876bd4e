"""What a citizen was told, agreed to or took back: a row each time, never changed."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from storage.models import Consent
from storage.queries.inserting import insert_all

# What somebody was told, or said: what their data is for; news that nobody asked for; that agencies may know the
# name; that a sealed matter may be written about to this number; any use that a report does not need.
NOTICE, NEWS, NAME, SAFE, USE = "notice", "news", "name", "safe_contact", "use"
ABOUT = (NOTICE, NEWS, NAME, SAFE, USE)

LATEST = (
    select(Consent.given)
    .where(Consent.citizen_id == bindparam("citizen"), Consent.about == bindparam("about"))
    .order_by(Consent.id.desc())
    .limit(1)
)


def note(
    session: Session,
    citizen_id: int,
    about: str,
    now: datetime,
    *,
    given: bool,
    wording: str | None = None,
    inbound_id: int | None = None,
) -> None:
    """Note that something was told or agreed to (``given``), or taken back, by the message ``inbound_id``."""
    row = {
        "citizen_id": citizen_id,
        "about": about,
        "given": given,
        "wording": wording,
        "inbound_id": inbound_id or None,
        "at": now,
    }
    insert_all(session, Consent, [row])


def latest(session: Session, citizen_id: int, about: str) -> bool | None:
    """What was said last; None where nothing ever was."""
    return session.connection().scalar(LATEST, {"citizen": citizen_id, "about": about})


def is_restricted(session: Session, citizen_id: int) -> bool:
    """Whether this person's data is only kept, and used for what reports need."""
    return latest(session, citizen_id, USE) is False
