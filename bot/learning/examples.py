"""What people decide about messages, kept masked to train the model with; nothing that was told in confidence."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.personal import consents
from bot.privacy import mask
from storage.models import Conversation, Example, Handover
from storage.queries import examples as queries

# Words of many messages at once, and words that the model does not read: neither is an example of anything.
NO_EXAMPLE = frozenset({"flood", "english"})


@dataclass(frozen=True)
class Label:
    """What a message means: codes of the label space; ``place`` as the message has it."""

    intent: str
    service: str | None = None
    faq: str | None = None
    place: str | None = None


def keep(
    session: Session, handover: Handover, inbound_id: int | None, label: Label, user_id: int, now: datetime
) -> Example | None:
    """Keep the text of ``handover`` with ``label``; the last decision about a message counts.

    None where it is no example: without words, of many messages, of somebody who has a sealed case or who wants
    their data used for nothing else. What cannot be traced to its message is not kept either, for it could not be
    erased with it.
    """
    text = mask(handover.text).strip()
    if not text or inbound_id is None or handover.reason in NO_EXAMPLE:
        return None
    if queries.is_near_a_sealed_case(session, handover.conversation_id):
        return None
    talk = session.get_one(Conversation, handover.conversation_id)
    if consents.is_restricted(session, talk.citizen_id):
        return None
    row = queries.of_message(session, inbound_id)
    if row is None:
        row = Example(inbound_id=inbound_id)
        session.add(row)
    row.text, row.created_by, row.created_at = text, user_id, now
    row.intent, row.service, row.faq = label.intent, label.service, label.faq
    row.place = label.place if label.place and label.place in text else None
    return row


def take_back(session: Session, example_id: int) -> bool:
    """It teaches nothing any more; False where it was taken back before."""
    row = session.get(Example, example_id)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True
