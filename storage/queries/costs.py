"""What messages cost, added up by the database in whole ten-thousandths; currencies are never added together."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, select, union_all
from sqlalchemy.orm import Session

from storage.models import InboundMessage, OutboundMessage, Ticket

Message = type[InboundMessage] | type[OutboundMessage]


class Sum(NamedTuple):
    """What a ticket's messages cost in one currency."""

    currency: str
    amount: Decimal
    messages: int


class Traffic(NamedTuple):
    """Messages of one channel in one direction; without a price ``currency`` is None and the amount nothing."""

    channel: str
    sent: bool
    currency: str | None
    messages: int
    amount: Decimal


def of_ticket(session: Session, ticket_id: int) -> list[Sum]:
    """The priced messages that came and went about a ticket, by currency."""
    both = union_all(*(_priced(kind, kind.ticket_id == ticket_id) for kind in (InboundMessage, OutboundMessage)))
    priced = both.subquery()
    sums = select(priced.c.currency, func.sum(priced.c.cost), func.count()).group_by(priced.c.currency)
    return [Sum(*row) for row in session.execute(sums.order_by(priced.c.currency))]


def traffic(session: Session, start: datetime, end: datetime, without: Sequence[str]) -> list[Traffic]:
    """What came and was sent from ``start`` until before ``end``, but for the channels ``without``."""
    came = and_(InboundMessage.received_at >= start, InboundMessage.received_at < end)
    went = and_(OutboundMessage.sent_at >= start, OutboundMessage.sent_at < end)
    found = [
        Traffic(channel, sent, currency, messages, amount or Decimal(0))
        for kind, within, sent in ((InboundMessage, came, False), (OutboundMessage, went, True))
        for channel, currency, messages, amount in session.execute(_by_channel(kind, within, without))
    ]
    return sorted(found, key=lambda one: (one.channel, one.currency or "", one.sent))


def resolved(session: Session, start: datetime, end: datetime, status: str) -> int:
    """How many tickets were closed in that time and are of that status."""
    closed = and_(Ticket.closed_at >= start, Ticket.closed_at < end)
    # As a condition the status would be looked up first, and nearly all tickets of a city have this one.
    return session.scalars(select(func.count(Ticket.id).filter(Ticket.status == status)).where(closed)).one()


def _priced(kind: Message, which: ColumnElement[bool]) -> Select[str | None, Decimal | None]:
    return select(kind.currency, kind.cost).where(which, kind.currency.is_not(None))


def _by_channel(
    kind: Message, within: ColumnElement[bool], without: Sequence[str]
) -> Select[str, str | None, int, Decimal | None]:
    counted = select(kind.channel, kind.currency, func.count(kind.id), func.sum(kind.cost))
    return counted.where(within, kind.channel.not_in(without)).group_by(kind.channel, kind.currency)
