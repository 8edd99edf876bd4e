"""The nightly export for a data warehouse: a folder of tables a day, which tells of nobody who they are."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.orm import Session

from bot.accounts.sealing import SEALED
from bot.figures.columns import TABLES, Table, package
from bot.figures.period import start_of
from bot.rulebook import Rulebook
from bot.status import Outcome, is_open
from storage import keyring
from storage.database import Database
from storage.export_folder import Written, whole_folder, write_table, write_text
from storage.queries.figures import export
from storage.queries.figures.export import EventRow, Span, TicketRow
from storage.queries.figures.reading import Counts

log = structlog.get_logger()

ONE = timedelta(days=1)
# What was begun before midnight has long been committed by then.
SETTLED_AFTER = timedelta(minutes=10)
DESCRIPTOR = "datapackage.json"
CODE = re.compile(r"[a-z0-9_]{1,60}", re.ASCII)
ACTORS = ("citizen", "bot", "clock", "agency", "user")
# Nothing was to be done in time about these.
WITHOUT_RESULT = (Outcome.WITHDRAWN, Outcome.REJECTED, Outcome.DUPLICATE, Outcome.DELIVERED)

Rows = Iterable[Sequence[object]]


@dataclass(frozen=True)
class Warehouse:
    """Writes the nights that are missing into a folder."""

    database: Database
    rulebook: Rulebook
    folder: Path

    def run_due(self, now: datetime) -> int:
        """Write each day that is over, counted, and not yet there; how many. What fails is tried again later."""
        done = 0
        for day in self._missing(now):
            try:
                self.write(day, now)
            except OSError as error:
                log.error("export_failed", day=f"{day}", reason=type(error).__name__, code=error.errno)
                break
            done += 1
        return done

    def write(self, day: date, now: datetime, *, full: bool = False) -> dict[str, int]:
        """The files of one day, whole or not at all; rows by file. OSError where they cannot be written."""
        with self.database.read() as session:
            export.as_of_one_moment(session)
            before = None if full else export.written_before(session, day)
            night = _Night(self, session, day, now, before)
            with whole_folder(self.folder / f"{day:%Y-%m-%d}") as unfinished:
                files = [(table, self._table(unfinished, table, night)) for table in TABLES]
                told = package(self.rulebook.city.name, day, now, files, is_full=before is None)
                write_text(unfinished / DESCRIPTOR, json.dumps(told, indent=2, ensure_ascii=False) + "\n")
        rows = {table.name: written.rows for table, written in files}
        with self.database.begin() as session:
            export.note(session, day, rows, now)
        log.info("export_written", day=f"{day}", **rows)
        return rows

    def _missing(self, now: datetime) -> Iterator[date]:
        """From the day after the last export on, as far as days are counted; the first time, yesterday alone."""
        zone = self.rulebook.city.zone
        yesterday = (now - SETTLED_AFTER).astimezone(zone).date() - ONE
        with self.database.read() as session:
            last = export.last_export(session)
            day = last[0] + ONE if last else yesterday
            while day <= yesterday and export.is_counted(session, day, start_of(day + ONE, zone)):
                yield day
                day += ONE

    @staticmethod
    def _table(folder: Path, table: Table, night: "_Night") -> Written:
        return write_table(folder / table.file, table.header, getattr(night, table.name)())


@dataclass(frozen=True)
class _Night:
    """The rows of one night's tables, each table by its own name. ``before``: when the last export was written."""

    house: Warehouse
    session: Session
    day: date
    now: datetime
    before: datetime | None

    @property
    def zone(self) -> ZoneInfo:
        return self.house.rulebook.city.zone

    @property
    def span(self) -> Span:
        """The local day; the first time, all that came before as well."""
        start = start_of(self.day, self.zone) if self.before else None
        return Span(start, start_of(self.day + ONE, self.zone))

    def tickets(self) -> Rows:
        known = {kelurahan for _, _, kelurahan in self.house.rulebook.areas.rows}
        return (self._ticket(row, known) for row in export.tickets(self.session, self.span))

    def events(self) -> Rows:
        return (self._event(row) for row in export.events(self.session, self.span))

    def removed(self) -> Rows:
        return ((key_of(number),) for number in export.sealed_since(self.session, self.span, SEALED))

    def sealed(self) -> Rows:
        counted: dict[bool, Counter[date]] = {False: Counter(), True: Counter()}
        for at, is_end in export.sealed_moments(self.session, self.span):
            counted[is_end][at.astimezone(self.zone).date()] += 1
        return [
            (day, counted[False][day], counted[True][day]) for day in sorted({*counted[False], *counted[True]})
        ]

    def daily(self) -> Rows:
        names = [one.name for one in fields(Counts)]
        for row in export.figures(self.session, self.day, self.before):
            yield row["first"], row["dimension"], _code(row["key"]), *(row[name] for name in names)

    def costs(self) -> Rows:
        return export.costs(self.session, self.day, self.before)

    def agencies(self) -> Rows:
        return ((code, agency.name) for code, agency in self.house.rulebook.city.agencies.items())

    def services(self) -> Rows:
        known = self.house.rulebook.city.services.items()
        return ((code, service.name, _code(service.agency), service.sealed) for code, service in known)

    def kelurahan(self) -> Rows:
        return self.house.rulebook.areas.rows

    def _ticket(self, row: TicketRow, known: set[str]) -> Sequence[object]:
        done = row.claimed_at or row.closed_at
        deadlines = ((row.verified_at, row.verify_by), (row.answered_at, row.answer_by), (done, row.solve_by))
        judged = row.outcome not in WITHOUT_RESULT
        times = (row.created_at, row.forwarded_at, row.verified_at, row.answered_at, row.claimed_at, row.closed_at)
        return (
            key_of(row.number), _code(row.kind), _code(row.service), _code(row.agency),
            row.area if row.area in known else None, _code(row.channel), _code(row.came_by), row.urgent,
            _code(row.status), _code(row.outcome), row.reopened, row.rating or None,
            key_of(f"incident {row.incident_id}") if row.incident_id else None,
            *(self._hour(at) for at in times),
            *(self._in_time(at, by, row.status) if judged else None for at, by in deadlines),
        )  # fmt: skip

    def _event(self, row: EventRow) -> Sequence[object]:
        actor = row.actor.partition(":")[0]
        return (
            row.id, key_of(row.number), self._hour(row.at), _code(row.kind),
            actor if actor in ACTORS else "user", _code(row.agency), _code(row.status),
        )  # fmt: skip

    def _hour(self, at: datetime | None) -> str | None:
        """Local time without its minutes."""
        hour = at.astimezone(self.zone).replace(minute=0, second=0, microsecond=0) if at else None
        return hour.isoformat() if hour else None

    def _in_time(self, at: datetime | None, by: datetime, status: str) -> bool | None:
        """Whether it was done by then; not known yet while there is time, or where it ended without that."""
        if at is not None:
            return at <= by
        return False if is_open(status) and by < self.now else None


def key_of(number: str) -> str:
    """What stands for a ticket's number outside: the number itself is on its citizen's telephone."""
    return keyring.current().lookup(f"warehouse {number}")[:32]


def _code(value: str | None) -> str | None:
    """A code of ours as it is; anything else, which a person may have typed, is not told."""
    return value if value and CODE.fullmatch(value) else None
