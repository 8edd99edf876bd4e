"""Deletes what the provider keeps of settled messages: their texts, numbers and files are there in the clear.

After ``kept`` (None: for ever) each copy is deleted; that of a citizen who had their data erased at once, in any
case. Nothing is deleted that is still needed there: an inbound message must have had its effect and its files must
be kept or given up, an outbound one must have come to its end.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.delivery.archive import Archive, ArchiveError
from storage.database import Database
from storage.queries.copies import Copy, copies_before, copies_of_erased, mark_deleted

log = structlog.get_logger()

BATCH = 20
BATCHES = 20  # a tick
RETRY = timedelta(minutes=15)
# Where so many cannot be deleted, something is wrong with all of them.
MOST_FAILING = 500


@dataclass
class Copies:
    """The hands of one process. ``channels`` are the provider's; ``later``: what could not be deleted, until when
    it is left alone. Forgetting that (a restart) costs a request each."""

    database: Database
    archive: Archive
    clock: Clock
    channels: Collection[str]
    kept: timedelta | None
    later: dict[tuple[bool, int], datetime] = field(default_factory=dict)

    def tick(self, stopping: Callable[[], bool] = bool) -> int:
        """Delete what is due, a bounded number, until ``stopping()``; how many copies that were."""
        deleted = 0
        for _ in range(BATCHES):
            found = self._due()
            gone, enough = self._delete(found, stopping)
            deleted += gone
            if enough or not found:
                break
        if deleted:
            log.info("copies_deleted", copies=deleted)
        return deleted

    def _due(self) -> list[Copy]:
        now = self.clock.now()
        self.later = {copy: until for copy, until in self.later.items() if until > now}
        if len(self.later) >= MOST_FAILING:
            log.error("copies_not_deleted", copies=len(self.later))
            return []
        with self.database.read() as session:
            found = copies_of_erased(session, self.channels, self.later, BATCH)
            if not found and self.kept is not None:
                found = copies_before(session, self.channels, now - self.kept, now, self.later, BATCH)
        return found

    def _delete(self, found: Sequence[Copy], stopping: Callable[[], bool]) -> tuple[int, bool]:
        """How many are gone, and whether that is enough; what is gone is noted in any case."""
        gone: list[Copy] = []
        enough = False
        for copy in found:
            if enough := enough or stopping():
                break
            try:
                for provider_id in dict.fromkeys((*copy.tried, copy.provider_id)):
                    self.archive.forget(provider_id, has_files=copy.has_files)
                gone.append(copy)
            except ArchiveError as error:
                enough = not error.only_this
                self._put_off(copy, error)
        if gone:
            with self.database.begin() as session:
                mark_deleted(session, gone, self.clock.now())
        return len(gone), enough

    def _put_off(self, copy: Copy, error: ArchiveError) -> None:
        """One message that cannot be deleted now is in nobody's way."""
        table = "inbound" if copy.inbound else "outbound"
        log.warning("copy_not_deleted", **{table: copy.row_id}, code=error.code)
        if error.only_this:
            self.later[copy.inbound, copy.row_id] = self.clock.now() + RETRY
