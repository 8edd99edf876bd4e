"""The costs of a month out of roll-ups are those that its messages add up to."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from bot.delivery.cost_report import LEFT_OUT, Line, report
from bot.figures import counting
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import FigureCost, OutboundMessage
from storage.queries import costs

JAKARTA = ZoneInfo("Asia/Jakarta")
START, END = datetime(2026, 11, 1, tzinfo=JAKARTA), datetime(2026, 12, 1, tzinfo=JAKARTA)
A_DAY = timedelta(days=1)
PRICES = (("whatsapp", "IDR", "85"), ("whatsapp", "USD", "0.0051"), ("sms", "IDR", "350"), ("sms", None, None),
          ("email", None, None), ("desk", None, None))  # fmt: skip


@pytest.fixture
def november(database: Database) -> Database:
    """Messages at all hours of a month and around its ends."""
    random, rows = Random(9), []
    for n in range(400):
        channel, currency, cost = random.choice(PRICES)
        sent_at = START - A_DAY + random.random() * (END - START + 2 * A_DAY)
        rows.append({"key": f"m{n}", "channel": channel, "recipient": "x", "wording": "w", "body": {"text": ""},
                     "created_at": sent_at, "due_at": sent_at, "state": "accepted", "sent_at": sent_at,
                     "cost": Decimal(cost) if cost else None, "currency": currency})  # fmt: skip
    with database.begin() as session:
        session.add_all(OutboundMessage(**row) for row in rows)
    return database


def lines(database: Database) -> tuple[Line, ...]:
    with database.read() as session:
        return report(session, START, END).lines


def by_message(database: Database) -> list[Line]:
    with database.read() as session:
        return [Line.of(part) for part in costs.traffic(session, START, END, LEFT_OUT)]


def count(database: Database, rulebook: Rulebook, days: int, now: datetime) -> None:
    for n in range(days):
        counting.count_day(database, rulebook, (START + n * A_DAY).date(), now)


@pytest.mark.parametrize("days", [0, 1, 17, 30])
def test_counted_or_not_it_is_the_same(november: Database, rulebook: Rulebook, days: int) -> None:
    count(november, rulebook, days, END + A_DAY)
    assert list(lines(november)) == by_message(november)


def test_what_was_counted_is_not_read_again(november: Database, rulebook: Rulebook) -> None:
    count(november, rulebook, 30, END + A_DAY)
    before = lines(november)
    with november.begin() as session:
        session.execute(update(OutboundMessage).values(sent_at=None))
    assert lines(november) == before


def test_a_day_that_was_counted_before_it_was_over_is_read_by_message(
    november: Database, rulebook: Rulebook
) -> None:
    count(november, rulebook, 10, START + 9.5 * A_DAY)
    with november.begin() as session:
        half = session.query(FigureCost).filter_by(span="day", first=(START + 9 * A_DAY).date()).count()
    assert half
    assert list(lines(november)) == by_message(november)
