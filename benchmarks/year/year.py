"""The year itself: from one thing that is due to the next, everything through the real use cases."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from benchmarks.year.agencies import Agencies
from benchmarks.year.deadlines import Clocks
from benchmarks.year.demand import Wish, Year
from benchmarks.year.desk import Coordinators
from benchmarks.year.ledger import Matter
from benchmarks.year.people import Citizens
from benchmarks.year.post import Handed, Post
from benchmarks.year.rules import BrokenError, Rules
from benchmarks.year.tally import Tally
from benchmarks.year.town import UNKNOWN, Town, due_kinds, tick_jobs
from benchmarks.year.watch import News, Watch
from bot.delivery.reports import record_status

GRAIN = timedelta(minutes=10)
ROUNDS = 5_000
NOW_AND_THEN = timedelta(hours=1)
AUDIT_EVERY = timedelta(days=7)
FIRST_ANSWERS = frozenset({"accept", "ask", "set_date", "claim"})


class Simulation:
    """One town through one year. ``seen`` is called with the time after each step."""

    def __init__(self, town: Town, year: Year, rules: Rules, seed: str) -> None:
        self.town, self.rules, self.tally = town, rules, Tally()
        self.citizens = Citizens(town, seed)
        self.agencies = Agencies(town, seed)
        self.desk = Coordinators(town, town.add_coordinator(), seed)
        self._clocks = Clocks(rules.city)
        self._post = Post(town.clock, self.citizens.fate)
        self._worker, self._courier = town.worker(), town.courier(self._post)
        self._jobs = [(job, due_kinds(job)) for job in tick_jobs()]
        self._watch, self._rows = Watch(town.database), dict[int, Any]()
        self._wishes = year.wishes()
        self._looked_at = self._audited_at = town.clock.now()
        self._due = dict[str, datetime]()

    def run(self, until: datetime) -> Iterator[datetime]:
        """Step by step to ``until``; BrokenError as soon as a rule does not hold."""
        self._expect_next()
        while (at := self._next()) < until:
            self.town.clock.at = now = _rounded(max(at, self.town.clock.at + timedelta(seconds=1)))
            acts = self.town.agenda.do_until(now)
            self._work(now, acts > 0)
            self._audit(now)
            yield now
        self.rules.audit(self.town.database)

    def _expect_next(self) -> None:
        wish = next(self._wishes, None)
        if wish is not None:
            self.town.agenda.add(wish.at, lambda now: self._arrive(wish))

    def _arrive(self, wish: Wish) -> None:
        self.citizens.report(wish)
        self._expect_next()

    def _next(self) -> datetime:
        acts = self.town.agenda.next_at()
        soon = self._looked_at + NOW_AND_THEN
        return min([soon, *self._due.values(), *([acts] if acts else [])])

    # -- work -----------------------------------------------------------------

    def _work(self, now: datetime, acted: bool) -> None:
        """Do what is due until nothing is, as the worker's loops and the scheduler's tick would.

        ``acted``: people have done something since the last look.
        """
        for _ in range(ROUNDS):
            self._due = self._watch.next_due()
            done = self._round(now)
            if not done and not acted:
                break
            self._look(now)
            self.tally.steps, acted = self.tally.steps + done, False
        else:
            raise BrokenError("lost", f"at {now} there is no end to the work.")
        if "follow_up" in self._due:
            self.rules.overdue(self.town.database, self._due["follow_up"], now, GRAIN)

    def _round(self, now: datetime) -> int:
        hourly = self._hourly(now)
        done = sum(
            job.run_due(self.town.database, self.town.rulebook, now)
            for job, kinds in self._jobs
            if kinds & hourly or any(self._is_due(kind, now) for kind in kinds)
        )
        if self.town.has_mail or self._is_due("conversation", now):
            self.town.has_mail = False
            done += self._worker.round()
        if done or self._is_due("message", now):
            done += self._send(now)
        return done

    def _send(self, now: datetime) -> int:
        """The courier's round, without the lines on which nothing is due."""
        due = self._watch.lines_due(now)
        return sum(self._courier.start(line)[0] for line in self._courier.lines if line.channel in due)

    def _hourly(self, now: datetime) -> frozenset[str]:
        """What is looked at once an hour, and is due."""
        if now < self._looked_at + NOW_AND_THEN:
            return frozenset()
        self._looked_at = now
        return self._watch.due_hourly(now) | {UNKNOWN}

    def _is_due(self, kind: str, now: datetime) -> bool:
        return kind in self._due and self._due[kind] <= now

    # -- looking on -----------------------------------------------------------

    def _look(self, now: datetime) -> None:
        news = self._watch.news()
        self._tickets(news)
        for row in news.messages:
            self._message(row)
        for handover in news.handovers:
            self.tally.handovers[handover.reason] += 1
            self.desk.finds(handover)
        handed, late = self._post.collect()
        for letter in handed:
            self._handed(letter)
        for letter in late:
            at = letter.at + self.citizens.late_by()
            self.town.agenda.add(at, lambda now, letter=letter: self._arrives_late(letter, now))

    def _tickets(self, news: News) -> None:
        matters = self.town.ledger.matters
        rows = {row.id: row for row in news.tickets}
        for row in news.tickets:
            if row.id not in matters:
                matters[row.id] = matter = _matter(row)
                self._clocks.begin(matter, row.created_at)
                self.tally.filed(row.created_at)
        for event in news.events:
            self._event(event, matters[event.ticket_id], rows[event.ticket_id])
        for row in news.tickets:
            if matters[row.id].is_open:
                self.rules.dated(matters[row.id], row)

    def _event(self, event: Any, matter: Matter, row: Any) -> None:
        self.rules.happened(event, matter)
        self._clocks.follow(matter, event)
        _note(matter, event, row)
        self.agencies.hears(event, matter)
        self.desk.hears(event, matter)

    def _message(self, row: Any) -> None:
        self.tally.written(row)
        matter = self.town.ledger.matters.get(row.ticket_id)
        if row.conversation_id is not None:
            self._rows[row.id] = row
            self.rules.written(row)
            if matter:
                matter.messages += 1
        elif matter and row.channel == "email":
            matter.mails += 1
            self.agencies.is_written(matter)

    def _handed(self, letter: Handed) -> None:
        """The provider has it; who has a telephone that is on reads it."""
        row = self._rows.pop(letter.message.id, None)
        if row is None:
            return
        matter = self.town.ledger.matters.get(row.ticket_id)
        self.rules.sent(row, letter.at, bool(matter and matter.urgent), letter.fate == "never")
        self.tally.sent(row, letter.at)
        if letter.fate == "at once":
            self.citizens.reads(letter, row)
        elif letter.fate == "later":
            self._rows[letter.message.id] = row

    def _arrives_late(self, letter: Handed, now: datetime) -> None:
        self.tally.late += 1
        with self.town.database.begin() as session:
            record_status(session, letter.message.id, f"local-{letter.message.id}", "delivered", None, now)
        row = self._rows.pop(letter.message.id, None)
        if row is not None:
            self.citizens.reads(letter, row)

    def _audit(self, now: datetime) -> None:
        if now - self._audited_at >= AUDIT_EVERY:
            self._audited_at = now
            self.rules.audit(self.town.database)


def _matter(row: Any) -> Matter:
    return Matter(
        id=row.id,
        number=row.number,
        citizen=row.citizen_id,
        conversation=row.conversation_id,
        service=row.service,
        agency=row.agency,
        kind=row.kind,
        status="received",
        created_at=row.created_at,
        urgent=row.urgent,
        sealed=row.sealed,
        solve_by=row.solve_by,
        first_agency=row.agency,
    )


def _note(matter: Matter, event: Any, row: Any) -> None:
    """Where the ticket stands behind this event."""
    if event.kind == "claim" and matter.late is None:
        matter.late = event.at > matter.solve_by
    matter.status, matter.agency, matter.solve_by = event.status, row.agency, row.solve_by
    matter.outcome, matter.reopened, matter.closed_at = row.outcome, row.reopened, row.closed_at
    if event.kind in FIRST_ANSWERS and matter.answered_at is None:
        matter.answered_at = event.at
    if event.kind == "claim":
        matter.claims += 1
    if not matter.is_open and matter.first_closed_at is None:
        matter.first_closed_at = event.at


def _rounded(at: datetime) -> datetime:
    """Up to the next tick of the simulated scheduler."""
    over = at.timestamp() % GRAIN.total_seconds()
    return at if not over else at + GRAIN - timedelta(seconds=over)
