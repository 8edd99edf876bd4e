"""What an agency reads, on the case that it has, of the others who report the same: never who they are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.privacy import mask
from storage.models import Ticket
from storage.queries import incidents as queries

# So much stands in a letter; all of it, as far as a page takes it, on the page.
IN_A_LETTER, ON_A_PAGE = 8, 100
LONGEST_LINE = 140


@dataclass(frozen=True)
class Other:
    """One further report: masked words."""

    at: datetime
    place: str
    story: str


@dataclass(frozen=True)
class Others:
    """How many further reports there are, and the first of them."""

    count: int = 0
    shown: tuple[Other, ...] = ()


def others_of(session: Session, ticket: Ticket, limit: int = ON_A_PAGE) -> Others:
    """The further reports that ``ticket`` leads; none for one that leads nothing."""
    incident = queries.incident_of(session, ticket)
    if incident is None or incident.lead_id != ticket.id or incident.members < 2:
        return Others()
    further = queries.further(session, incident, limit)
    shown = (Other(other.created_at, mask(other.place or ""), other.masked_story) for other in further)
    return Others(incident.members - 1, tuple(shown))


def for_letter(session: Session, ticket: Ticket) -> dict[str, Any]:
    """The same as a letter takes it; with that the agency has been told of so many."""
    others = others_of(session, ticket, IN_A_LETTER)
    incident = queries.incident_of(session, ticket)
    if others.count and incident is not None:
        incident.told = others.count
    return {"others": others.count, "others_said": [_line(other) for other in others.shown]}


def flood_of(session: Session, ticket: Ticket, everywhere: str) -> dict[str, str]:
    """What a letter says of the flood of reports that ``ticket`` leads; empty where there is none."""
    incident = queries.incident_of(session, ticket)
    if incident is None or incident.flood_at is None or incident.lead_id != ticket.id:
        return {}
    return {"count": str(incident.members), "area": incident.area or everywhere}


def _line(other: Other) -> str:
    text = " ".join(f"{other.place}: {other.story}".removeprefix(": ").split())
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE].rstrip()}..."
