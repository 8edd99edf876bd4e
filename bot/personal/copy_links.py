"""The link behind which a citizen's copy waits: it works once, for a day, and is made of a keyed hash.

Nothing of it is stored but the request that it belongs to; a new link ends the one before, erasing ends all.
"""

import hmac
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.errors import LinkExpiredError, NotFoundError
from bot.personal import rights
from bot.personal.erasing import stamp
from bot.rulebook import Rulebook
from storage import keyring
from storage.models import Citizen, Conversation, RightsRequest

BY_LINK = "link"
VALID = timedelta(hours=24)
SECRET_LENGTH = 26  # hex digits: 104 bits
PATH = "/salinan/"
UNKNOWN = "Tautan ini tidak dikenal. Periksa lagi alamatnya di pesan kami."
OVER = "Tautan ini sudah dipakai atau sudah lewat waktunya. Balas MINTA SALINAN untuk tautan baru."


def offer(session: Session, rulebook: Rulebook, citizen_id: int, now: datetime) -> str:
    """A link for this citizen; what was offered before ends."""
    for earlier in session.scalars(_open_of(citizen_id)):
        rights.finish(earlier, now, outcome=rights.NOT_FETCHED)
    row = rights.take(session, citizen_id, rights.ACCESS, now, via=BY_LINK)
    return f"{rulebook.base_url}{PATH}{row.id}/{_secret(row)}"


def request_of(
    session: Session, request_id: int, secret: str, now: datetime, *, lock: bool = False
) -> RightsRequest:
    """The request behind a link; NotFoundError for a wrong one, LinkExpiredError for one that has ended."""
    found = select(RightsRequest).where(RightsRequest.id == request_id, RightsRequest.via == BY_LINK)
    row = session.scalar(found.with_for_update() if lock else found)
    expected = _secret(row) if row else "-" * SECRET_LENGTH
    fits = hmac.compare_digest(expected.encode(), secret.encode("utf-8", "replace"))
    if row is None or not fits:
        raise NotFoundError(UNKNOWN)
    erased = session.get_one(Citizen, row.citizen_id).erased_at is not None
    if erased or row.done_at is not None or now >= row.asked_at + VALID:
        raise LinkExpiredError(OVER)
    return row


def talk_of(session: Session, row: RightsRequest) -> Conversation:
    """The citizen's newest conversation: its language, and the number that is asked for."""
    theirs = select(Conversation).where(Conversation.citizen_id == row.citizen_id)
    return session.scalars(
        theirs.order_by(Conversation.last_inbound_at.desc().nulls_last(), Conversation.id).limit(1)
    ).one()


def _open_of(citizen_id: int) -> Select[RightsRequest]:
    return select(RightsRequest).where(
        RightsRequest.citizen_id == citizen_id, RightsRequest.via == BY_LINK, RightsRequest.done_at.is_(None)
    )


def _secret(row: RightsRequest) -> str:
    return keyring.current().lookup(f"copy {row.id} of {row.citizen_id} at {stamp(row.asked_at)}")[:SECRET_LENGTH]
