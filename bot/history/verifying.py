"""Walks all chains, or some, and says in one sentence each what does not fit. Memory stays the same, however many.

In parts of some thousand rows, each read as of one moment; a cursor says where the next part begins.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from bot.history.checking import Problem, Row, Stand, Walk
from bot.history.links import AUDIT, BEFORE, TICKET, chain_of_ticket
from bot.history.rows import audit_chain, audit_row, event_row
from storage.database import Database
from storage.models import AuditEntry, Chain, TicketEvent
from storage.queries import history_walk as queries
from storage.queries.history_walk import Numbered, Raw

PART = 5_000  # rows, about
TICKETS_AT_ONCE = 400
# Where a walk is: behind a ticket's id, behind a subject of the audit, among the names of chains.
TICKETS, SUBJECTS, CHAINS, END = "tickets", "subjects", "chains", ""
START = f"{TICKETS}:0"


@dataclass(frozen=True)
class Wanted:
    """What to verify: all of it, one ticket (and what the audit has about it), or what has moved since a time."""

    number: str | None = None
    since: datetime | None = None

    @property
    def is_all(self) -> bool:
        return self.number is None and self.since is None


@dataclass
class Tally:
    """What a walk has seen. ``unsealed``: rows from before the chains that nobody has sealed yet."""

    chains: int = 0
    rows: int = 0
    unsealed: int = 0
    erased: int = 0
    ended: int = 0
    problems: int = 0


def verify(database: Database, wanted: Wanted, tally: Tally) -> Iterator[Problem]:
    """Everything that is wrong with what is ``wanted``; ``tally`` counts along."""
    cursor = START
    while cursor != END:
        with queries.snapshot(database) as session:
            part = Part(session, wanted, tally)
            yield from part.walk(cursor)
            cursor = part.cursor


class Part:
    """One part of a walk, in one snapshot: :meth:`walk` it, then read where the next one begins."""

    def __init__(self, session: Session, wanted: Wanted, tally: Tally) -> None:
        self.cursor = END
        self._session, self._wanted, self._tally = session, wanted, tally
        self._until = tally.rows + tally.unsealed + PART

    def walk(self, cursor: str) -> Iterator[Problem]:
        """From ``cursor`` on until some thousand rows are done."""
        stage, _, rest = cursor.partition(":")
        stages = {TICKETS: self._tickets, SUBJECTS: self._subjects, CHAINS: self._chains}
        for problem in stages[stage](rest):
            self._tally.problems += 1
            yield problem

    # -- tickets ----------------------------------------------------------------------------------------------

    def _tickets(self, rest: str) -> Iterator[Problem]:
        last, first_linked = int(rest), queries.first_linked(self._session, TicketEvent)
        while self._goes_on():
            wanted = self._wanted
            some = queries.tickets_after(self._session, last, TICKETS_AT_ONCE, wanted.since, wanted.number)
            if not some:
                self.cursor = f"{SUBJECTS}:"
                return
            yield from self._of_tickets(some, first_linked)
            last = some[-1].id
        self.cursor = f"{TICKETS}:{last}"

    def _of_tickets(self, tickets: Sequence[Numbered], first_linked: int | None) -> Iterator[Problem]:
        names = [chain_of_ticket(ticket.number) for ticket in tickets]
        known = queries.stands(self._session, [*names, *[BEFORE + name for name in names]])
        by_id = {ticket.id: Chains(chain_of_ticket(ticket.number), first_linked) for ticket in tickets}
        for raw in queries.events_of(self._session, tickets):
            chains = by_id[raw.owner]
            yield from chains.take(raw, chains.name, event_row)
        for ticket in tickets:
            yield from self._end(by_id[ticket.id], known)
            stand = known.get(chain_of_ticket(ticket.number))
            if stand and stand.ended_at and not ticket.anonymised:
                yield Problem(stand.name, "it has ended, and its ticket still stands")

    # -- the audit --------------------------------------------------------------------------------------------

    def _subjects(self, rest: str) -> Iterator[Problem]:
        """Always to the end of a subject: its rows and the ends of its chains are read as of one moment."""
        number, since = self._wanted.number, self._wanted.since
        first_linked = queries.first_linked(self._session, AuditEntry)
        since = since and since.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        subject, row_id = (f"{TICKET}{number}", 0) if number else (json.loads(rest or '""'), LAST if rest else 0)
        chains: Chains | None = None
        while rows := queries.audit_after(self._session, subject, row_id, since, only=number is not None):
            for raw in rows:
                if chains is None or raw.owner != subject:
                    yield from self._end_of(chains)
                    if not self._goes_on():
                        self.cursor = f"{SUBJECTS}:{json.dumps(subject)}"
                        return
                    chains = Chains(AUDIT + str(raw.owner), first_linked)
                subject, row_id = raw.owner, raw.id
                yield from chains.take(raw, audit_chain(raw), audit_row)
        yield from self._end_of(chains)
        self.cursor = f"{CHAINS}:" if self._wanted.is_all else END

    def _end_of(self, chains: "Chains | None") -> Iterator[Problem]:
        if chains is not None:
            yield from self._end(chains, queries.stands(self._session, chains.walks))

    # -- chains without rows ----------------------------------------------------------------------------------

    def _chains(self, rest: str) -> Iterator[Problem]:
        """Chains that stand in their table and have no rows at all, nor a ticket."""
        names, orphans = queries.orphans_after(self._session, rest, PART)
        for name in orphans:
            yield Problem(name, "all its rows are missing")
        self.cursor = f"{CHAINS}:{names[-1]}" if names else END
        if not names and queries.sealing_stopped(self._session):
            yield Problem("before:", "some rows from before the chains are sealed and others are not: "
                          "run `flask history seal` if it was stopped, else links were taken away")  # fmt: skip

    def _end(self, chains: "Chains", known: dict[str, Chain]) -> Iterator[Problem]:
        ours = {name for name in (chains.name, BEFORE + chains.name) if name in known}
        for name in sorted(ours.union(chains.walks)):
            stand, walk = known.get(name), chains.walks.get(name)
            if walk is None:
                yield from self._without_rows(name, stand)
                continue
            yield from walk.end(Stand(stand.head, stand.length, stand.ended_at is not None) if stand else None)
            self._tally.chains += 1
            self._tally.rows += walk.rows
            self._tally.erased += walk.erased
        self._tally.unsealed += chains.unsealed

    def _without_rows(self, name: str, stand: Chain | None) -> Iterator[Problem]:
        if stand and stand.ended_at:
            self._tally.ended += 1
        else:
            yield Problem(name, "all its rows are missing")

    def _goes_on(self) -> bool:
        return self._tally.rows + self._tally.unsealed < self._until


LAST = 2**62  # behind every row of a subject


class Chains:
    """The chains of one ticket or one subject: those of its months, and of rows older than the chains."""

    def __init__(self, name: str, first_linked: int | None) -> None:
        self.name = name
        self.walks: dict[str, Walk] = {}
        self.unsealed = 0
        self._first_linked = first_linked

    def take(self, raw: Raw, chain: str, read: Callable[[Raw], Row]) -> Iterator[Problem]:
        """The next row, of ``chain``."""
        if raw.link is None or not isinstance(raw.position, int):
            self.unsealed += 1
            if self._first_linked is not None and raw.id > self._first_linked:
                yield Problem(chain, f"row {raw.id} has no link, though rows before it have one")
            return
        name = chain if raw.position > 0 else BEFORE + chain
        if name not in self.walks:
            self.walks[name] = Walk(name)
        yield from self.walks[name].take(read(raw))
