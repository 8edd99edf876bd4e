"""The tables of the nightly export and what every column of them means, as a Frictionless Data Package tells it.

https://datapackage.org/standard/data-package/ Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from storage.export_folder import Written
from storage.queries.figures.reading import Counts

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
HOUR = "datetime:%Y-%m-%dT%H:%M:%S%z"
KEY = "A keyed hash of the number that its citizen has: always the same, and nobody can guess back from it"


@dataclass(frozen=True)
class Column:
    """A column. ``kind``: a type of Table Schema, with a format behind a colon."""

    name: str
    kind: str
    says: str

    def described(self) -> dict[str, str]:
        """As a field of a Table Schema."""
        kind, _, layout = self.kind.partition(":")
        return {
            "name": self.name,
            "type": kind,
            **({"format": layout} if layout else {}),
            "description": self.says,
        }


@dataclass(frozen=True)
class Table:
    """One file of the package. ``key``: the columns by which a row takes the place of an earlier night's."""

    name: str
    says: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def file(self) -> str:
        return f"{self.name}.csv.gz"

    def described(self, written: Written) -> dict[str, Any]:
        """As a Data Resource; ``rows`` is our own addition."""
        schema: dict[str, Any] = {"fields": [column.described() for column in self.columns]}
        schema["primaryKey"] = list(self.key)
        return {
            "name": self.name,
            "path": self.file,
            "description": self.says,
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "compression": "gz",
            "bytes": written.size,
            "hash": f"sha256:{written.sha256}",
            "rows": written.rows,
            "schema": schema,
        }


def _times(*named: tuple[str, str]) -> tuple[Column, ...]:
    return tuple(Column(name, HOUR, f"{says}; local time, to the hour") for name, says in named)


TICKETS = Table(
    "tickets",
    "Tickets to which something happened since the last night, each as it stands now. No sealed ones.",
    ("ticket",),
    (
        Column("ticket", "string", KEY),
        Column("kind", "string", "lapor (a report), tanya, saran (an idea), apresiasi (thanks), darurat ..."),
        Column("service", "string", "What it is about; a code of services.csv"),
        Column("agency", "string", "Who answers for it now; a code of agencies.csv"),
        Column("kelurahan", "string", "Where, as far as it is known; no place is told more exactly"),
        Column("channel", "string", "How it came: whatsapp, sms, gateway, simulator ..."),
        Column("came_by", "string", "How it came: visit, telephone, letter, social, open311; empty: by a message"),
        Column("urgent", "boolean", "Whether it is an emergency"),
        Column("status", "string", "Where it stands"),
        Column("outcome", "string", "How it was closed: confirmed by its citizen, silent, unreachable ..."),
        Column("reopened", "integer", "How often it was opened again after somebody said that it is done"),
        Column("rating", "integer", "1 to 5, as its citizen gave it; empty where they did not"),
        Column("incident", "string", "The same for all tickets that are about one thing; a keyed hash"),
        *_times(
            ("filed_at", "When it was filed"),
            ("forwarded_at", "When its agency got it"),
            ("accepted_at", "When its agency first did anything"),
            ("answered_at", "When its agency first gave a date or a result"),
            ("claimed_at", "When an agency last said that it is done"),
            ("closed_at", "When it was closed"),
        ),
        Column("accepted_in_time", "boolean", "Whether its agency accepted it in time; empty: still open"),
        Column("answered_in_time", "boolean", "Whether its agency answered in time; empty: still open"),
        Column("done_in_time", "boolean", "Whether it was claimed done or closed in time; empty: still open"),
    ),
)
EVENTS = Table(
    "events",
    "What happened to these tickets since the last night.",
    ("event",),
    (
        Column("event", "integer", "Counts up in the order in which things were written down"),
        Column("ticket", "string", KEY),
        *_times(("at", "When it happened")),
        Column("kind", "string", "What happened: filed, forward, accept, claim, confirm, deny, rated ..."),
        Column("by", "string", "Who did it: citizen, bot, clock, agency or user (somebody at the console)"),
        Column("agency", "string", "Who held the ticket then; a code of agencies.csv, or coordinators"),
        Column("status", "string", "Where the ticket stood afterwards"),
    ),
)
REMOVED = Table(
    "removed",
    "Tickets of earlier nights that are sealed now: their rows are to be deleted, and their events.",
    ("ticket",),
    (Column("ticket", "string", KEY),),
)
SEALED = Table(
    "sealed",
    "How many sealed tickets there were on a day; nothing else is told of them.",
    ("day",),
    (
        Column("day", "date", "A day of the city's own calendar"),
        Column("filed", "integer", "How many were filed on it"),
        Column("closed", "integer", "How many were closed on it"),
    ),
)
DAILY = Table(
    "daily",
    "What the dashboards count, by day: of the whole city, sealed tickets among them, and by channel.",
    ("day", "dimension", "key"),
    (
        Column("day", "date", "A day of the city's own calendar"),
        Column("dimension", "string", "all, or channel"),
        Column("key", "string", "Which channel; empty for all"),
        *(Column(one.name, "integer", "See docs/figures.md") for one in fields(Counts)),
    ),
)
COSTS = Table(
    "costs",
    "What messages cost on a day, an estimate; currencies are never to be added together.",
    ("day", "channel", "currency"),
    (
        Column("day", "date", "A day of the city's own calendar"),
        Column("channel", "string", "By which channel"),
        Column("currency", "string", "Three letters; empty for messages that have no price"),
        Column("received", "integer", "Messages that came in"),
        Column("sent", "integer", "Messages that went out"),
        Column("amount", "number", "What they cost"),
    ),
)
AGENCIES = Table(
    "agencies",
    "All agencies of the city as they are now.",
    ("agency",),
    (Column("agency", "string", "Its code"), Column("name", "string", "Its name")),
)
SERVICES = Table(
    "services",
    "All kinds of matters as they are now.",
    ("service",),
    (
        Column("service", "string", "Its code"),
        Column("name", "string", "Its name"),
        Column("agency", "string", "Who usually answers for it"),
        Column("sealed", "boolean", "Whether its tickets are sealed, and so in none of these tables"),
    ),
)
KELURAHAN = Table(
    "kelurahan",
    "All kelurahan of the city.",
    ("city", "kecamatan", "kelurahan"),
    (
        Column("city", "string", "The city that it is in"),
        Column("kecamatan", "string", "The district that it is in"),
        Column("kelurahan", "string", "Its name"),
    ),
)
TABLES = (TICKETS, EVENTS, REMOVED, SEALED, DAILY, COSTS, AGENCIES, SERVICES, KELURAHAN)


def package(
    city: str, day: date, now: datetime, files: Sequence[tuple[Table, Written]], *, is_full: bool
) -> Mapping[str, Any]:
    """The descriptor of one night: what each file is, how many rows it has, and its hash."""
    reach = "everything that ever happened, up to its end" if is_full else "what happened on it"
    return {
        "$schema": PROFILE,
        "name": f"suarakota-{day:%Y-%m-%d}",
        "title": f"{city}, {day:%Y-%m-%d}",
        "description": f"Citizens' matters, no personal data; {reach}. Rows replace earlier ones of their key.",
        "created": now.isoformat(timespec="seconds"),
        "day": f"{day:%Y-%m-%d}",
        "full": is_full,
        "resources": [table.described(written) for table, written in files],
    }
