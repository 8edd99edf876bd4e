"""What is done at the provider from time to time, by the leader alone: comparing its list, deleting its copies."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.delivery.copies import Copies
from bot.intake.reconciliation import Reconciler
from storage.leading import Leadership

COPIES_S = 60


@dataclass(frozen=True)
class AtProvider:
    """Who compares and who deletes; compared is ``every`` so often."""

    reconciler: Reconciler
    copies: Copies
    every: timedelta

    def jobs(self, leadership: Leadership, stop: threading.Event) -> list[tuple[Callable[[], object], float]]:
        """Each with the seconds between its runs; they end early when ``stop`` is set."""

        def compare() -> None:
            # On SQLite every process leads; whoever comes second finds it done.
            if leadership.is_ours():
                self.reconciler.run(unless_within=self.every / 2, stopping=stop.is_set)

        def delete() -> None:
            if leadership.is_ours():
                self.copies.tick(stop.is_set)

        return [(compare, self.every.total_seconds()), (delete, COPIES_S)]
