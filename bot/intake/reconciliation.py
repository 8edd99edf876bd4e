"""Finds the messages that the webhook never got: the provider keeps a list of all that came.

A provider tries a webhook for some seconds and then gives up; what came while we could not be reached is in its
list alone. That list is compared with the inbox, and what is missing is stored as if it had just come, with the
time at which it really came. A webhook that comes at the same moment or later is a repetition like any other.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

import structlog

from bot.clock import Clock
from bot.delivery.archive import Archive, ArchiveError, Kept
from bot.intake import inbox
from bot.messages import Incoming
from bot.words import Words
from storage.database import Database
from storage.queries.reconciling import known_ids, note_compared, reconciliation_of

log = structlog.get_logger()

# The webhook has its retries first: it tells more than the list does (buttons, pins, names).
MARGIN = timedelta(minutes=2)
# Some of what was compared is looked at again: lists are sometimes behind.
OVERLAP = timedelta(hours=1)
FIRST_LOOK = timedelta(hours=24)
BATCH = 20
STOPPED = ArchiveError("It was stopped; the next look begins at the same place.", "stopped")


@dataclass(frozen=True)
class Compared:
    """What one look at a line brought: how many messages the provider listed, how many were missing and are
    stored now. ``error``: why it could not look at everything; then it is looked at again."""

    line: str
    our_address: str
    listed: int
    stored: int
    error: ArchiveError | None = None


@dataclass
class _Look:
    """What has been seen so far. ``missing`` by the provider's id, newest first."""

    listed: int = 0
    missing: dict[str, Kept] = field(default_factory=dict)
    stored: int = 0
    error: ArchiveError | None = None
    stopping: Callable[[], bool] = bool

    def ends(self) -> bool:
        """Whether there is no point in asking on."""
        if self.stopping():
            self.error = STOPPED
        return self.error is not None and not self.error.only_this


@dataclass(frozen=True)
class Reconciler:
    """Compares with ``archive`` what came on ``lines``: our address by the channel's name."""

    database: Database
    words: Words
    archive: Archive
    clock: Clock
    lines: Mapping[str, str]

    def run(
        self,
        since: datetime | None = None,
        *,
        unless_within: timedelta | None = None,
        stopping: Callable[[], bool] = bool,
    ) -> list[Compared]:
        """Compare every line from where it was compared last, or from ``since`` (aware); one result a line.

        A line that was compared ``unless_within`` that time by whichever process is left out. Failures are logged
        and told in the results; one line's is not in the way of another. It ends early when ``stopping()``.
        """
        return [
            self._compare(line, our_address, since, _Look(stopping=stopping))
            for line, our_address in self.lines.items()
            if not (unless_within and self._is_fresh(line, unless_within))
        ]

    def _compare(self, line: str, our_address: str, since: datetime | None, look: _Look) -> Compared:
        now = self.clock.now()
        through = self._through(line)
        known = through or now - FIRST_LOOK
        start, until = since or (known - OVERLAP if through else known), now - MARGIN
        self._read(line, our_address, start, until, look)
        self._store(look)
        # A look that began behind the end of the last one leaves a gap: the next one begins before it.
        if look.error is None and start <= known:
            with self.database.begin() as session:
                note_compared(session, line, until, now, look.stored)
        _tell(line, look)
        return Compared(line, our_address, look.listed, look.stored, look.error)

    def _read(self, line: str, our_address: str, start: datetime, until: datetime, look: _Look) -> None:
        """Find what is missing; what was read before an error counts."""
        try:
            for page in self.archive.received(our_address, start):
                if look.ends():
                    return
                kept = [one for one in page if one.came_at <= until]
                look.listed += len(kept)
                look.missing |= {one.message.external_id: one for one in self._unknown(line, kept)}
        except ArchiveError as error:
            look.error = error

    def _unknown(self, line: str, page: Sequence[Kept]) -> list[Kept]:
        ids = [kept.message.external_id for kept in page]
        with self.database.read() as session:
            known = known_ids(session, line, ids)
        return [kept for kept in page if kept.message.external_id not in known]

    def _store(self, look: _Look) -> None:
        """Oldest first, so that a conversation reads as it was written; no network inside a transaction."""
        oldest_first = [*reversed(look.missing.values())]
        oldest_first.sort(key=lambda kept: kept.came_at)  # of one second: as they were listed
        for batch in _batches(oldest_first, BATCH):
            ready = list(self._ready(batch, look))
            with self.database.begin() as session:
                stored = [inbox.store(session, one, self.words, came_at) for one, came_at in ready]
            look.stored += sum(stored)

    def _ready(self, batch: Iterable[Kept], look: _Look) -> Iterator[tuple[Incoming, datetime]]:
        """Whole messages; one whose files cannot be had now is left for the next look."""
        for kept in batch:
            if kept.files and look.ends():
                continue
            try:
                yield self.archive.with_files(kept), kept.came_at
            except ArchiveError as error:
                look.error = error

    def _through(self, line: str) -> datetime | None:
        with self.database.read() as session:
            row = reconciliation_of(session, line)
        return row.through if row else None

    def _is_fresh(self, line: str, within: timedelta) -> bool:
        with self.database.read() as session:
            row = reconciliation_of(session, line)
        return row is not None and row.done_at > self.clock.now() - within


def _tell(line: str, look: _Look) -> None:
    if look.stored:
        log.warning("webhook_lost_messages", channel=line, found=look.stored)
    if look.error and look.error is not STOPPED:
        log.error("reconciliation_failed", channel=line, code=look.error.code)


def _batches(messages: Iterable[Kept], size: int) -> Iterator[list[Kept]]:
    rest = iter(messages)
    while batch := list(islice(rest, size)):
        yield batch
