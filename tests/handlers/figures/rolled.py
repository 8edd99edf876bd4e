"""Roll-ups as the counting leaves them, put there by hand."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.figures.period import Kind, Period
from storage.database import Database
from storage.models import CountedDay, FigureCost, Figures, FigureSpan
from storage.queries.figures import rollups
from storage.queries.figures.reading import AGENCY, ALL

Counts = Mapping[str, int]
A_DAY = timedelta(days=1)


class Rolled:
    """A city's counted days."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database, self.now = database, now

    def day(self, day: date, *, of: tuple[str, str] = (ALL, ""), **counts: int) -> None:
        """What was counted of a key on a day."""
        dimension, key = of
        with self.database.begin() as session:
            session.add(Figures(span="day", dimension=dimension, key=key, first=day, **counts))
        self._month(day)

    def days(self, first: date, last: date, *, of: tuple[str, str] = (ALL, ""), **counts: int) -> None:
        """The same on each of these days."""
        dimension, key = of
        with self.database.begin() as session:
            for n in range((last - first).days + 1):
                row = {"span": "day", "dimension": dimension, "key": key, "first": first + n * A_DAY}
                session.add(Figures(**row, **counts))
        month = first.replace(day=1)
        while month <= last:
            self._month(month)
            month = Period.around(Kind.MONTH, month).after.first

    def took(self, day: date, measure: str, buckets: Mapping[int, int], of: tuple[str, str] = (ALL, "")) -> None:
        """How long something took, by bucket of ``bot.figures.spans``."""
        dimension, key = of
        with self.database.begin() as session:
            for bucket, tickets in buckets.items():
                session.add(FigureSpan(span="day", dimension=dimension, key=key, first=day, measure=measure,
                                       bucket=bucket, tickets=tickets))  # fmt: skip
        self._month(day)

    def cost(
        self, day: date, currency: str, amount: str, of: tuple[str, str] = (ALL, ""), **messages: int
    ) -> None:
        """What messages cost that day."""
        dimension, key = of
        with self.database.begin() as session:
            session.add(FigureCost(span="day", dimension=dimension, key=key, first=day, currency=currency,
                                   amount=Decimal(amount), **messages))  # fmt: skip
        self._month(day)

    def agency(self, day: date, name: str, **counts: int) -> None:
        self.day(day, of=(AGENCY, name), **counts)

    def counted(self, first: date, last: date) -> None:
        """All of these days were counted."""
        with self.database.begin() as session:
            session.add_all(
                CountedDay(day=first + n * A_DAY, counted_at=self.now) for n in range((last - first).days + 1)
            )

    def _month(self, day: date) -> None:
        month = Period.around(Kind.MONTH, day)
        with self.database.begin() as session:
            rollups.replace_month(session, month.first, month.last)
