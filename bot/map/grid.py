"""Pins that lie close together on the screen become one cluster: by a grid, then neighbours that would overlap.

What comes out is bounded by the grid, however many pins there are; so 60,000 of them are a few hundred marks.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.map.pins import Box, Pin

# Pixels of a mark and its air; and into how many marks a box is divided at the very most, on each side.
CELL_PX, APART_PX, MOST_CELLS = 64, 46, 24
MOST_ALONE = 250
WORLD_PX = 256  # the whole world at zoom 0


@dataclass(frozen=True)
class Cluster:
    """Pins that are drawn as one mark, at the mean of their places. ``area``: where most of them lie."""

    latitude: float
    longitude: float
    count: int
    late: int
    urgent: int
    area: str
    bounds: Box
    only: int | None

    @classmethod
    def of(cls, pins: Sequence[Pin], now: float) -> "Cluster":
        """``only`` is the id of the one pin, where there is but one."""
        latitudes, longitudes = [pin.latitude for pin in pins], [pin.longitude for pin in pins]
        areas = Counter([pin.area for pin in pins])
        del areas[""]
        return cls(
            latitude=sum(latitudes) / len(pins),
            longitude=sum(longitudes) / len(pins),
            count=len(pins),
            late=sum([pin.late_from < now for pin in pins]),
            urgent=sum([pin.urgent for pin in pins]),
            area=areas.most_common(1)[0][0] if areas else "",
            bounds=Box(min(latitudes), min(longitudes), max(latitudes), max(longitudes)),
            only=pins[0].id if len(pins) == 1 else None,
        )


def clusters(pins: Sequence[Pin], box: Box, zoom: float, now: float) -> list[Cluster]:
    """The marks for ``pins``, all of which lie in ``box``, at that zoom and moment; the largest first.

    At most MOST_ALONE are single pins: each of them is told in full.
    """
    cells = MOST_CELLS
    groups = _groups(pins, *cell_size(box, zoom, cells))
    while cells > 1 and sum(len(group) == 1 for group in groups) > MOST_ALONE:
        cells = cells * 3 // 4
        groups = _groups(pins, *cell_size(box, zoom, cells))
    return [Cluster.of(group, now) for group in groups]


def cell_size(box: Box, zoom: float, most: int = MOST_CELLS) -> tuple[float, float]:
    """Height and width of a cell in degrees, about square on the screen, at most ``most`` of them on a side.

    The same for boxes near each other, so that clusters stay together while the map is moved a little.
    """
    width = CELL_PX * 360 / (WORLD_PX * 2**zoom)
    height = width * math.cos(math.radians(round((box.south + box.north) / 2)))
    return max(height, (box.north - box.south) / most), max(width, (box.east - box.west) / most)


def _groups(pins: Sequence[Pin], height: float, width: float) -> list[list[Pin]]:
    cells: dict[tuple[int, int], list[Pin]] = {}
    for pin in pins:
        cells.setdefault((int(pin.latitude // height), int(pin.longitude // width)), []).append(pin)
    share = APART_PX / CELL_PX
    return _apart(cells.values(), height * share, width * share)


def _apart(cells: Iterable[list[Pin]], height: float, width: float) -> list[list[Pin]]:
    """The groups, of which the smaller one of two that would overlap goes into the larger one."""
    kept: list[tuple[float, float, list[Pin]]] = []
    for group in sorted(cells, key=lambda group: (-len(group), group[0].id)):
        latitude, longitude = _middle(group)
        for at_latitude, at_longitude, other in kept:
            if abs(at_latitude - latitude) < height and abs(at_longitude - longitude) < width:
                other.extend(group)
                break
        else:
            kept.append((latitude, longitude, group))
    return sorted((group for _, _, group in kept), key=lambda group: (-len(group), group[0].id))


def _middle(group: Sequence[Pin]) -> tuple[float, float]:
    return sum([pin.latitude for pin in group]) / len(group), sum([pin.longitude for pin in group]) / len(group)
