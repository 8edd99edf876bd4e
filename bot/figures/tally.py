"""From a day's facts to the rows of its roll-ups: every way of telling them apart, added up."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from bot.figures.spans import bucket_of
from storage.queries.figures import tallies
from storage.queries.figures.reading import AGENCY, AGENCY_SERVICE, ALL, AREA, CHANNEL, FLOWS, SERVICE, STOCK
from storage.queries.figures.rollups import Row, Rows
from storage.queries.figures.tallies import Key

Place = tuple[str, str]
COUNTERS = (*FLOWS, *STOCK)


def counted(session: Session, start: datetime, end: datetime) -> Rows:
    """What is to be kept of the time from ``start`` until before ``end``; nothing is written."""
    return Rows(_figures(session, start, end), _spans(session, start, end), _costs(session, start, end))


def places(key: Key) -> Iterator[Place]:
    """Each dimension and key in which it counts; what is about no ticket only as a whole, and by channel."""
    yield ALL, ""
    yield CHANNEL, key.channel
    if key.agency is None or key.service is None or key.area is None:
        return
    yield AGENCY, key.agency
    yield SERVICE, key.service
    yield AREA, key.area
    yield AGENCY_SERVICE, f"{key.agency}/{key.service}"


def _figures(session: Session, start: datetime, end: datetime) -> list[Row]:
    """A day on which nothing happened has a row, too: what stood at its end is looked up there."""
    found: dict[Place, dict[str, int]] = {(ALL, ""): {}}
    for key, counts in tallies.figures(session, start, end):
        if counts:
            for place in places(key):
                _add(found.setdefault(place, {}), counts)
    return [_at(place) | {name: counts.get(name, 0) for name in COUNTERS} for place, counts in found.items()]


def _add(to: dict[str, int], counts: dict[str, int]) -> None:
    """Tens of thousands of times a count, and a Counter takes three times as long."""
    for name, count in counts.items():
        to[name] = to.get(name, 0) + count


def _spans(session: Session, start: datetime, end: datetime) -> list[Row]:
    found: Counter[tuple[Place, str, int]] = Counter()
    for took in tallies.spans(session, start, end):
        bucket = bucket_of(took.seconds)
        found.update((place, took.measure, bucket) for place in places(took.key) if place[0] != AREA)
    return [
        _at(place) | {"measure": measure, "bucket": bucket, "tickets": tickets}
        for (place, measure, bucket), tickets in found.items()
    ]


def _costs(session: Session, start: datetime, end: datetime) -> list[Row]:
    messages: Counter[tuple[Place, str, str]] = Counter()
    amounts: defaultdict[tuple[Place, str], Decimal] = defaultdict(Decimal)
    for paid in tallies.costs(session, start, end):
        for place in places(paid.key):
            messages[place, paid.currency, "sent" if paid.is_sent else "received"] += paid.messages
            amounts[place, paid.currency] += paid.amount
    return [
        _at(place)
        | {"currency": currency, "amount": amount}
        | {name: messages[place, currency, name] for name in ("received", "sent")}
        for (place, currency), amount in amounts.items()
    ]


def _at(place: Place) -> Row:
    return {"dimension": place[0], "key": place[1]}
