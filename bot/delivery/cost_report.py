"""What a month of messages cost, by channel, and how many messages a resolved ticket took."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from bot.figures.period import DAY
from bot.messages import EMAIL, NOBODY_THERE, PAGE, SIMULATED, SUBSCRIBER, WEBHOOK
from bot.status import Status
from storage.queries import costs
from storage.queries.costs import Traffic
from storage.queries.figures import days, reading
from storage.queries.figures.reading import CHANNEL, Range

# What costs nothing by the message, and is not said to citizens.
LEFT_OUT = (EMAIL, WEBHOOK, SUBSCRIBER, *SIMULATED, *NOBODY_THERE, PAGE)
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """One channel in one currency; None where the city names no price for what came and went there."""

    channel: str
    currency: str | None
    received: int = 0
    sent: int = 0
    amount: Decimal = Decimal(0)

    @property
    def messages(self) -> int:
        return self.received + self.sent

    @classmethod
    def of(cls, part: Traffic) -> "Line":
        """The line of one direction."""
        received, sent = (0, part.messages) if part.sent else (part.messages, 0)
        return cls(part.channel, part.currency, received, sent, part.amount)

    def plus(self, other: "Line") -> "Line":
        """Both together."""
        amount = self.amount + other.amount
        return Line(self.channel, self.currency, self.received + other.received, self.sent + other.sent, amount)


@dataclass(frozen=True)
class Report:
    """All lines of a month, and how many tickets were resolved in it."""

    lines: tuple[Line, ...]
    resolved: int

    @property
    def messages(self) -> int:
        return sum(line.messages for line in self.lines)

    @property
    def per_resolved(self) -> float | None:
        """Messages a resolved ticket took; None in a month in which none was resolved."""
        return self.messages / self.resolved if self.resolved else None

    def totals(self) -> Iterator[tuple[str, Decimal]]:
        """What it cost in each currency."""
        for currency in sorted({line.currency for line in self.lines if line.currency}):
            yield currency, sum((li.amount for li in self.lines if li.currency == currency), Decimal(0))


def report(session: Session, start: datetime, end: datetime) -> Report:
    """What came and was sent from ``start`` until before ``end``, and what was resolved then.

    Where both are midnights in the city's own zone, days that are over and counted are read from their roll-ups,
    and only the others message by message.
    """
    lines, uncounted = _Lines(), _uncounted_from(session, start, end)
    if start < uncounted:
        counted = Range(DAY, start.date(), (uncounted - A_DAY).date())
        for cost in reading.costs(session, counted, CHANNEL):
            lines.add(Line(cost.key, cost.currency or None, cost.received, cost.sent, cost.amount))
    if uncounted < end:
        for part in costs.traffic(session, uncounted, end, LEFT_OUT):
            lines.add(Line.of(part))
    return Report(lines.in_order(), costs.resolved(session, start, end, Status.DONE))


class _Lines:
    """Lines added up by channel and currency."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str | None], Line] = {}

    def add(self, line: Line) -> None:
        key = line.channel, line.currency
        if line.channel not in LEFT_OUT:
            self._known[key] = self._known.get(key, Line(*key)).plus(line)

    def in_order(self) -> tuple[Line, ...]:
        return tuple(sorted(self._known.values(), key=lambda line: (line.channel, line.currency or "")))


def _uncounted_from(session: Session, start: datetime, end: datetime) -> datetime:
    """The beginning of the first day that was not over yet when it was counted last; ``end`` where all were."""
    if start.time() != time() or end.time() != time():
        return start
    known, day = days.counted_at(session, start.date(), end.date()), start
    while day < end and day.date() in known and known[day.date()] >= day + A_DAY:
        day += A_DAY
    return day
