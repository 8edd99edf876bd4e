"""An open ticket as a map needs it, and the part of the world that a map shows. Pure."""

import math
from collections.abc import Iterable
from typing import NamedTuple

NEVER, NOWHERE = math.inf, math.nan
WORLD_LATITUDE, WORLD_LONGITUDE, DEEPEST = 85.0, 180.0, 22.0
ENOUGH = 5_000


class Pin(NamedTuple):
    """One open ticket that is not sealed. Times are seconds since 1970.

    Without a place both degrees are NOWHERE, which lies in no box. ``late_from``: when its deadline is over; NEVER
    while it is not the agency's turn.
    """

    id: int
    latitude: float
    longitude: float
    area: str
    service: str
    agency: str
    urgent: bool
    late_from: float
    since: float

    @property
    def is_placed(self) -> bool:
        return not math.isnan(self.latitude)


class Box(NamedTuple):
    """Degrees; it does not cross the date line."""

    south: float
    west: float
    north: float
    east: float


def box_of(south: str, west: str, north: str, east: str) -> Box | None:
    """The box of four numbers as an address has them, at most the world; None where they make none."""
    try:
        s, w, n, e = (float(text) for text in (south, west, north, east))
    except ValueError:
        return None
    if not all(math.isfinite(degrees) for degrees in (s, w, n, e)):
        return None
    box = Box(max(s, -WORLD_LATITUDE), max(w, -WORLD_LONGITUDE), min(n, WORLD_LATITUDE), min(e, WORLD_LONGITUDE))
    return box if box.south < box.north and box.west < box.east else None


def zoom_of(text: str) -> float:
    """A zoom level of an address, 0 (the world) to DEEPEST; of what is none the world's."""
    try:
        zoom = float(text)
    except ValueError:
        return 0.0
    return min(max(zoom, 0.0), DEEPEST) if math.isfinite(zoom) else 0.0


def within(pins: Iterable[Pin], box: Box) -> list[Pin]:
    south, west, north, east = box
    return [pin for pin in pins if south <= pin.latitude <= north and west <= pin.longitude <= east]


def extent(pins: Iterable[Pin], but: float = 0.01) -> Box | None:
    """The box around all pins but the ``but`` of them (a share) that lie furthest out on each side.

    One pin in another town would otherwise make the city a dot. Of very many an even part is looked at. None
    without any pin.
    """
    placed = [pin for pin in pins if pin.is_placed]
    placed = placed[:: 1 + len(placed) // ENOUGH]
    if not placed:
        return None
    out = int(len(placed) * but)
    latitudes = sorted(pin.latitude for pin in placed)
    longitudes = sorted(pin.longitude for pin in placed)
    return Box(latitudes[out], longitudes[out], latitudes[-1 - out], longitudes[-1 - out])
