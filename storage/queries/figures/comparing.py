"""Roll-ups of two stretches of time beside each other, of several dimensions, each in one statement."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, false, func, literal, or_, select
from sqlalchemy.orm import Session

from storage.models import CountedDay, FigureCost, Figures, FigureSpan
from storage.queries.figures.reading import FLOWS, STOCK, Counts, Range

Rollup = type[Figures] | type[FigureSpan] | type[FigureCost]
# What is wanted: dimensions, each with the one key of it or None for all.
Wanted = Mapping[str, str | None]
NOW, BEFORE = 0, 1
NONE = Counts()


class Counted(NamedTuple):
    """From which day to which the roll-ups reach, and when the last of them was counted."""

    first: date
    last: date
    at: datetime


@dataclass(frozen=True)
class Stretches:
    """What is looked at, and what it is compared with: each made of roll-ups that do not overlap."""

    now: Sequence[Range]
    before: Sequence[Range] = ()

    @property
    def both(self) -> Iterator[tuple[int, Sequence[Range]]]:
        yield from ((NOW, self.now), (BEFORE, self.before))


@dataclass(frozen=True)
class Pair:
    """The counts of one key now and before."""

    now: Counts = NONE
    before: Counts = NONE


@dataclass(frozen=True)
class Spans:
    """How long one thing took for one key, by bucket of ``bot.figures.spans``, now and before."""

    now: dict[int, int] = field(default_factory=dict)
    before: dict[int, int] = field(default_factory=dict)


class Spent(NamedTuple):
    """What messages of one key cost in one currency, in the one stretch or the other."""

    which: int
    key: str
    currency: str
    amount: Decimal


def counted(session: Session) -> Counted | None:
    """How far the roll-ups reach; None where no day was counted yet."""
    ends = session.execute(
        select(func.min(CountedDay.day), func.max(CountedDay.day), func.max(CountedDay.counted_at))
    )
    found = ends.one()
    return Counted(*found) if found[0] else None


def counts(session: Session, over: Stretches, wanted: Wanted) -> dict[str, dict[str, Pair]]:
    """By dimension and key, what was counted."""
    which, latest = _which(Figures, over), _latest(over)
    sums = [func.sum(getattr(Figures, name)).label(name) for name in FLOWS]
    stock = [func.sum(case((latest, getattr(Figures, name)), else_=0)).label(name) for name in STOCK]
    of_key = (Figures.dimension, Figures.key, which.label("which"))
    found = select(*of_key, *sums, *stock).where(_within(Figures, over), _asked(Figures, wanted)).group_by(*of_key)
    known: dict[str, dict[str, dict[int, Counts]]] = {dimension: {} for dimension in wanted}
    for dimension, key, side, *values in session.execute(found):
        row = dict(zip((*FLOWS, *STOCK), values, strict=True))
        known[dimension].setdefault(key, {})[side] = Counts(**row)
    return {
        dimension: {key: Pair(one.get(NOW, NONE), one.get(BEFORE, NONE)) for key, one in keys.items()}
        for dimension, keys in known.items()
    }


def spans(
    session: Session, over: Stretches, wanted: Wanted, measures: Sequence[str]
) -> dict[tuple[str, str, str], Spans]:
    """By dimension, key and measure, how many tickets fell into each bucket."""
    of_key = (FigureSpan.dimension, FigureSpan.key, FigureSpan.measure, FigureSpan.bucket)
    which = _which(FigureSpan, over).label("which")
    where = and_(_within(FigureSpan, over), _asked(FigureSpan, wanted), FigureSpan.measure.in_(measures))
    found = select(*of_key, which, func.sum(FigureSpan.tickets)).where(where).group_by(*of_key, which)
    known: dict[tuple[str, str, str], Spans] = {}
    for dimension, key, measure, bucket, side, tickets in session.execute(found):
        both = known.setdefault((dimension, key, measure), Spans())
        (both.now if side == NOW else both.before)[bucket] = tickets
    return known


def costs(session: Session, over: Stretches, dimension: str, key: str | None = None) -> list[Spent]:
    """What messages with a price cost, by key and currency."""
    which = _which(FigureCost, over).label("which")
    of_key = (which, FigureCost.key, FigureCost.currency)
    where = and_(_within(FigureCost, over), _asked(FigureCost, {dimension: key}), FigureCost.currency != "")
    found = select(*of_key, func.sum(FigureCost.amount)).where(where).group_by(*of_key)
    return [Spent(*row) for row in session.execute(found.order_by(*of_key))]


def _which(model: Rollup, over: Stretches) -> ColumnElement[int]:
    return case((_in(model, over.now), NOW), else_=BEFORE)


def _within(model: Rollup, over: Stretches) -> ColumnElement[bool]:
    return _in(model, [*over.now, *over.before])


def _in(model: Rollup, ranges: Sequence[Range]) -> ColumnElement[bool]:
    parts = (and_(model.span == one.span, model.first.between(one.first, one.last)) for one in ranges)
    return or_(false(), *parts)


def _asked(model: Rollup, wanted: Wanted) -> ColumnElement[bool]:
    whole = [dimension for dimension, key in wanted.items() if key is None]
    single = [and_(model.dimension == name, model.key == key) for name, key in wanted.items() if key is not None]
    return or_(model.dimension.in_(whole), *single)


def _latest(over: Stretches) -> ColumnElement[bool]:
    """Whether a row is of the last day or month that was counted in its stretch: what stood then stands."""
    return or_(false(), *(_is_last(ranges) for _, ranges in over.both if ranges))


def _is_last(ranges: Sequence[Range]) -> ColumnElement[bool]:
    of_all: Any = and_(_in(Figures, ranges), Figures.dimension == literal("all"))
    latest = select(func.max(Figures.first)).where(of_all).scalar_subquery()
    return and_(_in(Figures, ranges), Figures.first == latest)
