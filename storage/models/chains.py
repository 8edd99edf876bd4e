"""Where the chained histories stand, what of them somebody outside holds, and when they were last verified."""

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId


class Chain(Base):
    """The end of one chain of history rows: ``head`` is its last link, ``length`` how many rows it has.

    ``name``: ``ticket:JK-...`` for a ticket's history, ``audit:2026-11:<subject>`` for what the audit has about
    one subject from one month (of UTC), ``before:...`` for rows that were there before the chains.
    ``ended_at``: when the rows were deleted because their time was over; the row stays as their receipt.
    """

    __tablename__ = "chains"

    name: Mapped[str] = mapped_column(primary_key=True)
    head: Mapped[str]
    length: Mapped[int]
    ended_at: Mapped[datetime | None]


class Anchor(Base):
    """Where every chain stood that moved on one day of UTC. ``digest`` is what somebody outside keeps.

    ``event_id``, ``audit_id``: the last rows of that day; ``leaves``: a short entry for each chain; ``digest`` is
    over them and the anchor before (``bot.history.anchors``).
    """

    __tablename__ = "anchors"

    day: Mapped[date] = mapped_column(primary_key=True)
    event_id: Mapped[int]
    audit_id: Mapped[int]
    leaves: Mapped[bytes]
    digest: Mapped[str]
    made_at: Mapped[datetime]


class HistoryCheck(Base):
    """One verification of all chains, done in parts. ``reached``: where the next part begins; empty when over."""

    __tablename__ = "history_checks"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    begun_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    reached: Mapped[str]
    rows: Mapped[int] = mapped_column(default=0)
    problems: Mapped[int] = mapped_column(default=0)
