"""Which open tickets a map shows, as the address bar says it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from bot.city.city import City
from bot.map.pins import NEVER, Pin
from handlers.console.queues.filters import OPEN_ONES, ListFilters
from storage.queries.queue_conditions import ALL, EMERGENCIES, OVERDUE

SHARED = ("agency", "service", "age")
YES = "1"
ONLY = ("overdue", "urgent")


@dataclass(frozen=True)
class MapFilters:
    """What narrows the map; an empty field does not. ``age`` is one of the lists' own spans."""

    agency: str = ""
    service: str = ""
    age: str = ""
    overdue: bool = False
    urgent: bool = False

    @classmethod
    def of(cls, args: Mapping[str, str], city: City) -> "MapFilters":
        """What ``args`` say; what is not known here is left out."""
        known = ListFilters.of({name: args.get(name, "") for name in SHARED}, city)
        overdue, urgent = (args.get(name) == YES for name in ONLY)
        return cls(known.agency, known.service, known.age, overdue, urgent)

    @property
    def query(self) -> dict[str, Any]:
        """For the address bar: only what narrows."""
        chosen = {name: getattr(self, name) for name in SHARED}
        only = {name: YES for name in ONLY if getattr(self, name)}
        return {name: value for name, value in chosen.items() if value} | only

    def let(self, pins: Iterable[Pin], city: City, now: datetime) -> list[Pin]:
        """Those of ``pins`` that are shown."""
        tests = list(self._tests(city, now))
        return [pin for pin in pins if all(test(pin) for test in tests)] if tests else list(pins)

    @property
    def list_of(self) -> Callable[[str], str]:
        """The address of the list of an area's open tickets, under the same filters; made for many areas."""
        queue = OVERDUE if self.overdue else EMERGENCIES if self.urgent else ALL
        narrowed = {name: getattr(self, name) for name in SHARED if getattr(self, name)}
        status = {"status": OPEN_ONES} if queue == ALL else {}
        address = url_for("console.queue", name=queue)
        return lambda area: f"{address}?{urlencode({'area': area, **narrowed, **status})}"

    def _tests(self, city: City, now: datetime) -> Iterable[Callable[[Pin], bool]]:
        wanted = ListFilters(age=self.age).wanted(ALL, city, 0, now)
        first = wanted.created_from.timestamp() if wanted.created_from else 0.0
        end = wanted.created_before.timestamp() if wanted.created_before else NEVER
        if self.age:
            yield lambda pin: first <= pin.since < end
        if self.agency:
            yield lambda pin: pin.agency == self.agency
        if self.service:
            yield lambda pin: pin.service == self.service
        if self.overdue:
            yield lambda pin: pin.late_from < now.timestamp()
        if self.urgent:
            yield lambda pin: pin.urgent
