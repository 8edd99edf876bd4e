"""By hand: a coordinator joins what the rules left apart, or parts what they joined."""

from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from bot.errors import NotFoundError, RefusedError
from bot.incidents import members as incident_members
from bot.outgoing import incident_mail, unasked
from bot.outgoing.outbox import Note
from bot.rulebook import Rulebook
from bot.status import Status, is_open
from bot.tickets import tickets
from bot.tickets.values import citizen_values
from storage.models import Incident, Ticket
from storage.queries import incidents as queries

log = structlog.get_logger()

SHOWN = 10


def merge(
    session: Session, rulebook: Rulebook, number: str, into: str, user_id: int, now: datetime, *,
    across_services: bool = False,
) -> Incident:  # fmt: skip
    """Make the report ``number``, with all that are together with it, part of what ``into`` belongs to.

    RefusedError for the report itself, for what is together already or was merged before, for closed and sealed
    ones, and for different services unless ``across_services`` says that this is meant.
    """
    source, target = tickets.by_number(session, number), tickets.by_number(session, into)
    _check(session, source, target, across_services=across_services)
    here = _incident_of(session, target, now)
    moved = _moved(session, source, here)
    apart = [ticket for ticket in moved if not queries.lead_of(session, ticket)]
    had = [ticket.number for ticket in apart if ticket.forwarded_at]
    for ticket in moved:
        incident_members.join(session, rulebook, ticket, here, now, f"user:{user_id}")
    _tell(session, rulebook, here, had, now)
    for ticket in apart:
        if ticket.citizen_id != target.citizen_id:
            _tell_citizen(session, rulebook, ticket, "follow_joined", now)
    log.info("incidents_merged", into=here.id, tickets=len(moved), user=user_id)
    return here


def split_off(session: Session, rulebook: Rulebook, number: str, user_id: int, now: datetime) -> Ticket:
    """Make one report a matter of its own again; RefusedError where it is together with no other."""
    ticket = tickets.by_number(session, number)
    if not is_open(ticket.status):
        raise RefusedError(f"Laporan {number} sudah ditutup; tidak ada yang perlu dipisahkan.")
    if incident_members.split(session, rulebook, ticket, f"user:{user_id}", now, why="by_hand"):
        _tell_citizen(session, rulebook, ticket, "follow_split", now)
    return ticket


def _check(session: Session, source: Ticket, target: Ticket, *, across_services: bool) -> None:
    if source.id == target.id:
        raise RefusedError("Laporan tidak bisa digabungkan dengan dirinya sendiri; tulis nomor laporan lain.")
    for ticket in (source, target):
        if ticket.sealed:
            raise NotFoundError(f"Tidak ada laporan bernomor {ticket.number}.")
        if not is_open(ticket.status) or ticket.status == Status.CLAIMED_DONE:
            raise RefusedError(f"Laporan {ticket.number} sudah ditutup atau diklaim selesai; pilih yang berjalan.")
        if ticket.urgent != target.urgent or ticket.kind not in ("lapor", "darurat"):
            raise RefusedError("Laporan darurat dan laporan biasa, usul atau apresiasi tidak bisa digabungkan.")
    if source.incident_id is not None and source.incident_id == target.incident_id:
        raise RefusedError("Keduanya sudah di kejadian yang sama; tidak ada yang perlu digabungkan.")
    if source.service != target.service and not across_services:
        raise RefusedError("Layanannya berbeda; centang bahwa itu memang satu hal, lalu kirim lagi.")


def _incident_of(session: Session, ticket: Ticket, now: datetime) -> Incident:
    if ticket.incident_id is None:
        return incident_members.begin(session, ticket, now)
    return queries.lock(session, ticket.incident_id)


def _moved(session: Session, source: Ticket, here: Incident) -> list[Ticket]:
    """The open tickets that are to change over; closed ones go along, and their incident is one no more."""
    if source.incident_id is None:
        return [source]
    before = queries.lock(session, source.incident_id)
    members = queries.members_of(session, before)
    closed = [each.id for each in members if not is_open(each.status)]
    queries.put_into(session, closed, here.id)
    here.members += len(closed)
    before.members, before.flood_key, before.following, before.merged_into = 0, None, None, here.id
    return [each for each in members if is_open(each.status)]


def _tell(session: Session, rulebook: Rulebook, here: Incident, had: list[str], now: datetime) -> None:
    """The agency, of those that it had as cases of their own."""
    if had:
        shown = ", ".join(had[:SHOWN]) + (" ..." if len(had) > SHOWN else "")
        incident_mail.tell_merged(session, rulebook, here, shown, f"{here.id}:{had[0]}", now)


def _tell_citizen(session: Session, rulebook: Rulebook, ticket: Ticket, wording: str, now: datetime) -> None:
    """Who follows others, or does not any more, may know better; in an emergency it is no time for that."""
    if not ticket.urgent:
        key = f"{wording}:{ticket.id}:{len(ticket.events)}"
        note = Note(key, wording, citizen_values(session, rulebook, ticket, now), ticket_id=ticket.id)
        unasked.tell(session, rulebook, ticket, note, now)
