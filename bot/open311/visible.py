"""What of the city others may see, from its configuration. Pure."""

from bot.city.city import City
from bot.city.open311_policy import HIDDEN, POINT, publicity
from bot.status import OPEN, Move, Status
from storage.queries.open311 import Public

KIND = "lapor"
CLOSED = (Status.DONE,)
# What changes where a ticket stands. Of questions and answers no more is told than that.
STEPS = tuple(Move)
FILED = "filed"


def public_of(city: City) -> Public:
    """What anybody may see. Withdrawn, rejected and repeated reports leave the list: they concern nobody else."""
    services = tuple(code for code, service in city.services.items() if publicity(service) != HIDDEN)
    return Public(services, KIND, (*OPEN, *CLOSED), (FILED, *STEPS))


def places_of(city: City) -> tuple[str, ...]:
    """The services whose places are told, to about ten metres."""
    return tuple(code for code, service in city.services.items() if publicity(service) == POINT)
