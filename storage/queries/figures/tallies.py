"""A day's facts, added up by the database as far as they can be told apart at all."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import case, func
from sqlalchemy.orm import Session

from storage.models import InboundMessage, OutboundMessage, Ticket
from storage.queries.figures import facts, messages
from storage.queries.figures.facts import Facts
from storage.queries.figures.messages import Message
from storage.queries.figures.stock import stock


class Key(NamedTuple):
    """What is counted together at the least. ``agency`` None: it is about no ticket."""

    agency: str | None
    service: str | None
    area: str | None
    channel: str


class Took(NamedTuple):
    """How long something took that ended; seconds."""

    measure: str
    key: Key
    seconds: float


class Paid(NamedTuple):
    """What messages of one direction cost in one currency; empty where they have no price."""

    key: Key
    currency: str
    is_sent: bool
    messages: int
    amount: Decimal


def figures(session: Session, start: datetime, end: datetime) -> Iterator[tuple[Key, dict[str, int]]]:
    """What was counted from ``start`` until before ``end``, and what stood at ``end``."""
    for source in (facts.events, facts.met, facts.missed, messages.received, messages.sent):
        yield from _added_up(session, source(start, end))
    yield from _added_up(session, stock(end))


def spans(session: Session, start: datetime, end: datetime) -> Iterator[Took]:
    """What ended within that time, and how long after the filing of its ticket."""
    for source in (facts.answered, facts.confirmed, facts.alarm):
        found = source(start, end)
        (measure,) = found.figures
        rows = session.execute(found.rows.add_columns(*found.keys, found.at, Ticket.created_at))
        for *key, at, since in rows:
            yield Took(measure, Key(*key), (at - since).total_seconds())


def costs(session: Session, start: datetime, end: datetime) -> Iterator[Paid]:
    """What the messages of that time cost."""
    for kind in (InboundMessage, OutboundMessage):
        yield from _costs_of(session, kind, start, end)


def _costs_of(session: Session, kind: Message, start: datetime, end: datetime) -> Iterator[Paid]:
    found = messages.billed(kind, start, end)
    currency = func.coalesce(kind.currency, "")
    sums = (currency, func.count(), func.sum(kind.cost))
    rows = session.execute(found.rows.add_columns(*found.keys, *sums).group_by(*found.keys, currency))
    for *key, name, count, amount in rows:
        yield Paid(Key(*key), name, kind is OutboundMessage, count, amount or Decimal(0))


def _added_up(session: Session, found: Facts) -> Iterator[tuple[Key, dict[str, int]]]:
    sums = (func.sum(case((figure.which, figure.adds), else_=0)) for figure in found.figures.values())
    rows = session.execute(found.rows.add_columns(*found.keys, *sums).group_by(*found.keys))
    for agency, service, area, channel, *counts in rows:
        named = zip(found.figures, counts, strict=True)
        yield Key(agency, service, area, channel), {name: int(count) for name, count in named if count}
