"""What coordinators do: answer what waits for a person, and find the agency that answers for a ticket."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.city.city import COORDINATORS
from bot.desk import triage
from bot.desk.triage import Meant
from bot.errors import RefusedError
from bot.incidents import members
from bot.messages import legible
from bot.outgoing import agency_mail, outbox, unasked
from bot.outgoing.agency_mail import IDEAS_AND_PRAISE
from bot.outgoing.outbox import Note
from bot.rulebook import Rulebook
from bot.status import Move, Status
from bot.tickets import tickets
from bot.tickets.tickets import By
from storage.models import Handover, Ticket
from storage.queries.people import waits_for_answer

LONGEST_ANSWER = 1_600


def open_handovers(session: Session, limit: int = 200) -> list[Handover]:
    """What waits for a person, the most urgent first."""
    waiting = select(Handover).where(waits_for_answer()).order_by(Handover.due_at, Handover.id)
    return list(session.scalars(waiting.options(joinedload(Handover.conversation)).limit(limit)))


def answer(session: Session, rulebook: Rulebook, handover_id: int, text: str, user_id: int, now: datetime) -> None:
    """Send a person's answer; RefusedError when somebody has answered already."""
    handover = triage.open_handover(session, handover_id)
    text = legible(text).strip()
    if not text or len(text) > LONGEST_ANSWER:
        raise RefusedError(f"Tulis jawaban, paling panjang {LONGEST_ANSWER} huruf.")
    handover.answer, handover.answered_at, handover.answered_by = text, now, user_id
    note = Note(f"handover:{handover.id}", "person_answer", {"answer": text})
    outbox.to_citizen(session, rulebook, handover.conversation, note, now, now)


def make_ticket(
    session: Session, rulebook: Rulebook, handover_id: int, service: str, user_id: int, now: datetime
) -> Ticket:
    """A person decided what an unsure message reports: file it about ``service``, see
    :func:`bot.desk.triage.file`."""
    return triage.file(session, rulebook, handover_id, Meant(triage.REPORT, service), user_id, now).ticket


def pass_on(
    session: Session, rulebook: Rulebook, ticket: Ticket, agency: str, user_id: int, now: datetime
) -> None:
    """Give a ticket that came back, or that no rule could place, to an agency; its citizen is told."""
    if agency not in rulebook.city.agencies or agency == COORDINATORS:
        raise RefusedError("Pilih salah satu instansi dari daftar.")
    if ticket.status != Status.COORDINATION:
        raise RefusedError("Laporan ini sudah ada di instansi; muat ulang halaman untuk melihatnya.")
    ticket.agency, ticket.unit, ticket.forwarded_at = agency, None, now
    tickets.move(session, rulebook, ticket, Move.FORWARD, By(f"user:{user_id}", now, agency))
    members.lead_moved(session, rulebook, ticket, now)
    agency_mail.forward(session, rulebook, ticket, now)
    if ticket.kind in IDEAS_AND_PRAISE:
        tickets.close_at_delivery(session, rulebook, ticket, now)
    elif not ticket.urgent:  # nobody in danger wants to hear of a deadline
        unasked.tell_of_move(session, rulebook, ticket, "follow_passed_on", now)
