"""What a completion photo tells about a claim. Pure. A flag asks a person to look, and no more."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import Any

from bot.city.geography import Box

EARTH_M = 6_371_000
# Clocks of cameras are a little off; what lies within is not held against anybody.
CLOCK_IS_OFF = timedelta(hours=1)


class Kind(StrEnum):
    """Why somebody should look at a claim."""

    MISSING = "missing"
    USED_BEFORE = "used_before"
    ELSEWHERE = "elsewhere"
    OUTSIDE_CITY = "outside_city"
    TOO_EARLY = "too_early"
    TOO_OLD = "too_old"


@dataclass(frozen=True)
class Flag:
    """``data`` holds what the words for it need, as JSON knows it: ids, metres, ISO times."""

    kind: Kind
    data: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"kind": str(self.kind), **self.data}


@dataclass(frozen=True)
class Photo:
    """What is known of a completion photo. Degrees; ``taken_at`` aware, by the camera's clock."""

    perceptual_hash: str
    taken_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class Earlier:
    """A photo that was there before. ``ticket_id`` is None for one that belongs to no ticket."""

    perceptual_hash: str
    ticket_id: int | None
    by_citizen: bool


@dataclass(frozen=True)
class Work:
    """The work that is claimed done: where it is, since when it is asked for, and when it was claimed."""

    begun_at: datetime
    claimed_at: datetime
    latitude: float | None = None
    longitude: float | None = None
    photo_required: bool = False


@dataclass(frozen=True)
class Bounds:
    """How much is allowed before a claim is flagged; see ``bot.city.evidence_policy``."""

    same_photo_bits: int
    furthest_metres: int
    oldest_photo: timedelta
    city: Box | None = None


def judge(photo: Photo | None, work: Work, earlier: Iterable[Earlier], bounds: Bounds) -> tuple[Flag, ...]:
    """Why a person should look at this claim; nothing where there is no reason to.

    A photo that tells no time and no place is no reason: most programs take both out.
    """
    if photo is None:
        return (Flag(Kind.MISSING),) if work.photo_required else ()
    return (*_used_before(photo, earlier, bounds), *_place(photo, work, bounds), *_time(photo, work, bounds))


def bits_apart(one: str, other: str) -> int:
    """In how many bits two hashes of equal length, as hex digits, differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def metres_apart(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """The way over the globe between two points in degrees."""
    height = sin(radians(other_latitude - latitude) / 2) ** 2
    width = sin(radians(other_longitude - longitude) / 2) ** 2
    across = height + cos(radians(latitude)) * cos(radians(other_latitude)) * width
    return 2 * EARTH_M * asin(sqrt(min(1.0, across)))


def _used_before(photo: Photo, earlier: Iterable[Earlier], bounds: Bounds) -> Iterator[Flag]:
    """One flag for the nearest of the photos that look like it."""
    apart = [(bits_apart(photo.perceptual_hash, old.perceptual_hash), n, old) for n, old in enumerate(earlier)]
    near = [found for found in apart if found[0] <= bounds.same_photo_bits]
    if near:
        bits, _, old = min(near, key=lambda found: found[:2])
        yield Flag(Kind.USED_BEFORE, {"ticket_id": old.ticket_id, "by_citizen": old.by_citizen, "bits": bits})


def _place(photo: Photo, work: Work, bounds: Bounds) -> Iterator[Flag]:
    if photo.latitude is None or photo.longitude is None:
        return
    city = bounds.city
    if city and not (city.south <= photo.latitude <= city.north and city.west <= photo.longitude <= city.east):
        yield Flag(Kind.OUTSIDE_CITY)
    elif work.latitude is not None and work.longitude is not None:
        metres = metres_apart(photo.latitude, photo.longitude, work.latitude, work.longitude)
        if metres > bounds.furthest_metres:
            yield Flag(Kind.ELSEWHERE, {"metres": round(metres)})


def _time(photo: Photo, work: Work, bounds: Bounds) -> Iterator[Flag]:
    if photo.taken_at is None:
        return
    taken = {"taken_at": photo.taken_at.isoformat()}
    if photo.taken_at < work.begun_at - CLOCK_IS_OFF:
        yield Flag(Kind.TOO_EARLY, {**taken, "begun_at": work.begun_at.isoformat()})
    elif photo.taken_at < work.claimed_at - bounds.oldest_photo:
        yield Flag(Kind.TOO_OLD, taken)
