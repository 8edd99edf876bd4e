"""What a batch of follow-ups needs of citizens, read at once."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session, defer, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from storage.models import Assignment, Citizen, Conversation, Ticket

WITH_CITIZENS = (
    select(Conversation)
    .where(Conversation.id.in_(bindparam("ids", expanding=True)))
    .options(defer(Conversation.dialogue), joinedload(Conversation.citizen, innerjoin=True).defer(Citizen.name))
)
# Beside a ticket: when it came to the agency that has it now. Opened again it is there all the time.
TAKEN_AWAY = ("misrouted", "moved")
HELD_SINCE = (
    select(func.min(Assignment.begun_at))
    .where(Assignment.ticket_id == Ticket.id, Assignment.agency == Ticket.agency)
    .where(or_(Assignment.ended_as.is_(None), Assignment.ended_as.not_in(TAKEN_AWAY)))
    .correlate(Ticket)
    .scalar_subquery()
)
HELD_SINCE_OF = select(HELD_SINCE).select_from(Ticket).where(Ticket.id == bindparam("ticket"))


def held_since(session: Session, ticket_id: int) -> datetime | None:
    """When a ticket came to the agency that has it now; None where none has had it."""
    return session.scalar(HELD_SINCE_OF, {"ticket": ticket_id})


def load_people(session: Session, tickets: Collection[Ticket]) -> None:
    """Read the conversations of ``tickets`` and their citizens at once, instead of one by one when asked for."""
    ids = {ticket.conversation_id for ticket in tickets}
    found = session.scalars(WITH_CITIZENS, {"ids": list(ids)}).all() if ids else ()
    people = {conversation.id: conversation for conversation in found}
    for ticket in tickets:
        set_committed_value(ticket, "conversation", people[ticket.conversation_id])
