"""Open311 GeoReport v2: what other systems read of the city, file, and report on their cases."""

from handlers.open311 import filing, reading
from handlers.open311.refusals import refused
from handlers.open311.room import blueprint, keyed

__all__ = ["blueprint", "filing", "keyed", "reading", "refused"]
