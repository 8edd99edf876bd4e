"""Using somebody's data for nothing but what their reports need, at their wish; and taking that back."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.personal import consents
from storage.models import Citizen, Conversation
from storage.queries import examples


def restrict(session: Session, citizen: Citizen, now: datetime, inbound_id: int | None = None) -> None:
    """No news unasked, no name to agencies, nothing to train the model with; open reports are still dealt with."""
    citizen.opted_out_at = citizen.opted_out_at or now
    citizen.hide_name = True
    session.flush()
    examples.forget(session, select(Conversation.id).where(Conversation.citizen_id == citizen.id))
    for about in (consents.USE, consents.NEWS, consents.NAME):
        consents.note(session, citizen.id, about, now, given=False, inbound_id=inbound_id)


def lift(session: Session, citizen: Citizen, now: datetime, inbound_id: int | None = None) -> None:
    """They want news again, and so that their data is used; the name stays hidden until they say otherwise."""
    if consents.is_restricted(session, citizen.id):
        consents.note(session, citizen.id, consents.USE, now, given=True, inbound_id=inbound_id)
