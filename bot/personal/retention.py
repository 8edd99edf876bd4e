"""What the city does not want to keep longer is dropped: nightly, in small transactions, by the leading worker.

Each kind of work says by itself what is due, so it can be stopped anywhere and goes on there. Open tickets are
never touched. Figures stay: they are roll-ups, and what they were counted from may go.
"""

import time as machine
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.orm import Session

from bot import audit
from bot.city.retention_policy import Keep, RetentionPolicy, TicketSpans
from bot.personal import ageing, anonymising, deleting, leaving
from bot.personal.ageing import Done
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import (
    AgencyLink,
    AuditEntry,
    InboundMessage,
    LoginFailure,
    LoginSession,
    OutboundMessage,
    Quarantine,
    ResetLink,
    WeeklyReport,
)
from storage.queries import retention as queries
from storage.queries import search
from storage.queries.retention import Class

log = structlog.get_logger()

NIGHT, SUBJECT = "night", "retention"
TICKETS_AT_ONCE, ROWS_AT_ONCE, PEOPLE_AT_ONCE = 25, 500, 25
# One tick of the worker; then others have their turn.
AT_MOST = timedelta(seconds=20)
PAUSE_S = 0.02  # between transactions, for whoever waits to write on SQLite
ONE_DAY = timedelta(days=1)
CLASSES = {"tickets": Class(sealed=False, urgent=False), "emergencies": Class(sealed=False, urgent=True),
           "sealed": Class(sealed=True, urgent=None)}  # fmt: skip

Step = Callable[[Session, datetime, datetime, int], Done]


class Work(NamedTuple):
    """One kind of it. ``does`` a batch; ``due`` counts what there is to do, for a plan."""

    name: str
    span: Keep
    does: Step
    due: Callable[[Session, datetime], int]
    at_once: int = ROWS_AT_ONCE


class Planned(NamedTuple):
    """So many rows would be dropped because they are from before ``cutoff``."""

    name: str
    span: Keep
    cutoff: datetime
    rows: int


def works(policy: RetentionPolicy) -> Iterator[Work]:
    """All that the policy names, tickets first: what hangs on them goes with them."""
    for name, of in CLASSES.items():
        spans: TicketSpans = getattr(policy, name) or policy.tickets
        if spans.anonymised:
            yield _anonymising(name, of, spans.anonymised)
        if spans.deleted:
            yield _deleting(name, of, spans.deleted)
    came, went = InboundMessage, OutboundMessage
    at = {came: came.received_at, went: went.created_at}
    for name, span, model, clear in (
        ("messages received", policy.messages, came, ageing.clear_messages),
        ("messages sent", policy.messages, went, ageing.clear_answers),
        ("payloads", policy.payloads, came, ageing.clear_payloads),
        ("letters", policy.letters, went, ageing.clear_letters),
    ):
        if span:
            yield Work(name, span, ageing.walked(name, model, at[model], clear), _ahead(name, model))
    if policy.files:
        yield Work("files", policy.files, ageing.drop_files, lambda s, c: queries.count(s, queries.old_files(c)))
    if policy.contacts:
        yield Work("contacts", policy.contacts, leaving.step, leaving.due, PEOPLE_AT_ONCE)
    yield from _whole_rows(policy)


def _whole_rows(policy: RetentionPolicy) -> Iterator[Work]:
    logins = (LoginSession, LoginFailure, ResetLink)
    for name, span, step, models in (
        ("quarantine", policy.quarantine, ageing.drop_old(Quarantine), (Quarantine,)),
        ("links", policy.links, ageing.drop_old(AgencyLink), (AgencyLink,)),
        ("logins", policy.logins, ageing.drop_logins, logins),
        ("reports", policy.reports, ageing.drop_reports, (WeeklyReport,)),
        ("audit", policy.audit, ageing.cut_audit, (AuditEntry,)),
    ):
        if span:
            yield Work(name, span, step, _older(models))


def plan(session: Session, rulebook: Rulebook, now: datetime) -> list[Planned]:
    """What would be done at ``now``, counted; nothing is changed."""
    found = []
    for work in works(rulebook.city.retention):
        cutoff = work.span.before(now)
        found.append(Planned(work.name, work.span, cutoff, work.due(session, cutoff)))
    return found


@dataclass
class Retention:
    """Does the night's work on one database."""

    database: Database
    rulebook: Rulebook
    pause: Callable[[float], None] = machine.sleep
    seconds: Callable[[], float] = machine.monotonic
    _finished: datetime | None = field(default=None, init=False)

    def run_due(self, now: datetime) -> int:
        """A part of tonight's work, where it is time and there is any left; how many rows that was."""
        if not self.rulebook.city.retention.is_any or self._is_done(now):
            return 0
        done, is_all = self.run(now, AT_MOST)
        return done.total() if is_all else max(done.total(), 1)

    def run(self, now: datetime, at_most: timedelta | None = None) -> tuple[Counter[str], bool]:
        """Do what is due at ``now``; rows by what was done, and whether that is all there was."""
        until = self.seconds() + at_most.total_seconds() if at_most else None
        done, is_all = Counter[str](), True
        for work in works(self.rulebook.city.retention):
            rows, is_all = self._do(work, now, until)
            done.update({f"{work.name}: {table}": count for table, count in rows.items() if count})
            if not is_all:
                break
        self._write_down(done, now, is_all)
        if done:
            self._leave_no_trace()
        return done, is_all

    def vacuum(self) -> None:
        """Give the room of deleted rows back, on both databases; on SQLite it needs the room twice for a while."""
        self.database.vacuum()
        self.database.cut_log()

    def _do(self, work: Work, now: datetime, until: float | None) -> tuple[Counter[str], bool]:
        rows, is_more = Counter[str](), True
        while is_more:
            if until is not None and self.seconds() >= until:
                return rows, False
            with self.database.begin() as session:
                done, is_more = work.does(session, work.span.before(now), now, work.at_once)
            rows += done
            self.pause(PAUSE_S)
        return rows, True

    def _write_down(self, done: Counter[str], now: datetime, is_all: bool) -> None:
        with self.database.begin() as session:
            if done:
                audit.record(session, None, SUBJECT, SUBJECT, now, dict(sorted(done.items())))
            if is_all:
                queries.mark(session, NIGHT).at = now
        if done:
            log.info("retention_done", is_all=is_all, rows=dict(done))
        self._finished = now if is_all else None

    def _leave_no_trace(self) -> None:
        """Letters in the index of searched texts, and in SQLite's log."""
        is_left = True
        while is_left:
            with self.database.begin() as session:
                is_left = search.forget(session)
            self.pause(PAUSE_S)
        self.database.cut_log()

    def _is_done(self, now: datetime) -> bool:
        begins = _last(self.rulebook, now)
        if self._finished is None:
            with self.database.read() as session:
                self._finished = queries.read_until(session, NIGHT)
        return self._finished is not None and self._finished >= begins


def _last(rulebook: Rulebook, now: datetime) -> datetime:
    """When the latest night's work began."""
    city = rulebook.city
    today = now.astimezone(city.zone).date()
    begins = _at(today, rulebook, city.zone)
    return begins if begins <= now else _at(today - ONE_DAY, rulebook, city.zone)


def _at(day: date, rulebook: Rulebook, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, rulebook.city.retention.at, zone)


def _anonymising(name: str, of: Class, span: Keep) -> Work:
    def does(session: Session, cutoff: datetime, now: datetime, limit: int) -> Done:
        ids = queries.some(session, queries.to_anonymise(of, cutoff), limit)
        return anonymising.anonymise(session, ids, now), len(ids) == limit

    def due(session: Session, cutoff: datetime) -> int:
        return queries.count(session, queries.to_anonymise(of, cutoff))

    return Work(f"{name} anonymised", span, does, due, TICKETS_AT_ONCE)


def _deleting(name: str, of: Class, span: Keep) -> Work:
    def does(session: Session, cutoff: datetime, now: datetime, limit: int) -> Done:
        ids = queries.some(session, deleting.deletable(queries.to_delete(of, cutoff)), limit)
        return deleting.delete_tickets(session, ids, now), len(ids) == limit

    def due(session: Session, cutoff: datetime) -> int:
        return queries.count(session, deleting.deletable(queries.to_delete(of, cutoff)))

    return Work(f"{name} deleted", span, does, due, TICKETS_AT_ONCE)


def _ahead(name: str, model: type[InboundMessage] | type[OutboundMessage]) -> Callable[[Session, datetime], int]:
    return lambda session, cutoff: ageing.count_before(session, model, cutoff, queries.through(session, name))


def _older(models: tuple[type, ...]) -> Callable[[Session, datetime], int]:
    return lambda session, cutoff: sum(ageing.count_before(session, model, cutoff) for model in models)
