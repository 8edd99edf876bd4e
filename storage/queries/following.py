"""What a batch of follow-ups needs of citizens, read at once."""

from collections.abc import Collection

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, defer, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from storage.models import Citizen, Conversation, Ticket

WITH_CITIZENS = (
    select(Conversation)
    .where(Conversation.id.in_(bindparam("ids", expanding=True)))
    .options(defer(Conversation.dialogue), joinedload(Conversation.citizen, innerjoin=True).defer(Citizen.name))
)


def load_people(session: Session, tickets: Collection[Ticket]) -> None:
    """Read the conversations of ``tickets`` and their citizens at once, instead of one by one when asked for."""
    ids = {ticket.conversation_id for ticket in tickets}
    found = session.scalars(WITH_CITIZENS, {"ids": list(ids)}).all() if ids else ()
    people = {conversation.id: conversation for conversation in found}
    for ticket in tickets:
        set_committed_value(ticket, "conversation", people[ticket.conversation_id])
