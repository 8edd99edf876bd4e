"""What belongs together: reports near each other by index, the tickets of an incident, and who leads it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import Session, defer

from storage.models import InboundMessage, Incident, MediaFile, Ticket, TicketEvent, User

# Of each way to look: what lies further back in a crowd is like what lies in front.
NEAREST = 100
MOST_BESIDE = 400
MOST_OWN = 50
COLUMNS = (
    Ticket.id, Ticket.citizen_id, Ticket.incident_id, Ticket.status, Ticket.masked_story, Ticket.place,
    Ticket.area, Ticket.latitude, Ticket.longitude, Ticket.created_at,
)  # fmt: skip

Candidate = Row[
    tuple[int, int, int | None, str, str, str | None, str | None, float | None, float | None, datetime]
]


@dataclass(frozen=True)
class Around:
    """Where and since when to look; ``latitudes`` and ``longitudes`` in degrees where there is a pin."""

    service: str
    kind: str
    urgent: bool
    since: datetime
    statuses: Sequence[str]
    area: str | None = None
    latitudes: tuple[float, float] | None = None
    longitudes: tuple[float, float] | None = None
    by_words: bool = False


OPEN_LIKE = select(*COLUMNS).where(
    Ticket.service == bindparam("service"),
    Ticket.status.in_(bindparam("statuses", expanding=True)),
    Ticket.kind == bindparam("kind"),
    Ticket.urgent == bindparam("urgent"),
    ~Ticket.sealed,
    Ticket.id != bindparam("but"),
)
RECENT = OPEN_LIKE.where(Ticket.created_at > bindparam("since")).order_by(Ticket.created_at.desc()).limit(NEAREST)
RECENT_IN_AREA = RECENT.where(Ticket.area == bindparam("area"))
RECENT_WITHOUT_AREA = RECENT.where(Ticket.area.is_(None))
# By latitude, not by time: a planner that sorts by time reads all that is about this service.
BESIDE = OPEN_LIKE.where(
    Ticket.latitude.between(bindparam("south"), bindparam("north")),
    Ticket.longitude.between(bindparam("west"), bindparam("east")),
).limit(MOST_BESIDE)
WITH_PHOTOS = (
    OPEN_LIKE.add_columns(MediaFile.perceptual_hash)
    .join(InboundMessage, InboundMessage.ticket_id == Ticket.id)
    .join(MediaFile, MediaFile.inbound_id == InboundMessage.id)
    .where(Ticket.created_at > bindparam("since"), MediaFile.perceptual_hash.is_not(None))
    .order_by(Ticket.created_at.desc())
    .limit(2 * NEAREST)
)
NEWEST_OF_CITIZEN = (
    # By person alone: nobody has many, and a planner that starts from the service reads all of that.
    select(Ticket.id, Ticket.service, Ticket.status, Ticket.created_at, Ticket.sealed)
    .where(Ticket.citizen_id == bindparam("citizen"), Ticket.id != bindparam("but"))
    .order_by(Ticket.id.desc())
    .limit(MOST_OWN)
)
OF_FLOOD = (
    select(Incident)
    .where(Incident.flood_key == bindparam("key"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
PHOTO_HASHES = (
    select(MediaFile.perceptual_hash)
    .join(InboundMessage, InboundMessage.id == MediaFile.inbound_id)
    .where(
        or_(
            InboundMessage.ticket_id == bindparam("ticket"),
            InboundMessage.id.in_(bindparam("messages", expanding=True)),
        ),
        MediaFile.perceptual_hash.is_not(None),
    )
)


def candidates(session: Session, around: Around, but: int) -> Sequence[Candidate]:
    """Tickets that may be about the same, the oldest first; every way to them is an index."""
    wanted = _wanted(around, but)
    rows = (row for way in _ways(around) for row in session.execute(way, wanted))
    found = {row.id: row for row in rows if row.created_at > around.since}
    return [found[key] for key in sorted(found)]


def _ways(around: Around) -> Iterable[Select[*tuple[Any, ...]]]:
    if around.area:
        yield RECENT_IN_AREA
    if around.by_words:
        yield RECENT_WITHOUT_AREA if around.area else RECENT
    if around.latitudes and around.longitudes:
        yield BESIDE


def _wanted(around: Around, but: int) -> dict[str, Any]:
    (south, north), (west, east) = around.latitudes or (None, None), around.longitudes or (None, None)
    return {
        "service": around.service,
        "statuses": around.statuses,
        "kind": around.kind,
        "urgent": around.urgent,
        "since": around.since,
        "area": around.area,
        "but": but,
        "south": south,
        "north": north,
        "west": west,
        "east": east,
    }


def of_citizen(
    session: Session, citizen_id: int, service: str, since: datetime, statuses: Sequence[str], but: int
) -> Sequence[Ticket]:
    """This person's own tickets about one kind of matter, the newest first."""
    rows = session.execute(NEWEST_OF_CITIZEN, {"citizen": citizen_id, "but": but})
    fitting = [
        row.id
        for row in rows
        if row.service == service and row.status in statuses and row.created_at > since and not row.sealed
    ]
    return tickets_of(session, fitting)[::-1] if fitting else ()


def how_many(
    session: Session, service: str, kind: str, area: str | None, since: datetime, most: int
) -> Sequence[int]:
    """The ids of up to ``most`` tickets about ``service`` since then, in one area or, without one, anywhere."""
    recent = select(Ticket.id).where(Ticket.service == service, Ticket.created_at > since, ~Ticket.sealed)
    recent = recent.where(Ticket.kind == kind, Ticket.duplicate_of.is_(None))
    if area is not None:
        recent = recent.where(Ticket.area == area)
    return session.scalars(recent.order_by(Ticket.created_at.desc()).limit(most)).all()


def tickets_of(session: Session, ids: Sequence[int]) -> Sequence[Ticket]:
    """These tickets, the oldest first."""
    return session.scalars(select(Ticket).where(Ticket.id.in_(ids)).order_by(Ticket.id)).all()


def lock(session: Session, incident_id: int) -> Incident:
    """The incident, held until the end of the transaction, as it is now."""
    mine = select(Incident).where(Incident.id == incident_id).with_for_update()
    return session.scalars(mine.execution_options(populate_existing=True)).one()


def flood_of(session: Session, key: str) -> Incident | None:
    """The flood in progress of that name, held until the end of the transaction."""
    return session.scalar(OF_FLOOD, {"key": key})


def put_into(session: Session, ids: Sequence[int], incident_id: int | None) -> None:
    """Write where tickets belong, and nothing else: no other hand on them is disturbed."""
    belongs = update(Ticket).where(Ticket.id.in_(ids)).values(incident_id=incident_id, version=Ticket.version)
    session.execute(belongs.execution_options(synchronize_session="fetch"))


def incident_of(session: Session, ticket: Ticket) -> Incident | None:
    """The incident that ``ticket`` belongs to."""
    return session.get(Incident, ticket.incident_id) if ticket.incident_id else None


def lead_of(session: Session, ticket: Ticket) -> Ticket | None:
    """The open ticket that the agency works on in place of ``ticket``; None where it works on this one."""
    incident = incident_of(session, ticket)
    if incident is None or incident.lead_id == ticket.id:
        return None
    lead = session.get(Ticket, incident.lead_id)
    return lead if lead is not None and lead.closed_at is None else None


def followers_among(session: Session, ids: Sequence[int]) -> frozenset[int]:
    """Which of these tickets go along with another's."""
    if not ids:
        return frozenset()
    behind_another = select(Ticket.id).join(Incident, Incident.id == Ticket.incident_id)
    return frozenset(session.scalars(behind_another.where(Ticket.id.in_(ids), Incident.lead_id != Ticket.id)))


def is_follower() -> ColumnElement[bool]:
    """For statements about tickets that are cases of an agency's: true of those that only follow another."""
    lead = select(Ticket.id).where(Ticket.id == Incident.lead_id, Ticket.closed_at.is_(None))
    lead = lead.correlate(Incident)
    return exists(
        select(Incident.id)
        .where(Incident.id == Ticket.incident_id, Incident.lead_id != Ticket.id, lead.exists())
        .correlate(Ticket)
    )


def further(session: Session, incident: Incident, limit: int | None = None) -> Sequence[Ticket]:
    """The other tickets of an incident but its lead, the oldest first; withdrawn ones are nobody's matter."""
    others = select(Ticket).where(Ticket.incident_id == incident.id, Ticket.id != incident.lead_id)
    others = others.where(Ticket.status != "withdrawn", ~Ticket.sealed).order_by(Ticket.id)
    return session.scalars(others.limit(limit).options(defer(Ticket.story))).all()


def next_lead(session: Session, incident: Incident, open_statuses: Sequence[str]) -> Ticket | None:
    """The first open ticket of an incident beside its lead."""
    others = select(Ticket).where(Ticket.incident_id == incident.id, Ticket.id != incident.lead_id)
    return session.scalar(others.where(Ticket.status.in_(open_statuses)).order_by(Ticket.id).limit(1))


def to_follow(
    session: Session, incident: Incident, statuses: Sequence[str], limit: int, but_dated: datetime | None = None
) -> Sequence[Ticket]:
    """Up to ``limit`` tickets beside the lead that are still in one of ``statuses``, without those that have the
    date ``but_dated`` already."""
    others = select(Ticket).where(Ticket.incident_id == incident.id, Ticket.id != incident.lead_id)
    others = others.where(Ticket.status.in_(statuses))
    if but_dated is not None:
        others = others.where(or_(Ticket.expected_on.is_(None), Ticket.expected_on != but_dated))
    return session.scalars(others.order_by(Ticket.id).limit(limit)).all()


def behind(session: Session, limit: int) -> Sequence[Incident]:
    """Incidents whose tickets have not all followed their lead yet."""
    waiting = select(Incident).where(Incident.following.is_not(None)).order_by(Incident.id).limit(limit)
    return session.scalars(waiting.with_for_update(skip_locked=True)).all()


def was_split(session: Session, ticket_id: int) -> bool:
    """Whether somebody said that this ticket is a matter of its own."""
    said = select(TicketEvent.id).where(TicketEvent.ticket_id == ticket_id, TicketEvent.kind == "split")
    return session.scalar(said.limit(1)) is not None


def photo_hashes(session: Session, ticket_id: int, message_ids: Sequence[int] = ()) -> Sequence[str]:
    """The hashes of the photos that came with a ticket, or with these messages of it."""
    found = session.scalars(PHOTO_HASHES, {"ticket": ticket_id, "messages": message_ids})
    return [value for value in found if value]


def with_photos(session: Session, around: Around, but: int) -> Sequence[tuple[Candidate, str]]:
    """Recent tickets about the same service that photos came with, and those photos' hashes."""
    rows = session.execute(WITH_PHOTOS, _wanted(around, but))
    return [(row, row.perceptual_hash) for row in rows]


def newest(session: Session, limit: int) -> Sequence[tuple[Incident, Ticket]]:
    """Incidents of more than one ticket with their leads, those reported last in front."""
    several = select(Incident, Ticket).join(Ticket, Ticket.id == Incident.lead_id)
    several = several.where(Incident.members > 1, Incident.merged_into.is_(None), ~Ticket.sealed)
    rows = session.execute(several.order_by(Incident.last_at.desc()).limit(limit).options(defer(Ticket.story)))
    return [(incident, lead) for incident, lead in rows]


def floods(session: Session, since: datetime) -> Sequence[Incident]:
    """Floods in which somebody has reported since then."""
    raging = and_(Incident.flood_key.is_not(None), Incident.last_at > since)
    return session.scalars(select(Incident).where(raging).order_by(Incident.id)).all()


def open_of(session: Session, incident_ids: Sequence[int], open_statuses: Sequence[str]) -> dict[int, int]:
    """How many tickets of each incident are still open."""
    count = select(Ticket.incident_id, func.count(Ticket.id)).where(Ticket.incident_id.in_(incident_ids))
    rows = session.execute(count.where(Ticket.status.in_(open_statuses)).group_by(Ticket.incident_id))
    return {incident_id: number for incident_id, number in rows if incident_id is not None}


def lead(session: Session, incident: Incident) -> Ticket | None:
    """The ticket that leads an incident, with the history of it."""
    return session.scalar(select(Ticket).where(Ticket.id == incident.lead_id))


def members_of(session: Session, incident: Incident) -> Sequence[Ticket]:
    """All tickets of an incident, its lead first."""
    mine = select(Ticket).where(Ticket.incident_id == incident.id)
    return session.scalars(mine.order_by(Ticket.id != incident.lead_id, Ticket.id)).all()


def coordinators(session: Session) -> Sequence[User]:
    """Whom a flood is told to."""
    people = select(User).where(User.role.in_(("coordinator", "administrator")), User.disabled_at.is_(None))
    return session.scalars(people.order_by(User.id)).all()
