"""The pattern of the city: a year of some thousand tickets through the real code, read back as rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select

from benchmarks.year.demand import WHOLE
from benchmarks.year.parts import Asked, simulate
from benchmarks.year.progress import Progress
from storage.database import Database, open_database
from storage.models import Base

WHOLE_YEAR = 186_000
DAYS = 348  # until the last Tuesday before the holidays of December: a working day to look at
SEED = 8
# What belongs to one citizen, and so is copied with other people, places and words; parents before children.
OF_CITIZENS = (
    "citizens",
    "conversations",
    "tickets",
    "inbound_messages",
    "outbound_messages",
    "ticket_events",
    "follow_ups",
    "assignments",
    "attachments",
    "claims",
    "alarms",
    "handovers",
    "notices",
    "rechecks",
    "agency_links",
)
# What the city has once.
OF_THE_CITY = ("users", "digests", "claim_draws")
# What a copy cannot have from its pattern: its place in a chain of its own.
UNSEALED = dict.fromkeys(("salt", "digest", "link", "position"))

Row = dict[str, Any]


@dataclass(frozen=True)
class Pattern:
    """All rows of the simulated year by table, and where it ended."""

    rows: dict[str, list[Row]]
    ended: datetime

    @cached_property
    def talk_of_ticket(self) -> dict[int, int]:
        """The conversation of each ticket, by ids."""
        return {row["id"]: row["conversation_id"] for row in self.rows["tickets"]}

    @cached_property
    def talk_of_citizen(self) -> dict[int, int]:
        """The conversation of each citizen: the simulated have one telephone each."""
        return {row["citizen_id"]: row["id"] for row in self.rows["conversations"]}

    @cached_property
    def highest(self) -> dict[str, int]:
        """The largest id of each table: copies count on from there."""
        return {name: max((row["id"] for row in rows), default=0) for name, rows in self.rows.items()}


def simulated(tickets: int, folder: Path) -> Pattern:
    """Simulate a year of about ``tickets``; the keyring in use afterwards is the simulation's."""
    asked = Asked(tickets / WHOLE_YEAR, SEED, "jakarta", DAYS)
    url = f"sqlite:///{folder}/pattern.db"
    progress = Progress(asked.until - timedelta(days=DAYS), asked.until)
    ended = simulate(asked, WHOLE, url, folder, progress.show)
    progress.end()
    if ended.broken:
        raise RuntimeError(ended.broken)
    database = open_database(url)
    try:
        return Pattern(dict(_read(database, (*OF_CITIZENS, *OF_THE_CITY))), asked.until)
    finally:
        database.dispose()


def table(name: str) -> Table:
    return Base.metadata.tables[name]


def _read(database: Database, names: Iterable[str]) -> Iterable[tuple[str, list[Row]]]:
    with database.read() as session:
        for name in names:
            bare = UNSEALED if name == "ticket_events" else {}
            yield name, [dict(row) | bare for row in session.execute(select(table(name))).mappings()]
