"""How things stand, looked up when somebody asks: a dozen statements that history does not make slower."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.delivery import failures
from bot.figures.model_answers import spread
from bot.personal.ledger import Ledger
from bot.rulebook import Rulebook
from bot.watching import meters
from bot.watching.disks import Disks
from bot.watching.drift import Drift, drift
from bot.watching.gauges import Value
from bot.watching.load import State, age, load_of
from bot.watching.signs import of_models, of_workers
from storage.database import Database
from storage.queries import delivery_alerts, understood, watching
from storage.queries.history_anchors import last_finished_check
from storage.queries.model_answers import first_ids
from storage.queries.watching import Waiting

DAY, WEEKS = timedelta(days=1), timedelta(days=29)
SAMPLE, SAMPLE_BEFORE = 400, 1_000
# The mix of a day does not change by the second, and reading the samples is the dearest part.
DRIFT_EVERY_S = 300.0
# What the queues are called where they are handed out: as they are, or as one of several things of a kind.
ALONE = {"conversations": "conversations_due", "media": "media_due", "emergencies": "emergencies_untaken"}
OF_A_KIND = {"follow_ups": "due_now", "notices": "due_now", "rechecks": "due_now"}
COUNTS = {
    "unplaced": "unplaced_messages",
    "follow_ups_next_hour": "follow_ups_next_hour",
    "quarantine": "quarantined_messages",
}
BY_WORD = {
    "handovers_late": "people_late",
    "dead_letters": "dead_letters",
    "filed": "tickets_filed_last_hour",
    "closed": "tickets_closed_last_hour",
}


@dataclass
class Watch:
    """Looks things up for one process; ``disks`` of this machine; ``seconds`` is a clock that nobody moves."""

    database: Database
    rulebook: Rulebook
    clock: Clock
    ledger: Ledger | None = None
    disks: Disks = field(default_factory=lambda: Disks({}))
    seconds: Callable[[], float] = time.monotonic
    _drift: Drift | None = None
    _drift_until: float = 0.0
    _looking: threading.Lock = field(default_factory=threading.Lock)

    def values(self) -> list[Value]:
        """All gauges as they stand; where the database does not answer only that, and this machine's own."""
        begun = self.seconds()
        try:
            with self.database.read() as session:
                watching.be_brief(session)
                found = [Value("database_up", 1.0), *self._looked_up(session, self.clock.now())]
        except SQLAlchemyError:
            found = [Value("database_up", 0.0)]
        together = float(meters.TOGETHER is not None)
        asked = [Value("scrape_seconds", self.seconds() - begun), Value("counts_together", together)]
        return [*found, *asked, *self.disks.values()]

    def _looked_up(self, session: Session, now: datetime) -> Iterator[Value]:
        inbound, queues = watching.inbound(session), watching.queues(session, now)
        load = load_of(inbound, queues, now)
        yield from (Value("load_state", float(state == load.state), (state.value,)) for state in State)
        yield Value("low_value_sends_wait", float(load.low_waits))
        lately = watching.lately(session, now)
        for line in (*inbound, *queues, *watching.people(session, now), *lately):
            yield from _values_of(line, now)
        yield from of_workers(lately, now, watching.leader_age(session), is_sqlite=self.database.is_sqlite)
        yield from of_models(lately, now)
        yield from self._of_the_day(session, now)
        yield from _of_the_histories(session, now)
        yield from self._of_erasures(session)
        yield from _of_drift(self._known_drift(session, now))

    def _of_the_day(self, session: Session, now: datetime) -> Iterator[Value]:
        since = now - watching.HOUR
        failed: dict[tuple[str, str], int] = {}
        for one in delivery_alerts.failing(session, sorted(failures.CLASSES), since):
            key = (one.channel, one.failure)
            failed[key] = failed.get(key, 0) + one.messages
        yield from (Value("delivery_failures_last_hour", count, key) for key, count in failed.items())
        for cost in watching.costs(session, now.astimezone(self.rulebook.city.zone).date()):
            if cost.currency:
                yield Value("cost_today", float(cost.amount), (cost.channel, cost.currency))
        marks = watching.marks(session)
        yield Value("database_bytes", float(marks.size))
        yield from _aged("counted_until_seconds", marks.counted, now)

    def _of_erasures(self, session: Session) -> Iterator[Value]:
        if self.ledger is None:
            return
        standing = self.ledger.standing(session)
        yield Value("erasures_unwritten", float(standing.waiting))
        yield Value("erasure_ledger_well", float(standing.is_well))

    def _known_drift(self, session: Session, now: datetime) -> Drift:
        """Looked at every few minutes; by one thread at a time, the others have what is known."""
        known = self._drift
        if known is not None and (self.seconds() < self._drift_until or self._looking.locked()):
            return known
        with self._looking:
            self._drift = drift(*_samples(session, now))
            self._drift_until = self.seconds() + DRIFT_EVERY_S
            return self._drift


def _samples(session: Session, now: datetime) -> tuple[list[understood.Read], list[understood.Read]]:
    """Even samples of the last day and of the four weeks before it."""
    begun, midnight, end = first_ids(session, [now - WEEKS, now - DAY, now])
    latest = understood.read(session, spread(midnight, end, SAMPLE))
    return latest, understood.read(session, spread(begun, midnight, SAMPLE_BEFORE))


def _values_of(line: Waiting, now: datetime) -> Iterator[Value]:
    """What one line of the database's report comes to."""
    count, one = float(line.many), line.one or "unknown"
    if line.what == "inbound":
        yield Value("unprocessed_messages", count, (one,))
        yield from _aged("unprocessed_oldest_seconds", line.oldest, now, (one,))
    elif line.what == "outbound":
        yield Value("outbound_due", count, (one, line.other or ""))
        yield from _aged("outbound_due_oldest_seconds", line.oldest, now, (one, line.other or ""))
    elif line.what == "unsettled":
        yield Value("outbound_unsettled", count, (one,))
        yield from _aged("outbound_unsettled_oldest_seconds", line.oldest, now, (one,))
    elif line.what == "handovers":
        yield Value("people_waiting", count, (one,))
        yield from _aged("people_waiting_oldest_seconds", line.oldest, now, (one,))
    elif line.what == "reconciled":
        yield from _aged("reconciled_age_seconds", line.oldest, now, (one,))
    elif line.what == "backup":
        yield from _aged("backup_age_seconds", line.oldest, now)
    else:
        yield from _by_table(line, now)


def _by_table(line: Waiting, now: datetime) -> Iterator[Value]:
    if name := ALONE.get(line.what):
        yield Value(name, float(line.many))
        yield from _aged(f"{name}_oldest_seconds", line.oldest, now)
    elif name := OF_A_KIND.get(line.what):
        yield Value(name, float(line.many), (line.what,))
        yield from _aged(f"{name}_oldest_seconds", line.oldest, now, (line.what,))
    elif name := COUNTS.get(line.what):
        yield Value(name, float(line.many))
    elif name := BY_WORD.get(line.what):
        yield Value(name, float(line.many), (line.one or "unknown",))


def _aged(name: str, at: datetime | None, now: datetime, labels: tuple[str, ...] = ()) -> Iterator[Value]:
    """An age; nought where nothing waits, so that no alarm has to tell silence from quiet."""
    yield Value(name, age(at, now) or 0.0, labels)


def _of_the_histories(session: Session, now: datetime) -> Iterator[Value]:
    check = last_finished_check(session)
    if check is not None:
        yield Value("history_problems", float(check.problems))
        yield from _aged("history_verified_age_seconds", check.finished_at, now)


def _of_drift(found: Drift) -> Iterator[Value]:
    if found.psi is not None:
        yield Value("nlu_psi", found.psi)
    yield from (Value("nlu_label_share", share, (label,)) for label, share in found.mix.items())
    yield from (Value("nlu_decision_share", share, (word,)) for word, share in found.decisions.items())
    for when, sure, read in (("day", found.sure, found.read), ("before", found.sure_before, found.read_before)):
        yield Value("nlu_sample", float(read), (when,))
        if sure is not None:
            yield Value("nlu_confidence_mean", sure, (when,))
