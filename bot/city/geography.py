"""Whether a place can be in the city's country at all: boxes on the globe, not borders."""

import math
from collections.abc import Mapping
from typing import NamedTuple


class Box(NamedTuple):
    """Degrees; the box does not cross the date line."""

    south: float
    north: float
    west: float
    east: float


DEGREE_M = 111_195.0
COUNTRIES: Mapping[str, Box] = {"ID": Box(-11.1, 6.1, 94.9, 141.1)}


def is_abroad(latitude: float, longitude: float, country: str) -> bool:
    """Whether a point lies outside ``country`` (ISO 3166 code); False for countries whose box we do not know."""
    box = COUNTRIES.get(country)
    if box is None:
        return False
    return not (box.south <= latitude <= box.north and box.west <= longitude <= box.east)


def box_around(latitude: float, longitude: float, metres: float) -> Box:
    """The box that reaches so far from a point to all four sides."""
    north = metres / DEGREE_M
    east = metres / (DEGREE_M * max(0.01, math.cos(math.radians(latitude))))
    return Box(latitude - north, latitude + north, longitude - east, longitude + east)
