"""What coordinators do: answer what waits for a person, and find the agency that answers for a ticket."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot import agency_mail, followups, incident_members, outbox, tickets, unasked
from bot.agency_mail import IDEAS_AND_PRAISE
from bot.city import COORDINATORS
from bot.errors import NotFoundError, RefusedError
from bot.outbox import Note
from bot.rulebook import Rulebook
from bot.status import Move, Status
from bot.ticket_values import takes_longer
from bot.tickets import By, Report
from storage.models import Handover, InboundMessage, Ticket
from storage.queries.people import BLOCK, HOLD, waits_for_answer

LONGEST_ANSWER = 1_600


def open_handovers(session: Session, limit: int = 200) -> list[Handover]:
    """What waits for a person, the most urgent first."""
    waiting = select(Handover).where(waits_for_answer()).order_by(Handover.due_at, Handover.id)
    return list(session.scalars(waiting.options(joinedload(Handover.conversation)).limit(limit)))


def answer(session: Session, rulebook: Rulebook, handover_id: int, text: str, user_id: int, now: datetime) -> None:
    """Send a person's answer; RefusedError when somebody has answered already."""
    handover = _open_handover(session, handover_id)
    text = text.strip()
    if not text or len(text) > LONGEST_ANSWER:
        raise RefusedError(f"Tulis jawaban, paling panjang {LONGEST_ANSWER} huruf.")
    handover.answer, handover.answered_at, handover.answered_by = text, now, user_id
    note = Note(f"handover:{handover.id}", "person_answer", {"answer": text})
    outbox.to_citizen(session, rulebook, handover.conversation, note, now, now)


def make_ticket(
    session: Session, rulebook: Rulebook, handover_id: int, service: str, user_id: int, now: datetime
) -> Ticket:
    """A person decided what an unsure message is about: file it, sealed where its service or its words say so.

    The citizen has the number at once, but of a sealed ticket only once it is known to be safe.
    """
    handover = _open_handover(session, handover_id)
    if service not in rulebook.city.services:
        raise RefusedError("Pilih salah satu layanan dari daftar.")
    sealed = rulebook.city.services[service].sealed or rulebook.words.is_sealed(handover.text)
    report = Report(kind="lapor", service=service, story=handover.text, sealed=sealed)
    ticket = tickets.open_ticket(session, rulebook, handover.conversation, report, now)
    handover.answered_at, handover.answered_by = now, user_id
    if handover.inbound_id:
        session.get_one(InboundMessage, handover.inbound_id).ticket_id = ticket.id
    values = {
        "number": ticket.number,
        "service": rulebook.city.services[service].name,
        "agency": rulebook.city.agency_name(ticket.agency),
        "solve_by": ticket.solve_by,
        "longer": takes_longer(rulebook, service, handover.conversation.language),
        "at_place": "",
    }
    note = Note(f"handover:{handover.id}", "report_filed", values, ticket_id=ticket.id)
    if sealed:
        followups.tell_unasked(session, rulebook, ticket, note, now)
    else:
        outbox.to_citizen(session, rulebook, handover.conversation, note, now, now)
    return ticket


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
    incident_members.lead_moved(session, rulebook, ticket, now)
    agency_mail.forward(session, rulebook, ticket, now)
    if ticket.kind in IDEAS_AND_PRAISE:
        tickets.close_at_delivery(session, rulebook, ticket, now)
    elif not ticket.urgent:  # nobody in danger wants to hear of a deadline
        unasked.tell_of_move(session, rulebook, ticket, "follow_passed_on", now)


def _open_handover(session: Session, handover_id: int) -> Handover:
    handover = session.scalar(select(Handover).where(Handover.id == handover_id).with_for_update())
    if handover is None or handover.reason in (HOLD, BLOCK):
        raise NotFoundError("Pesan itu tidak ada.")
    if handover.answered_at is not None:
        raise RefusedError("Pesan itu sudah dijawab rekan Anda; jawaban Anda belum terkirim.")
    return handover
