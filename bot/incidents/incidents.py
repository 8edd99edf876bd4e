"""At filing: is this what others report, what its citizen reported before, or part of a flood of reports?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from bot.city.incident_policy import Nearness
from bot.incidents import duplicates, members
from bot.incidents import flood as incident_flood
from bot.incidents.likeness import Told, contradict, distance_between, same_matter, same_photo
from bot.outgoing import incident_mail
from bot.privacy import mask
from bot.rulebook import Rulebook
from bot.status import OPEN, Status, is_open
from storage.models import Incident, Ticket
from storage.queries import incidents as queries
from storage.queries.incidents import Around, Candidate
from storage.queries.one_at_a_time import INCIDENTS, one_at_a_time

log = structlog.get_logger()

KINDS = ("lapor", "darurat")
# What is said to be done is not joined: somebody who still sees it means that it is not.
JOINABLE = tuple(status for status in OPEN if status != Status.CLAIMED_DONE)
DEGREE_M = 111_195.0
# A photo is passed on in groups; what lies this far apart is not the same thing, whatever the photo.
PHOTO_WITHIN_M = 1_500.0
# So much farther than from its neighbour a report may be from the first one: no chain along a whole street.
SPREAD = 2


@dataclass(frozen=True)
class Settled:
    """What a new report turned out to be: how many others reported the same, whether that is a flood of reports,
    or the ticket in which its own citizen did."""

    ticket: Ticket
    others: int = 0
    flood: bool = False
    same_as: Ticket | None = None


def settle(
    session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime, message_ids: Sequence[int] = ()
) -> Settled:
    """Find out what the ticket that was just filed belongs to, and put it there."""
    if ticket.sealed or ticket.kind not in KINDS:
        return Settled(ticket)
    if not ticket.urgent and (earlier := duplicates.earlier(session, rulebook, ticket, now)):
        duplicates.mark(session, rulebook, ticket, earlier, message_ids, now)
        return Settled(ticket, same_as=earlier)
    if not joins(rulebook, ticket):
        return Settled(ticket)
    return _together(session, rulebook, ticket, now, message_ids)


def _together(
    session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime, message_ids: Sequence[int]
) -> Settled:
    """With what others report. Of an emergency only what is surely the same, however many there are."""
    incident = None if ticket.urgent else incident_flood.declared(session, rulebook, ticket, now)
    if incident is None and (like := _like(session, rulebook, ticket, now, message_ids)):
        incident = _incident_of(session, like, now)
    if incident is None:
        return Settled(ticket)
    if ticket.incident_id is None:
        members.join(session, rulebook, ticket, incident, now)
    if ticket.urgent:
        incident_flood.notice(session, rulebook, incident, now)
    incident_mail.tell_agency(session, rulebook, incident, now, urgent=ticket.urgent)
    return Settled(ticket, incident.members - 1, incident.flood_at is not None)


def look_again(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime) -> Incident | None:
    """More is known of a ticket (where it is, a photo): join it now if it is what others report."""
    if ticket.incident_id or ticket.sealed or ticket.kind not in KINDS or ticket.status not in JOINABLE:
        return None
    if not joins(rulebook, ticket) or queries.was_split(session, ticket.id):
        return None
    like = _like(session, rulebook, ticket, now, ())
    if like is None:
        return None
    incident = _incident_of(session, like, now)
    members.join(session, rulebook, ticket, incident, now)
    incident_mail.tell_agency(session, rulebook, incident, now, urgent=ticket.urgent)
    return incident


def corrected(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime) -> None:
    """It is somewhere else, or something else, than was said: nothing that was found out still holds."""
    if ticket.incident_id is not None and is_open(ticket.status):
        members.split(session, rulebook, ticket, members.BOT, now, why="corrected")
    elif ticket.forwarded_at is None:
        look_again(session, rulebook, ticket, now)


def joins(rulebook: Rulebook, ticket: Ticket) -> bool:
    """Whether tickets of different people can be about one thing: not about their papers, nor about officials."""
    service, measure = rulebook.city.services[ticket.service], rulebook.city.incidents.of(ticket.service)
    in_a_place = service.needs_place or measure.spreads
    return measure.joins and in_a_place and not service.sealed and not service.about_staff


def told_of(ticket: Ticket | Candidate) -> Told:
    """What of a ticket is compared."""
    place = mask(ticket.place) if ticket.place else None
    return Told(ticket.masked_story, place, ticket.area, ticket.latitude, ticket.longitude)


def _like(
    session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime, message_ids: Sequence[int]
) -> Candidate | None:
    """The first ticket that is about the same thing, by its words and pins, else by its photos.

    Of two that are filed in the same moment the second waits here: else each would see itself alone.
    """
    one_at_a_time(session, INCIDENTS, ticket.service)
    measure, mine = rulebook.city.incidents.of(ticket.service), told_of(ticket)
    around = _around(rulebook, ticket, measure, now)
    found = (row for row in queries.candidates(session, around, ticket.id) if row.citizen_id != ticket.citizen_id)
    for row in found:
        if same_matter(mine, told_of(row), measure) and _is_near_lead(session, mine, row, measure):
            return row
    return _with_same_photo(session, ticket, mine, around, measure, message_ids)


def _with_same_photo(
    session: Session, ticket: Ticket, mine: Told, around: Around, measure: Nearness, message_ids: Sequence[int]
) -> Candidate | None:
    hashes = queries.photo_hashes(session, ticket.id, message_ids)
    if not hashes:
        return None
    for row, photo in queries.with_photos(session, around, ticket.id):
        if not any(same_photo(photo, each, measure.photo_bits) for each in hashes):
            continue
        theirs = told_of(row)
        apart = distance_between(mine, theirs)
        if (apart is None or apart <= PHOTO_WITHIN_M) and not contradict(mine, theirs, measure):
            return row if row.citizen_id != ticket.citizen_id else None
    return None


def _is_near_lead(session: Session, mine: Told, row: Candidate, measure: Nearness) -> bool:
    incident = session.get(Incident, row.incident_id) if row.incident_id else None
    lead = session.get(Ticket, incident.lead_id) if incident else None
    if lead is None or lead.status not in JOINABLE:
        return incident is None
    apart = distance_between(mine, told_of(lead))
    return apart is None or measure.spreads or apart <= SPREAD * measure.distance


def _around(rulebook: Rulebook, ticket: Ticket, measure: Nearness, now: datetime) -> Around:
    has_pin = ticket.latitude is not None and ticket.longitude is not None
    return Around(
        service=ticket.service,
        kind=ticket.kind,
        urgent=ticket.urgent,
        since=rulebook.city.working_calendar.before(now, measure.within),
        statuses=JOINABLE,
        area=ticket.area,
        latitudes=_about(ticket.latitude, measure.distance) if has_pin else None,
        longitudes=_about(ticket.longitude, measure.distance, ticket.latitude or 0) if has_pin else None,
        by_words=bool(ticket.place),
    )


def _about(degrees: float | None, metres: float, latitude: float = 0.0) -> tuple[float, float]:
    """The degrees that far to both sides."""
    reach = metres / (DEGREE_M * max(0.01, math.cos(math.radians(latitude))))
    return (degrees or 0.0) - reach, (degrees or 0.0) + reach


def _incident_of(session: Session, like: Candidate, now: datetime) -> Incident:
    """The incident of the ticket that was found; that ticket leads a new one where there is none."""
    if like.incident_id:
        return queries.lock(session, like.incident_id)
    return members.begin(session, session.get_one(Ticket, like.id), now)
