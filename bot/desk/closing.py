"""Closing a ticket from the desk: the citizen took it back by word, or nothing will be done about it."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.desk.work import LONGEST_REASON, bounded, by_user
from bot.errors import RefusedError
from bot.incidents import members
from bot.outgoing import agency_mail, unasked
from bot.outgoing.outbox import Note
from bot.rulebook import Rulebook
from bot.status import Move
from bot.tickets import tickets
from bot.tickets.tickets import By
from storage.models import Ticket
from storage.queries import incidents


def withdraw(
    session: Session, rulebook: Rulebook, ticket: Ticket, reason: str, by_user_id: int, now: datetime
) -> None:
    """The citizen told a person that they take it back; ``reason`` is for colleagues. RefusedError when closed."""
    why = bounded(reason, LONGEST_REASON, "Tuliskan bagaimana warga mencabut laporannya.")
    _close(session, rulebook, ticket, Move.WITHDRAW, by_user(by_user_id, now, why))
    if ticket.forwarded_at and not members.lead_closed(session, rulebook, ticket, now):
        agency_mail.withdrawn(session, rulebook, ticket, f"withdrawn:{ticket.id}:{ticket.moves}", now)


def reject(
    session: Session, rulebook: Rulebook, ticket: Ticket, reason: str, by_user_id: int, now: datetime
) -> None:
    """Nothing will be done about it; the citizen is sent ``reason``. RefusedError when closed, or without one.

    One that stands for others is not rejected: their citizens would be, unheard.
    """
    why = bounded(reason, LONGEST_REASON, "Tuliskan alasannya; warga membacanya.")
    incident = incidents.incident_of(session, ticket)
    if incident is not None and incident.lead_id == ticket.id and incident.members > 1:
        raise RefusedError("Laporan ini mewakili laporan warga lain; pisahkan dulu, lalu tolak.")
    _close(session, rulebook, ticket, Move.REJECT, by_user(by_user_id, now, why))
    if ticket.forwarded_at:
        agency_mail.rejected(session, rulebook, ticket, f"rejected:{ticket.id}:{ticket.moves}", now)
    said = Note(f"rejected:{ticket.id}:{ticket.moves}", "person_answer", {"answer": why}, ticket_id=ticket.id)
    unasked.tell(session, rulebook, ticket, said, now)


def _close(session: Session, rulebook: Rulebook, ticket: Ticket, step: Move, by: By) -> None:
    tickets.move(session, rulebook, ticket, step, by)
    agency_mail.revoke_links(session, ticket, by.at)
