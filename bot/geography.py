"""Whether a place can be in the city's country at all: a box on the globe, not a border."""

from collections.abc import Mapping
from typing import NamedTuple


class Box(NamedTuple):
    """Degrees; the box does not cross the date line."""

    south: float
    north: float
    west: float
    east: float


COUNTRIES: Mapping[str, Box] = {"ID": Box(-11.1, 6.1, 94.9, 141.1)}


def is_abroad(latitude: float, longitude: float, country: str) -> bool:
    """Whether a point lies outside ``country`` (ISO 3166 code); False for countries whose box we do not know."""
    box = COUNTRIES.get(country)
    if box is None:
        return False
    return not (box.south <= latitude <= box.north and box.west <= longitude <= box.east)
