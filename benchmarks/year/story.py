"""One ticket's story, as the database tells it: for whoever wants to know how a rule came to be broken."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.year.calendar import JAKARTA
from storage.database import Database
from storage.models import FollowUp, InboundMessage, OutboundMessage, Ticket, TicketEvent


def story_of(database: Database, ticket_id: int) -> str:
    """What happened to a ticket, line by line in the order of time; empty where there is no such ticket."""
    with database.read() as session:
        ticket = session.get(Ticket, ticket_id)
        if ticket is None:
            return ""
        lines = [(e.at, f"{e.actor:<18} {e.kind} -> {e.status}") for e in _of(session, TicketEvent, ticket_id)]
        lines += [(m.created_at, _message(m)) for m in _of(session, OutboundMessage, ticket_id)]
        lines += [
            (i.received_at, f"{'citizen':<18} writes ({i.outcome})")
            for i in _of(session, InboundMessage, ticket_id)
        ]
        ahead = [(f.due_at, f"{f.kind} {f.round}: {f.state}") for f in _of(session, FollowUp, ticket_id)]
        head = (
            f"{ticket.number}: {ticket.service}, {ticket.agency}, {ticket.status}, conversation "
            f"{ticket.conversation_id}\nverify by {_at(ticket.verify_by)}, answer by {_at(ticket.answer_by)}, "
            f"solve by {_at(ticket.solve_by)}"
        )
        return "\n".join([head, *_told(lines), "its follow-ups:", *_told(ahead)])


def _of(session: Session, model: Any, ticket_id: int) -> Sequence[Any]:
    return session.scalars(select(model).where(model.ticket_id == ticket_id).order_by(model.id)).all()


def _message(row: OutboundMessage) -> str:
    to = "agency" if row.channel == "email" else "citizen"
    sent = f"sent {_at(row.sent_at)}" if row.sent_at else "not sent"
    return f"{'to the ' + to:<18} {row.wording} ({row.key}; {row.state}, {sent})"


def _told(lines: list[tuple[datetime, str]]) -> list[str]:
    return [f"  {_at(at)}  {line}" for at, line in sorted(lines, key=lambda line: line[0])]


def _at(at: datetime) -> str:
    return f"{at.astimezone(JAKARTA):%a %d %b %H:%M:%S}"
