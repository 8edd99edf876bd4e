"""The open tickets by kelurahan: for the list beside the map, and for the names that are written on it. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from bot.map.pins import Pin


@dataclass(frozen=True)
class Area:
    """A kelurahan (an empty name: nobody said which), its open tickets, and the mean of its pins."""

    name: str
    open: int
    late: int
    unpinned: int
    at: tuple[float, float] | None


@dataclass
class _Sum:
    """What is added up of an area; there can be very many tickets."""

    open: int = 0
    late: int = 0
    pinned: int = 0
    latitude: float = 0.0
    longitude: float = 0.0


def by_area(pins: Iterable[Pin], now: float) -> list[Area]:
    """The kelurahan with the most open tickets first; what has none at the end. ``now`` in seconds since 1970."""
    sums: dict[str, _Sum] = defaultdict(_Sum)
    for pin in pins:
        one = sums[pin.area]
        one.open += 1
        one.late += pin.late_from < now
        if pin.latitude == pin.latitude:  # without a place it is NaN, which nothing equals
            one.pinned += 1
            one.latitude += pin.latitude
            one.longitude += pin.longitude
    areas = (Area(name, one.open, one.late, one.open - one.pinned, _mean(one)) for name, one in sums.items())
    return sorted(areas, key=lambda area: (not area.name, -area.open, area.name))


def _mean(of: _Sum) -> tuple[float, float] | None:
    return (of.latitude / of.pinned, of.longitude / of.pinned) if of.pinned else None
