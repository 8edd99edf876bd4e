"""Which reports may be about the same as one: as the rules see it, and a little beyond, for a person to judge."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.city.geography import box_around
from bot.city.incident_policy import Nearness
from bot.incidents.incidents import JOINABLE, joins, told_of
from bot.incidents.likeness import distance_between, same_matter, story_alike, words_alike
from bot.rulebook import Rulebook
from bot.status import OPEN, Status, is_open
from storage.models import Ticket
from storage.queries import similar as queries

SHOWN = 6
REACH_M = 500.0
# Between reports in one kelurahan: how alike the words must be to be worth a look, of 100.
WORTH_A_LOOK = 45.0
LOOKED_AT = (*OPEN, Status.DONE)
FURTHEST_BACK = timedelta(days=30)


@dataclass(frozen=True)
class Similar:
    """``metres`` between the pins, None where one is missing; ``alike``: how alike the words are, 0 to 100.

    ``same``: the city's rule takes it for the same; ``together``: they are joined already.
    """

    ticket: Ticket
    metres: float | None
    alike: float
    same: bool
    together: bool

    @property
    def can_join(self) -> bool:
        return not self.together and self.ticket.status in JOINABLE

    @property
    def is_open(self) -> bool:
        return is_open(self.ticket.status)


def similar_to(session: Session, rulebook: Rulebook, ticket: Ticket) -> list[Similar]:
    """Other citizens' reports of the same service near ``ticket`` in space and time, the likeliest first."""
    if ticket.sealed or not joins(rulebook, ticket):
        return []
    measure = rulebook.city.incidents.of(ticket.service)
    since = ticket.created_at - FURTHEST_BACK
    pin = ticket.latitude is not None and ticket.longitude is not None
    box = box_around(ticket.latitude or 0.0, ticket.longitude or 0.0, REACH_M) if pin else None
    found = queries.of_one_service(session, ticket, LOOKED_AT, since, queries.Box(*box) if box else None)
    judged = [_judged(ticket, other, measure) for other in found]
    likely = [one for one in judged if one.together or one.same or _is_worth_a_look(one)]
    return sorted(likely, key=_rank)[:SHOWN]


def _judged(ticket: Ticket, other: Ticket, measure: Nearness) -> Similar:
    mine, theirs = told_of(ticket), told_of(other)
    metres = distance_between(mine, theirs)
    alike = words_alike(mine, theirs) if metres is not None else story_alike(mine, theirs)
    together = ticket.incident_id is not None and ticket.incident_id == other.incident_id
    return Similar(other, metres, alike, same_matter(mine, theirs, measure), together)


def _is_worth_a_look(one: Similar) -> bool:
    return one.metres <= REACH_M if one.metres is not None else one.alike >= WORTH_A_LOOK


def _rank(one: Similar) -> tuple[bool, bool, bool, float, float]:
    far = one.metres if one.metres is not None else REACH_M
    return not one.together, not one.same, not one.is_open, far, -one.alike
