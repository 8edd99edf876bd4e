"""Tickets of citizens who scolded: from the few messages that say so, by indexes of their own."""

from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, String, bindparam, literal, or_, select, union
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from storage.models import InboundMessage, OutboundMessage, Ticket

# How a citizen who scolds is answered (``bot.conversation.talk``), and how the model calls that.
MET_AS_ANGRY, ANGER = ("anger_heard", "anger_met", "anger_met_open", "anger_met_open_late"), "marah"


class Intent(ColumnElement[str]):
    """What the model took an incoming message for; as in the condition of an index, word for word."""

    inherit_cache = True
    type = String()


@compiles(Intent)
def _on_postgresql(_element: Intent, _compiler: SQLCompiler, **_: Any) -> str:
    return "(inbound_messages.understanding #>> '{intents,0,0}')"


@compiles(Intent, "sqlite")
def _on_sqlite(_element: Intent, _compiler: SQLCompiler, **_: Any) -> str:
    return "json_extract(inbound_messages.understanding, '$.intents[0][0]')"


def angry_tickets() -> CompoundSelect[Any]:
    """The ids: a citizen was met as angry while the ticket was open, or a message of it was read as scolding."""
    wordings: Any = bindparam("met_as_angry", MET_AS_ANGRY, expanding=True, literal_execute=True)
    by_index = "INDEXED BY ix_outbound_messages_anger"
    told = select(OutboundMessage.conversation_id).where(OutboundMessage.wording.in_(wordings))
    told = told.with_hint(OutboundMessage, by_index, "sqlite")
    while_open = told.where(
        OutboundMessage.conversation_id == Ticket.conversation_id,
        OutboundMessage.created_at >= Ticket.created_at,
        or_(Ticket.closed_at.is_(None), OutboundMessage.created_at <= Ticket.closed_at),
    )
    # From the messages to the tickets: joined, a planner may begin with the tickets.
    theirs = select(Ticket.id).with_hint(Ticket, "INDEXED BY ix_tickets_conversation_id", "sqlite")
    met = theirs.where(Ticket.conversation_id.in_(told), while_open.correlate(Ticket).exists())
    scolds = Intent() == literal(ANGER, literal_execute=True)
    read = select(InboundMessage.ticket_id).where(scolds, InboundMessage.ticket_id.is_not(None))
    return union(met, read.with_hint(InboundMessage, "INDEXED BY ix_inbound_messages_anger", "sqlite"))
