"""What the leadership looks at: counted once a day from what happened, so that no page counts a year of tickets.

``span`` is ``day`` or ``month``, ``first`` its first day by the city's own calendar. ``dimension`` says what is
told apart and ``key`` which of it: ``all`` with an empty key, ``agency``, ``service``, ``area`` (a kelurahan),
``channel``, ``agency_service`` (``bina_marga/jalan_rusak``). What has no key there (a report without a place)
counts under an empty one. Months are the sums of their days; what stood at the end of a month is what stood on
its last counted day.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId
from storage.types import Money


class Figures(Base):
    """What happened on a day, or in a month, to the tickets of one key.

    Tickets by the moment at which it happened: ``filed`` (``urgent`` of them), ``claimed`` done by the agency,
    closed as ``confirmed``, ``silent``, ``unreachable``, ``withdrawn``, ``rejected``, ``delivered`` or
    ``duplicate``, ``reopened``, ``misrouted`` (an agency said that it is not theirs). ``in_time`` and ``late``:
    an agency's last deadlines that were met, and those that passed unmet, each counted once. ``rated``: ratings
    given, ``stars`` their sum. ``received``, ``sent``: messages about these tickets; in ``all`` and ``channel``
    those about no ticket, too. ``alone``, ``asked``, ``by_people``: messages that the model's word was enough
    for, those that the citizen was asked about, and those that a person decided; ``wrong``: where a person said
    that it was another meaning, service or topic. What each counts exactly is said in ``docs/figures.md``.

    As it stood when the day ended: ``open``; of these ``overdue``; ``open_days``, the sum of their ages in whole
    days; ``open_month``: older than 30 days.
    """

    __tablename__ = "figures"
    __table_args__ = (UniqueConstraint("span", "dimension", "first", "key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    span: Mapped[str]
    dimension: Mapped[str]
    first: Mapped[date]
    key: Mapped[str]
    filed: Mapped[int] = mapped_column(default=0)
    urgent: Mapped[int] = mapped_column(default=0)
    claimed: Mapped[int] = mapped_column(default=0)
    confirmed: Mapped[int] = mapped_column(default=0)
    silent: Mapped[int] = mapped_column(default=0)
    unreachable: Mapped[int] = mapped_column(default=0)
    withdrawn: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    delivered: Mapped[int] = mapped_column(default=0)
    duplicate: Mapped[int] = mapped_column(default=0)
    reopened: Mapped[int] = mapped_column(default=0)
    misrouted: Mapped[int] = mapped_column(default=0)
    in_time: Mapped[int] = mapped_column(default=0)
    late: Mapped[int] = mapped_column(default=0)
    rated: Mapped[int] = mapped_column(default=0)
    stars: Mapped[int] = mapped_column(default=0)
    received: Mapped[int] = mapped_column(default=0)
    sent: Mapped[int] = mapped_column(default=0)
    alone: Mapped[int] = mapped_column(default=0)
    asked: Mapped[int] = mapped_column(default=0)
    by_people: Mapped[int] = mapped_column(default=0)
    wrong: Mapped[int] = mapped_column(default=0)
    open: Mapped[int] = mapped_column(default=0)
    overdue: Mapped[int] = mapped_column(default=0)
    open_days: Mapped[int] = mapped_column(default=0)
    open_month: Mapped[int] = mapped_column(default=0)


class FigureSpan(Base):
    """How long something took, as a histogram: so many ``tickets`` in one bucket of :mod:`bot.figures.spans`.

    ``measure``: ``answered`` (from filing to an agency's first date or result), ``confirmed`` (to the citizen's
    yes), ``alarm`` (from the filing of an emergency to the person who took it). Counted on the day on which it
    ended, for all dimensions but ``area``.
    """

    __tablename__ = "figure_spans"
    __table_args__ = (UniqueConstraint("span", "dimension", "first", "key", "measure", "bucket"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    span: Mapped[str]
    dimension: Mapped[str]
    first: Mapped[date]
    key: Mapped[str]
    measure: Mapped[str]
    bucket: Mapped[int]
    tickets: Mapped[int]


class FigureCost(Base):
    """What messages cost, an estimate, by currency; currencies are never added together.

    ``currency`` is empty for messages that the city names no price for. ``received``, ``sent``: messages.
    """

    __tablename__ = "figure_costs"
    __table_args__ = (UniqueConstraint("span", "dimension", "first", "key", "currency"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    span: Mapped[str]
    dimension: Mapped[str]
    first: Mapped[date]
    key: Mapped[str]
    currency: Mapped[str]
    received: Mapped[int] = mapped_column(default=0)
    sent: Mapped[int] = mapped_column(default=0)
    amount: Mapped[Decimal] = mapped_column(Money)


class CountedDay(Base):
    """That a day was counted, and when last: the day itself is counted again while it lasts, and for some
    time after."""

    __tablename__ = "counted_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    counted_at: Mapped[datetime]


class WeeklyReport(Base):
    """The leadership's report of a week (``2026-W47``), as it was sent: its figures do not change afterwards.

    ``page`` is the HTML, which holds nothing of any citizen.
    """

    __tablename__ = "weekly_reports"

    week: Mapped[str] = mapped_column(primary_key=True)
    written_at: Mapped[datetime]
    page: Mapped[str]


class NightlyExport(Base):
    """That the data warehouse's files of a day were written: their folder's name, and rows by file."""

    __tablename__ = "nightly_exports"

    day: Mapped[date] = mapped_column(primary_key=True)
    written_at: Mapped[datetime]
    rows: Mapped[dict[str, int]]
