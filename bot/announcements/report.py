"""How far an announcement has come, and what has become of its messages."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from bot.announcements.announcements import RUNNING, STOPPED, WRITTEN
from storage.models import Announcement, User
from storage.queries import announcements as queries


@dataclass(frozen=True)
class Report:
    """Numbers of people. ``delivered`` are those whose message arrived and is not known to be read.

    ``skipped``: planned, and not written to after all (they opted out meanwhile, their report was closed, there
    was no way to them); ``unwritten``: not written to yet, or no more since it was stopped. ``costs``: so far, by
    currency.
    """

    planned: int
    written: int
    waiting: int
    accepted: int
    delivered: int
    read: int
    failed: int
    in_doubt: int
    cancelled: int
    skipped: int
    unwritten: int
    costs: dict[str, Decimal]
    started_by: str
    stopped_by: str | None

    @property
    def settled(self) -> int:
        """Those of whom nothing more is to be sent: they have it, or will not get it."""
        return self.written - self.waiting + self.skipped

    @property
    def percent(self) -> int:
        """How much of what was planned is settled."""
        return min(100, 100 * self.settled // self.planned) if self.planned else 100


def report_of(session: Session, row: Announcement) -> Report:
    """The report at this moment."""
    states = queries.states(session, row.id)
    written = sum(states.values())
    missing = max(0, row.planned - written)
    stopper = session.get(User, row.stopped_by) if row.stopped_by is not None else None
    return Report(
        planned=row.planned,
        written=written,
        waiting=states.get("waiting", 0) + states.get("sending", 0),
        **{name: states.get(name, 0) for name in _COUNTED},
        skipped=missing if row.state == WRITTEN else 0,
        unwritten=missing if row.state in (RUNNING, STOPPED) else 0,
        costs=queries.costs(session, row.id),
        started_by=session.get_one(User, row.created_by).email,
        stopped_by=stopper.email if stopper else None,
    )


_COUNTED = ("accepted", "delivered", "read", "failed", "in_doubt", "cancelled")


def is_going_on(row: Announcement, report: Report) -> bool:
    """Whether messages are still to be written or sent."""
    return row.state == RUNNING or (row.state == WRITTEN and report.waiting > 0)
