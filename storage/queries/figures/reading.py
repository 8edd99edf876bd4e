"""Roll-ups read again: added up over a period, by key, step by step, with what stood at its end."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, select, true
from sqlalchemy.orm import Session

from storage.models import FigureCost, Figures, FigureSpan

ALL, AGENCY, SERVICE, AREA, CHANNEL = "all", "agency", "service", "area", "channel"
AGENCY_SERVICE = "agency_service"
DIMENSIONS = (ALL, AGENCY, SERVICE, AREA, CHANNEL, AGENCY_SERVICE)


@dataclass(frozen=True)
class Counts:
    """The counters of :class:`storage.models.figures.Figures`, added up; what stood is of the last day counted."""

    filed: int = 0
    urgent: int = 0
    claimed: int = 0
    confirmed: int = 0
    silent: int = 0
    unreachable: int = 0
    withdrawn: int = 0
    rejected: int = 0
    delivered: int = 0
    duplicate: int = 0
    reopened: int = 0
    misrouted: int = 0
    in_time: int = 0
    late: int = 0
    rated: int = 0
    stars: int = 0
    received: int = 0
    sent: int = 0
    alone: int = 0
    asked: int = 0
    by_people: int = 0
    wrong: int = 0
    open: int = 0
    overdue: int = 0
    open_days: int = 0
    open_month: int = 0

    @property
    def closed(self) -> int:
        """Closed in whatever way."""
        return sum(getattr(self, name) for name in CLOSINGS)

    @property
    def messages(self) -> int:
        return self.received + self.sent

    @property
    def on_time(self) -> float | None:
        """The share of last deadlines that were met, of those that were met or passed."""
        return _share(self.in_time, self.in_time + self.late)

    @property
    def satisfaction(self) -> float | None:
        """The mean of the stars that were given, 1 to 5."""
        return _share(self.stars, self.rated)

    @property
    def age_days(self) -> float | None:
        """The mean age in days of what is open."""
        return _share(self.open_days, self.open)

    @property
    def misrouted_share(self) -> float | None:
        return _share(self.misrouted, self.filed)

    @property
    def messages_per_closed(self) -> float | None:
        return _share(self.messages, self.closed)


CLOSINGS = ("confirmed", "silent", "unreachable", "withdrawn", "rejected", "delivered", "duplicate")
STOCK = ("open", "overdue", "open_days", "open_month")
FLOWS = tuple(one.name for one in fields(Counts) if one.name not in STOCK)


class Cost(NamedTuple):
    """What messages of one key cost in one currency; without a price the currency is empty."""

    key: str
    currency: str
    received: int
    sent: int
    amount: Decimal


class Range(NamedTuple):
    """Roll-ups of ``span`` whose first day lies in ``first`` to ``last``."""

    span: str
    first: date
    last: date


def by_key(session: Session, over: Range, dimension: str, key: str | None = None) -> dict[str, Counts]:
    """All keys of a dimension, or one of them, with what was counted in that time."""
    sums = (func.sum(getattr(Figures, name)).label(name) for name in FLOWS)
    flows = select(Figures.key, *sums).where(_in(over, dimension, key)).group_by(Figures.key)
    found = {row.key: dict(row._mapping) for row in session.execute(flows)}
    for row in session.execute(_standing(over, dimension, key)):
        found.setdefault(row.key, {}).update(row._mapping)
    return {name: _counts(values) for name, values in found.items()}


def of_key(session: Session, over: Range, dimension: str, key: str) -> Counts:
    """What was counted for one key in that time."""
    return by_key(session, over, dimension, key).get(key, Counts())


def trend(session: Session, over: Range, dimension: str, key: str) -> list[tuple[date, Counts]]:
    """Each roll-up of one key, the oldest first; days or months on which nothing was counted are missing."""
    columns = (getattr(Figures, one.name) for one in fields(Counts))
    steps = select(Figures.first, *columns).where(_in(over, dimension, key))
    rows = session.execute(steps.order_by(Figures.first))
    return [(row.first, _counts(row._mapping)) for row in rows]


def spans(session: Session, over: Range, dimension: str, measure: str) -> dict[str, dict[int, int]]:
    """By key, how many tickets fell into each bucket of ``bot.figures.spans``."""
    counted = (
        select(FigureSpan.key, FigureSpan.bucket, func.sum(FigureSpan.tickets))
        .where(FigureSpan.span == over.span, FigureSpan.dimension == dimension)
        .where(FigureSpan.first.between(over.first, over.last), FigureSpan.measure == measure)
        .group_by(FigureSpan.key, FigureSpan.bucket)
    )
    found: dict[str, dict[int, int]] = {}
    for key, bucket, tickets in session.execute(counted):
        found.setdefault(key, {})[bucket] = tickets
    return found


def costs(session: Session, over: Range, dimension: str) -> list[Cost]:
    """By key and currency, what messages cost in that time."""
    one = FigureCost
    sums = (func.sum(one.received), func.sum(one.sent), func.sum(one.amount))
    within = and_(one.span == over.span, one.dimension == dimension, one.first.between(over.first, over.last))
    counted = select(one.key, one.currency, *sums).where(within).group_by(one.key, one.currency)
    return [Cost(*row) for row in session.execute(counted.order_by(one.key, one.currency))]


def _in(over: Range, dimension: str, key: str | None = None) -> ColumnElement[bool]:
    within = and_(Figures.span == over.span, Figures.first.between(over.first, over.last))
    return and_(within, Figures.dimension == dimension, true() if key is None else Figures.key == key)


def _standing(over: Range, dimension: str, key: str | None) -> Select[str, int]:
    latest = select(func.max(Figures.first)).where(_in(over, ALL)).scalar_subquery()
    columns = (getattr(Figures, name) for name in STOCK)
    return select(Figures.key, *columns).where(_in(over, dimension, key), Figures.first == latest)


def _counts(values: Mapping[Any, Any]) -> Counts:
    return Counts(**{name: values[name] for name in (*FLOWS, *STOCK) if name in values})


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
