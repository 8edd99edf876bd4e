"""The tickets of an incident: one leads and is the agency's case, the others follow it until they part."""

from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from bot.city.city import COORDINATORS
from bot.errors import RefusedError
from bot.outgoing import agency_mail, incident_mail, unasked
from bot.rulebook import Rulebook
from bot.status import OPEN, TRANSITIONS, Move, Status, is_open, moves_from
from bot.tickets import tickets
from bot.tickets.tickets import By
from storage.database import Database
from storage.models import Incident, Ticket, TicketEvent
from storage.queries import incidents as queries

log = structlog.get_logger()

BOT = "bot"
BATCH = 50
FOLLOWED = (Move.ACCEPT, Move.SEND_BACK, Move.SET_DATE, Move.CLAIM, Move.FORWARD, Move.REROUTE, Move.REFUSE_CLAIM,
            Move.REJECT)  # fmt: skip
# A ticket that has not gone out goes out first, behind its lead.
GOES_OUT_FIRST = (Move.ACCEPT, Move.SEND_BACK, Move.SET_DATE, Move.CLAIM, Move.REROUTE)
CAUGHT_UP_BY: dict[Status, Move] = {
    Status.IN_PROGRESS: Move.ACCEPT,
    Status.NEEDS_INFO: Move.ACCEPT,
    Status.SCHEDULED: Move.SET_DATE,
}


def begin(session: Session, lead: Ticket, now: datetime) -> Incident:
    """A new incident with one ticket, which leads it."""
    incident = Incident(service=lead.service, area=lead.area, lead_id=lead.id, created_at=now, last_at=now)
    session.add(incident)
    session.flush()
    queries.put_into(session, [lead.id], incident.id)
    return queries.lock(session, incident.id)


def join(
    session: Session, rulebook: Rulebook, ticket: Ticket, incident: Incident, now: datetime, actor: str = BOT
) -> None:
    """Let ``ticket`` follow the incident's lead from now on. ``incident`` is locked."""
    session.flush()
    queries.put_into(session, [ticket.id], incident.id)
    incident.members += 1
    incident.last_at = max(incident.last_at, now)
    lead = session.get_one(Ticket, incident.lead_id)
    tickets.record(session, ticket, "joined", By(actor, now), {"lead": lead.number, "incident": incident.id})
    if ticket.forwarded_at is not None:
        agency_mail.revoke_links(session, ticket, now)  # the agency has one case of it, which is the lead
    _catch_up(session, rulebook, ticket, lead, now)
    log.info("ticket_joined", ticket=ticket.number, incident=incident.id, members=incident.members)


def split(session: Session, rulebook: Rulebook, ticket: Ticket, actor: str, now: datetime, why: str = "") -> bool:
    """A matter of its own from now on, which goes its own way; whether its deadlines begin anew for that.

    RefusedError where the ticket is together with no other.
    """
    if ticket.incident_id is None or queries.lock(session, ticket.incident_id).members < 2:
        raise RefusedError("Laporan ini tidak tergabung dengan laporan lain; muat ulang halaman.")
    if began_anew := part(session, rulebook, ticket, why, now, actor):
        go_own_way(session, rulebook, ticket, now)
    return began_anew


def part(
    session: Session, rulebook: Rulebook, ticket: Ticket, why: str, now: datetime, actor: str = "citizen"
) -> bool:
    """Take ``ticket`` out of its incident, if it is in one; whether :func:`go_own_way` must follow.

    One that led keeps what its agency has; of one that followed, no agency has anything yet.
    """
    if ticket.incident_id is None:
        return False
    incident = queries.lock(session, ticket.incident_id)
    if incident.members < 2:
        return False
    followed = queries.lead_of(session, ticket) is not None
    _leave(session, rulebook, ticket, incident, By(actor, now), why)
    if not followed or ticket.forwarded_at is None or not is_open(ticket.status):
        return False
    ticket.status, ticket.forwarded_at, ticket.expected_on = Status.RECEIVED, None, None
    return True


def go_own_way(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime) -> None:
    """To the agency, as new, with its time beginning now."""
    ticket.forward_at = now
    destination = tickets.destination_of(rulebook, ticket, ticket.conversation.channel)
    tickets.send_elsewhere(session, rulebook, ticket, destination, now)
    if ticket.status != Status.RECEIVED:
        return  # coordinators find the agency
    ticket.forwarded_at = now
    agency_mail.forward(session, rulebook, ticket, now)
    tickets.move(session, rulebook, ticket, Move.FORWARD, By(BOT, now))


def leave_unfixed(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime) -> None:
    """Its citizen says that it is not fixed: to be called before the ticket is opened again, on its own."""
    if ticket.incident_id is None:
        return
    incident = queries.lock(session, ticket.incident_id)
    if incident.members < 2:
        return
    _leave(session, rulebook, ticket, incident, By("citizen", now), "not_fixed")
    ticket.forwarded_at = ticket.forwarded_at or now


def lead_closed(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime) -> bool:
    """A ticket was closed by its citizen; whether another leads in its place, and the agency was told so."""
    if ticket.incident_id is None or is_open(ticket.status):
        return False
    incident = queries.lock(session, ticket.incident_id)
    return incident.lead_id == ticket.id and _hand_on(session, rulebook, incident, ticket, now)


def lead_moved(session: Session, rulebook: Rulebook, lead: Ticket, now: datetime) -> None:
    """What was just done with the lead is done with those that follow it; many of them in the ticks after this."""
    if lead.incident_id is None:
        return
    incident = queries.lock(session, lead.incident_id)
    event = next((event for event in reversed(lead.events) if event.kind in FOLLOWED), None)
    if incident.lead_id != lead.id or incident.members < 2 or event is None:
        return
    session.flush()
    incident.following = event.id
    _follow_some(session, rulebook, incident, lead, now)


def run_due(database: Database, rulebook: Rulebook, now: datetime) -> int:
    """Let tickets follow that are behind their lead; how many incidents that was about."""
    with database.begin() as session:
        incidents = queries.behind(session, 1)
        for incident in incidents:
            _follow_some(session, rulebook, incident, session.get_one(Ticket, incident.lead_id), now)
    return len(incidents)


def _leave(session: Session, rulebook: Rulebook, ticket: Ticket, incident: Incident, by: By, why: str) -> None:
    led = incident.lead_id == ticket.id
    session.flush()
    queries.put_into(session, [ticket.id], None)
    incident.members -= 1
    tickets.record(session, ticket, "split", by, {"incident": incident.id, "why": why})
    if led:
        _hand_on(session, rulebook, incident, ticket, by.at)
    log.info("ticket_split", ticket=ticket.number, incident=incident.id, why=why)


def _hand_on(session: Session, rulebook: Rulebook, incident: Incident, before: Ticket, now: datetime) -> bool:
    """The next open ticket leads; the agency is told where it works on it. False where there is none."""
    session.flush()
    lead = queries.next_lead(session, incident, OPEN)
    if lead is None:
        return False
    incident.lead_id = lead.id
    session.flush()
    tickets.record(session, lead, "leads", By(BOT, now), {"before": before.number})
    if lead.status == Status.CLAIMED_DONE:
        return False  # each citizen is being asked; there is nothing for the agency to do
    if lead.forwarded_at is not None:
        tickets.plan_ahead(session, rulebook, lead, now)
        incident_mail.tell_new_lead(session, rulebook, incident, lead, before, now)
    return lead.forwarded_at is not None


def _catch_up(session: Session, rulebook: Rulebook, ticket: Ticket, lead: Ticket, now: datetime) -> None:
    """Bring a ticket that has just joined to where its lead stands."""
    if lead.forwarded_at is None and lead.status == Status.RECEIVED:
        return  # both go out in their time, and the agency gets one letter
    ticket.agency, ticket.unit = lead.agency, lead.unit
    if lead.status == Status.COORDINATION:
        ticket.status = Status.COORDINATION
        tickets.plan_ahead(session, rulebook, ticket, now)
        return
    _go_out(session, rulebook, ticket, now)
    step = CAUGHT_UP_BY.get(Status(lead.status))
    if step and step in moves_from(ticket.status) and ticket.status != lead.status:
        ticket.expected_on = lead.expected_on
        tickets.move(session, rulebook, ticket, step, By(BOT, now, _day_note(lead, step)))


def _go_out(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime) -> None:
    if ticket.status in (Status.RECEIVED, Status.COORDINATION):
        ticket.forwarded_at = now
        tickets.move(session, rulebook, ticket, Move.FORWARD, By(BOT, now))


def _day_note(lead: Ticket, step: Move) -> str | None:
    dated = [event for event in lead.events if event.kind == step]
    return dated[-1].note if dated and step is Move.SET_DATE else None


def _follow_some(session: Session, rulebook: Rulebook, incident: Incident, lead: Ticket, now: datetime) -> None:
    event = session.get(TicketEvent, incident.following)
    if event is None or event.ticket_id != lead.id:
        incident.following = None
        return
    step = Move(event.kind)
    but_dated = lead.expected_on if step is Move.SET_DATE else None
    followers = queries.to_follow(session, incident, _before(step), BATCH, but_dated)
    for ticket in followers:
        _follow(session, rulebook, ticket, lead, step, By(event.actor, now, event.note))
    if len(followers) < BATCH:
        incident.following = None


def _before(step: Move) -> list[Status]:
    """The statuses in which a ticket can follow ``step``."""
    if step is Move.REFUSE_CLAIM:
        return [Status.CLAIMED_DONE]  # a citizen's own yes stands
    able = [status for status, move in TRANSITIONS if move is step]
    return [*able, Status.RECEIVED] if step in GOES_OUT_FIRST else able


def _follow(session: Session, rulebook: Rulebook, ticket: Ticket, lead: Ticket, step: Move, by: By) -> None:
    if step in GOES_OUT_FIRST and ticket.status == Status.RECEIVED:
        _go_out(session, rulebook, ticket, by.at)
    before = ticket.status
    if step in (Move.FORWARD, Move.REROUTE):
        ticket.agency, ticket.unit, ticket.forwarded_at = lead.agency, lead.unit, by.at
    if step is Move.SET_DATE:
        ticket.expected_on = lead.expected_on
    tickets.move(session, rulebook, ticket, step, by)
    if step is Move.SEND_BACK:
        ticket.agency, ticket.unit = COORDINATORS, None
    if step is Move.SET_DATE:
        unasked.tell_of_move(session, rulebook, ticket, "follow_scheduled", by.at)
    is_news = step is Move.REROUTE or (step is Move.FORWARD and before == Status.COORDINATION)
    if is_news and not ticket.urgent:
        unasked.tell_of_move(session, rulebook, ticket, "follow_passed_on", by.at)
