"""What the address bar says of a list of tickets: read, shown as words, and written again."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from bot.city.city import City
from bot.desk_intake.taken import CAME_BY
from bot.messages import CHANNELS, legible
from bot.status import OPEN, Outcome, Status
from bot.tickets.numbers import find_numbers
from handlers.i18n import N_
from storage.queries.queue_conditions import Wanted

LONGEST_TEXT, LONGEST_AREA, LONGEST_NUMBER = 200, 80, 9
OPEN_ONES, CLOSED_ONES = "open", "closed"
CLOSED = tuple(status for status in Status if status not in OPEN)
# How a ticket that is done came to be closed: in lists each kind can be looked at by itself.
CLOSED_AS = (Outcome.CONFIRMED, Outcome.SILENT, Outcome.UNREACHABLE, Outcome.DELIVERED)
STATUS_GROUPS = {OPEN_ONES: N_("Masih terbuka"), CLOSED_ONES: N_("Sudah ditutup")}
AGES = {
    "within-1": N_("Masuk 24 jam terakhir"),
    "within-7": N_("Masuk 7 hari terakhir"),
    "within-30": N_("Masuk 30 hari terakhir"),
    "older-3": N_("Lebih lama dari 3 hari"),
    "older-7": N_("Lebih lama dari 7 hari"),
    "older-14": N_("Lebih lama dari 14 hari"),
    "older-30": N_("Lebih lama dari 30 hari"),
    "older-90": N_("Lebih lama dari 90 hari"),
}
ME, NOBODY = "me", "none"
ASSIGNED = {ME: N_("Saya"), NOBODY: N_("Belum ada yang memegang")}
PRIORITIES = {"1": N_("Didahulukan"), "0": N_("Biasa")}
ANGRY = "1"


@dataclass(frozen=True)
class ListFilters:
    """Which tickets of a queue are shown; an empty field does not restrict. ``ignored``: what made no sense."""

    q: str = ""
    service: str = ""
    agency: str = ""
    area: str = ""
    status: str = ""
    channel: str = ""
    age: str = ""
    angry: str = ""
    assigned: str = ""
    priority: str = ""
    ignored: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def of(cls, args: Mapping[str, str], city: City) -> "ListFilters":
        """What ``args`` say; what is not known here is left out and named in ``ignored``."""
        said = {name: legible(args.get(name, "")).strip() for name in NAMES}
        known = {name: value for name, value in said.items() if value and _is_known(name, value, city)}
        ignored = tuple(name for name, value in said.items() if value and name not in known)
        return cls(**known, ignored=ignored)

    @property
    def query(self) -> dict[str, Any]:
        """For the address bar: only what restricts."""
        return {name: value for name, value in asdict(self).items() if value and name in NAMES}

    def without(self, name: str) -> dict[str, Any]:
        """The address without one of the filters."""
        return {other: value for other, value in self.query.items() if other != name}

    def number(self, city: City) -> str | None:
        """The ticket that is looked for, where the text is nothing but its number."""
        found = find_numbers(self.q, city.ticket_prefix)
        return found[0] if len(found) == 1 and len(self.q) <= len(found[0]) + LONGEST_NUMBER else None

    def wanted(self, queue: str, city: City, user_id: int, now: datetime) -> Wanted:
        """As the query takes it."""
        number = self.number(city)
        created_from, created_before = _span(self.age, now)
        return Wanted(
            queue,
            number=number,
            words=() if number else tuple(self.q.split()),
            service=self.service or None,
            agency=self.agency or None,
            area=self.area or None,
            statuses=_statuses(self.status),
            outcome=self.status if self.status in CLOSED_AS else None,
            channel=self.channel if self.channel and self.channel not in CAME_BY else None,
            came_by=self.channel if self.channel in CAME_BY else None,
            created_from=created_from,
            created_before=created_before,
            angry=self.angry == ANGRY,
            assigned_to={"": None, ME: user_id, NOBODY: 0}.get(self.assigned, _number(self.assigned)),
            priority=_number(self.priority),
        )


NAMES = tuple(one.name for one in fields(ListFilters) if one.name != "ignored")


def is_plain(args: Mapping[str, str]) -> bool:
    """Whether an address holds nothing that could as well be left out."""
    return all(value.strip() for name, value in _pairs(args) if name in (*NAMES, "page"))


def _pairs(args: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from args.items()


def _is_known(name: str, value: str, city: City) -> bool:
    return KNOWN[name](value, city)


def _is_assignment(value: str, _: City) -> bool:
    return value in ASSIGNED or (value.isascii() and value.isdecimal() and len(value) <= LONGEST_NUMBER)


KNOWN: dict[str, Callable[[str, City], bool]] = {
    "q": lambda value, city: len(value) <= LONGEST_TEXT,
    "service": lambda value, city: value in city.services,
    "agency": lambda value, city: value in city.agencies,
    "area": lambda value, city: len(value) <= LONGEST_AREA,
    "status": lambda value, city: value in {*Status, *CLOSED_AS, *STATUS_GROUPS},
    "channel": lambda value, city: value in CHANNELS or value in CAME_BY,
    "age": lambda value, city: value in AGES,
    "angry": lambda value, city: value == ANGRY,
    "assigned": _is_assignment,
    "priority": lambda value, city: value in PRIORITIES,
}


def _statuses(code: str) -> tuple[Status, ...] | None:
    if code in CLOSED_AS:
        return (Status.DONE,)
    groups = {"": None, OPEN_ONES: OPEN, CLOSED_ONES: CLOSED}
    return groups[code] if code in groups else (Status(code),)


def _span(age: str, now: datetime) -> tuple[datetime | None, datetime | None]:
    kind, _, days = age.partition("-")
    if not days:
        return None, None
    moment = now - timedelta(days=int(days))
    return (moment, None) if kind == "within" else (None, moment)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
