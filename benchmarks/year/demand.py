"""When a report is written, by whom it might be, about what and where: the shape of a year. Seeded."""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml

from benchmarks.year.calendar import JAKARTA, days_off
from benchmarks.year.profile import Profile

HERE = Path(__file__).parent
AREAS = HERE.parent.parent / "nlu" / "rasa" / "areas.csv"
FIRST = date(2026, 1, 1)
DAYS = 365
FLOOD_MONTHS = (1, 2)


@dataclass(frozen=True)
class Area:
    """A kelurahan, in its city."""

    kelurahan: str
    city: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Wish:
    """Somebody is going to report something. ``flood``: one of many about the same thing."""

    at: datetime
    service: str
    text: str
    area: Area
    flood: bool = False


@dataclass(frozen=True)
class Part:
    """One of ``of`` parts of the city, each with its own kelurahan; the first has the number 1."""

    number: int = 1
    of: int = 1


WHOLE = Part()


class Year:
    """All that will be reported within ``days`` days in a ``part`` of the city, oldest first.

    Every part draws the whole city's year and keeps its own reports, so that together they are the same year.
    """

    def __init__(self, profile: Profile, scale: float, seed: int, days: int = DAYS, part: Part = WHOLE) -> None:
        self._demand, self._scale, self._days = profile.demand, scale, days
        self._random = Random(f"demand {seed}")
        self._services: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "stories.yml").read_text("utf-8"))
        self._areas, self._area_weights = self._read_areas()
        self._mine = frozenset(self._of_part(part))
        self._total = profile.tickets_a_year * scale
        self._rain = self._rainy()
        self._floods = self._flooded()

    def wishes(self) -> Iterator[Wish]:
        """Day after day; within a day in the order of time."""
        weights = [self._weight(day) for day in self._dates(DAYS)]
        floods = sum(self._flood_size(day) for day in self._floods)
        each = max(0.0, self._total - floods) / sum(weights)
        for day, weight in zip(self._dates(self._days), weights, strict=False):
            usual = (self._usual(day) for _ in range(self._poisson(each * weight)))
            wishes = sorted((*usual, *self._flood(day)), key=lambda wish: wish.at)
            yield from (wish for wish in wishes if wish.area in self._mine)

    def expected(self) -> int:
        """About how many reports there will be."""
        weights = [self._weight(day) for day in self._dates(DAYS)]
        return round(self._total * sum(weights[: self._days]) / sum(weights))

    def _weight(self, day: date) -> float:
        usual = self._demand.months[day.month - 1] * self._demand.weekdays[day.weekday()]
        return usual * (self._demand.holiday if day in days_off(day.year) else 1.0)

    def _usual(self, day: date) -> Wish:
        hour = self._random.choices(range(24), self._demand.hours)[0]
        at = self._moment(day, hour + self._random.random())
        names = list(self._services)
        wet = self._demand.rain if day in self._rain else 0.0
        weights = [s["weight"] * (1 + wet * s.get("rain", 0.0)) for s in self._services.values()]
        return self._wish(at, self._random.choices(names, weights)[0], self._area())

    def _flood(self, day: date) -> Iterator[Wish]:
        for _ in range(round(self._flood_size(day))):
            hour = min(23.9, max(0.0, self._random.gauss(7.5, 2.2)))
            area = self._random.choice(self._floods[day])
            wish = self._wish(self._moment(day, hour), "banjir", area)
            yield Wish(wish.at, wish.service, wish.text, wish.area, flood=True)

    def _flood_size(self, day: date) -> float:
        return self._demand.flood_reports * self._scale if day in self._floods else 0.0

    def _wish(self, at: datetime, service: str, area: Area) -> Wish:
        return Wish(at, service, self._random.choice(self._services[service]["texts"]), area)

    def _moment(self, day: date, hour: float) -> datetime:
        midnight = datetime.combine(day, time(0), JAKARTA).astimezone(UTC)
        return midnight + timedelta(seconds=int(hour * 3600))

    def _area(self) -> Area:
        return self._random.choices(self._areas, cum_weights=self._area_weights)[0]

    def _dates(self, days: int) -> list[date]:
        return [FIRST + timedelta(days=n) for n in range(days)]

    def _rainy(self) -> frozenset[date]:
        """So many wet days in each month."""
        found: set[date] = set()
        for month, count in sorted(self._demand.rainy_days.items()):
            of_month = [day for day in self._dates(DAYS) if day.month == month]
            found.update(self._random.sample(of_month, min(count, len(of_month))))
        return frozenset(found)

    def _flooded(self) -> dict[date, list[Area]]:
        wet = [day for day in sorted(self._rain) if day.month in FLOOD_MONTHS]
        days = self._random.sample(wet, min(self._demand.flood_days, len(wet)))
        low = self._areas[: max(8, len(self._areas) // 6)]
        return {day: self._random.sample(low, self._demand.flood_kelurahan) for day in sorted(days)}

    def _read_areas(self) -> tuple[list[Area], list[float]]:
        with AREAS.open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self._random.shuffle(rows)
        areas = [
            Area(row["kelurahan"], row["city"], *self._somewhere()) for row in rows if "Seribu" not in row["city"]
        ]
        total, cumulated = 0.0, []
        for _ in areas:
            total += self._random.lognormvariate(0, self._demand.kelurahan_spread)
            cumulated.append(total)
        return areas, cumulated

    def _of_part(self, part: Part) -> list[Area]:
        """Dealt out from the largest to the smallest, so that all parts have about as much to do."""
        weights = {area: end - begin for area, begin, end in zip(
            self._areas, [0.0, *self._area_weights], self._area_weights, strict=False)}  # fmt: skip
        return sorted(weights, key=weights.__getitem__, reverse=True)[part.number - 1 :: part.of]

    def _somewhere(self) -> tuple[float, float]:
        """The middle of an invented kelurahan within Jakarta's bounds."""
        return -6.36 + self._random.random() * 0.26, 106.70 + self._random.random() * 0.26

    def _poisson(self, mean: float) -> int:
        if mean > 50:
            return max(0, round(self._random.gauss(mean, math.sqrt(mean))))
        limit, count, product = math.exp(-mean), 0, self._random.random()
        while product > limit:
            count, product = count + 1, product * self._random.random()
        return count
