"""Where a message of a subscription is posted to, and what became of the posts: what the channel needs to know."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.rulebook import Rulebook
from bot.subscribers import suspending
from storage.database import Database
from storage.models import Subscription
from storage.queries import subscriptions as queries
from storage.queries.subscriptions import id_of, sender_of

OLD_SECRET_FOR = timedelta(hours=24)
# A success is written down as often as somebody may want to read it.
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Target:
    """``secrets``: those that sign, the newest first. ``is_open``: False while nothing may be posted."""

    url: str
    secrets: tuple[str, ...]
    is_open: bool


@dataclass(frozen=True)
class Targets:
    """All subscriptions of a database; each call is a transaction of its own."""

    database: Database
    rulebook: Rulebook
    clock: Clock

    def of(self, sender: str | None) -> Target | None:
        """Where what is named ``sender`` in the outbox goes; None where it has ended."""
        with self.database.read() as session:
            found = session.get(Subscription, id_of(sender))
            if found is None or found.ended_at is not None:
                return None
            return Target(found.url, _secrets(found, self.clock.now()), is_open=found.suspended_at is None)

    def succeeded(self, sender: str | None) -> None:
        """A post was taken; where none had been for a while, what waits is sent at once."""
        now = self.clock.now()
        with self.database.read() as session:
            found = session.get(Subscription, id_of(sender))
            if found is None or not _is_news(found, now):
                return
        with self.database.begin() as session:
            if (row := queries.locked(session, id_of(sender))) is not None:
                if row.failing_since is not None:
                    queries.hurry(session, sender_of(row.id), now)
                row.succeeded_at, row.failing_since, row.error = now, None, None

    def failed(self, sender: str | None, error: str, *, is_gone: bool = False) -> None:
        """A post was not taken; ``is_gone``: and the receiver wants no other."""
        now = self.clock.now()
        with self.database.begin() as session:
            row = queries.locked(session, id_of(sender))
            if row is None:
                return
            row.failing_since, row.error = row.failing_since or now, error
            if is_gone and row.suspended_at is None:
                suspending.suspend(session, self.rulebook, row, suspending.GONE, now)


def _secrets(found: Subscription, now: datetime) -> tuple[str, ...]:
    is_rotating = found.rotated_at is not None and now < found.rotated_at + OLD_SECRET_FOR
    return (found.secret, found.secret_before) if found.secret_before and is_rotating else (found.secret,)


def _is_news(found: Subscription, now: datetime) -> bool:
    is_old = found.succeeded_at is None or now - found.succeeded_at >= NOTED_EVERY
    return found.failing_since is not None or is_old
