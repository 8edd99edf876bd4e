"""Many in minutes: one incident, short answers, and one alarm to the coordinators instead of hundreds."""

from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from bot.incidents import members
from bot.outgoing import incident_mail
from bot.rulebook import Rulebook
from bot.status import OPEN, Status
from bot.tickets import tickets
from storage.models import Incident, Ticket
from storage.queries import incidents as queries

log = structlog.get_logger()

EVERYWHERE = "*"
TAKEN_IN = tuple(status for status in OPEN if status != Status.CLAIMED_DONE)


def declared(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime) -> Incident | None:
    """The flood of reports that ``ticket`` is part of: one in progress, or one that it makes full.

    Only matters that spread: a hundred potholes are a hundred potholes.
    """
    if not rulebook.city.incidents.of(ticket.service).spreads:
        return None
    for area in dict.fromkeys((ticket.area, None)):
        found = _in_progress(session, rulebook, ticket, area, now) or _begun(session, rulebook, ticket, area, now)
        if found:
            return found
    return None


def notice(session: Session, rulebook: Rulebook, incident: Incident, now: datetime) -> None:
    """From so many on an emergency's reports are a flood too: its agency is then written to at steps only."""
    if incident.flood_at is None and incident.members >= rulebook.city.incidents.flood.area_reports:
        incident.flood_at = now
        incident_mail.tell_flood(session, rulebook, incident, now)


def key_of(ticket: Ticket, area: str | None) -> str:
    """Under which name there is one flood only."""
    return f"{ticket.service}:{area or EVERYWHERE}"


def _in_progress(
    session: Session, rulebook: Rulebook, ticket: Ticket, area: str | None, now: datetime
) -> Incident | None:
    flood = queries.flood_of(session, key_of(ticket, area))
    if flood is None:
        return None
    quiet_since = rulebook.city.working_calendar.before(now, rulebook.city.incidents.flood.quiet_for)
    lead = session.get_one(Ticket, flood.lead_id)
    if flood.last_at > quiet_since and lead.status in TAKEN_IN:
        return flood
    flood.flood_key = None
    session.flush()
    return None


def _begun(
    session: Session, rulebook: Rulebook, ticket: Ticket, area: str | None, now: datetime
) -> Incident | None:
    policy = rulebook.city.incidents.flood
    enough = policy.area_reports if area else policy.city_reports
    since = rulebook.city.working_calendar.before(now, policy.within)
    ids = queries.how_many(session, ticket.service, ticket.kind, area, since, enough)
    if len(ids) < enough:
        return None
    together = [
        other
        for other in queries.tickets_of(session, ids)
        if other.status in TAKEN_IN and not other.urgent and not other.sealed
    ]
    return _declare(session, rulebook, ticket, together, area, now)


def _declare(
    session: Session, rulebook: Rulebook, ticket: Ticket, together: list[Ticket], area: str | None, now: datetime
) -> Incident:
    first = next((other for other in together if other.incident_id), together[0])
    flood = queries.lock(session, first.incident_id) if first.incident_id else None
    flood = flood or members.begin(session, first, now)
    flood.flood_key, flood.flood_at, flood.area = key_of(ticket, area), now, area
    session.flush()
    for other in together:
        if other.incident_id is None:
            members.join(session, rulebook, other, flood, now)
    lead = session.get_one(Ticket, flood.lead_id)
    if lead.forwarded_at is None and lead.status == Status.RECEIVED:
        lead.forward_at = now  # the agency need not wait for corrections to one of so many reports
        tickets.plan_ahead(session, rulebook, lead, now)
    incident_mail.tell_flood(session, rulebook, flood, now)
    log.warning("flood_of_reports", incident=flood.id, service=ticket.service, members=flood.members)
    return flood
