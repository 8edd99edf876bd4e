"""What a month of messages cost, by channel, and how many messages a resolved ticket took."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from bot.messages import EMAIL, SIMULATOR, WEBHOOK
from bot.status import Status
from storage.queries import costs
from storage.queries.costs import Traffic

# What costs nothing by the message, and is not said to citizens.
LEFT_OUT = (EMAIL, WEBHOOK, SIMULATOR)


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

    def plus(self, part: Traffic) -> "Line":
        """The line with one direction more."""
        received, sent = (0, part.messages) if part.sent else (part.messages, 0)
        amount = self.amount + part.amount
        return Line(self.channel, self.currency, self.received + received, self.sent + sent, amount)


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
    """What came and was sent from ``start`` until before ``end``, and what was resolved then."""
    lines: dict[tuple[str, str | None], Line] = {}
    for part in costs.traffic(session, start, end, LEFT_OUT):
        key = part.channel, part.currency
        lines[key] = lines.get(key, Line(*key)).plus(part)
    return Report(tuple(lines.values()), costs.resolved(session, start, end, Status.DONE))
