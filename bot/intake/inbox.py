"""Store first, think after: one insert for a message that came in, and its place in a conversation."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Integer, bindparam, select, update
from sqlalchemy.orm import Session, defer

from bot.city.costs import Cost
from bot.intake.senders import Sender, conversations_of
from bot.messages import LONGEST_TEXT, Content, Incoming
from bot.privacy import mask
from bot.words import Words
from storage import keyring
from storage.models import Conversation, InboundMessage, Quarantine
from storage.queries.inserting import insert_each_once, insert_once, ring
from storage.queries.media import queue_files
from storage.queries.states import DONE
from storage.types import UtcDateTime

# Outcomes of messages that only began a report: it was asked about, or a photo came while something was asked.
PART_OF_A_REPORT = ("asked", "attached")

# On SQLite a transaction that writes holds up the webhooks: one for so many takes a tenth of a second.
AT_ONCE = 100

# Statements are made once. What is being placed is written at the end: nothing that waits could change an answer.
UNPLACED = (
    select(InboundMessage)
    .where(InboundMessage.conversation_id.is_(None))
    .order_by(InboundMessage.lane, InboundMessage.id)
    .limit(bindparam("limit", type_=Integer))
    .options(defer(InboundMessage.raw))  # encrypted, as the other columns that are left out
    .with_for_update(skip_locked=True)
)
BELONG = (
    update(InboundMessage)
    .where(
        InboundMessage.conversation_id == bindparam("conversation"),
        InboundMessage.received_at >= bindparam("begun", type_=UtcDateTime),
        InboundMessage.state == DONE,
        InboundMessage.outcome.in_(PART_OF_A_REPORT),
        InboundMessage.ticket_id.is_(None),
    )
    .values(ticket_id=bindparam("ticket"))
)


def store(session: Session, incoming: Incoming, words: Words, now: datetime) -> bool:
    """Keep a message that came at ``now``; False when it is a repetition of one that is kept already."""
    return keep(session, incoming, words, now) is not None


def keep(session: Session, incoming: Incoming, words: Words, now: datetime) -> int | None:
    """As :func:`store`: the id that the message got, None for a repetition."""
    ring(session)
    return insert_once(session, InboundMessage, _row(incoming, words, now))


def store_all(session: Session, messages: Sequence[tuple[Incoming, datetime]], words: Words) -> None:
    """Keep many messages, each with the time when it came, each once."""
    insert_each_once(session, InboundMessage, [_row(incoming, words, at) for incoming, at in messages])
    if messages:
        ring(session)


def _row(incoming: Incoming, words: Words, now: datetime) -> dict[str, Any]:
    text = incoming.content.text[:LONGEST_TEXT]
    return {
        "channel": incoming.channel,
        "external_id": incoming.external_id,
        "address_hash": address_hash(incoming.address),
        "phone_hash": keyring.current().lookup(incoming.phone) if incoming.phone else None,
        "address": incoming.address,
        "our_address": incoming.our_address,
        "received_at": now,
        "lane": words.lane(text),
        "state": "new",
        "text": mask(text),
        "content": incoming.content.to_json(),
        "raw": incoming.raw,
    }


def quarantine(session: Session, incoming: Incoming, reason: str, now: datetime) -> bool:
    """Keep a message that fits no number of ours, for a person to look at; False for a repetition."""
    values = {
        "channel": incoming.channel,
        "external_id": incoming.external_id,
        "reason": reason,
        "raw": incoming.raw,
        "received_at": now,
    }
    return insert_once(session, Quarantine, values) is not None


def address_hash(address: str) -> str:
    """The keyed hash under which an address is found again."""
    return keyring.current().lookup(address)


def place_new(
    session: Session, now: datetime, limit: int = AT_ONCE, costs: Mapping[str, Cost] = MappingProxyType({})
) -> int:
    """Give each message that has none its conversation, emergencies first, and wake that; how many were placed.

    ``costs``: what a message costs that comes in, by channel; where there is no price none is noted.
    """
    messages = session.scalars(UNPLACED, {"limit": limit}).all()
    by_address: dict[tuple[str, str, str], list[InboundMessage]] = {}
    for message in messages:
        _note_cost(message, costs.get(message.channel))
        citizen = message.phone_hash or message.address_hash
        by_address.setdefault((citizen, message.channel, message.address_hash), []).append(message)
    groups = [by_address[key] for key in sorted(by_address)]
    talks = conversations_of(session, [_sender_of(group[0]) for group in groups], now)
    for conversation, group in zip(talks, groups, strict=True):
        _place(conversation, group, now)
    queue_files(session, messages, now)
    return len(messages)


def _note_cost(message: InboundMessage, price: Cost | None) -> None:
    if price is not None:
        text = Content.from_json(message.content).text
        message.cost, message.currency = price.of_received(text), price.currency


def _place(conversation: Conversation, messages: list[InboundMessage], now: datetime) -> None:
    for message in messages:
        message.conversation_id = conversation.id
    # What was found in the provider's list may be older than what came by itself.
    newest = max(message.received_at for message in messages)
    conversation.last_inbound_at = max(newest, conversation.last_inbound_at or newest)
    if conversation.unreachable_at is not None and newest > conversation.unreachable_at:
        conversation.unreachable_at = None  # who writes from there is reached there
    conversation.our_address = messages[-1].our_address
    conversation.lane = min(conversation.lane, *(message.lane for message in messages))
    conversation.wake_at = now


def _sender_of(message: InboundMessage) -> Sender:
    name = message.content.get("profile_name")
    return Sender(message.channel, message.address, message.address_hash, message.phone_hash, message.lane, name)


def belong_to(session: Session, conversation: Conversation, begun: datetime, ticket_id: int) -> None:
    """What came since ``begun``, before the report was complete (its story, its photos), belongs to its ticket."""
    of = {"conversation": conversation.id, "begun": begun, "ticket": ticket_id}
    session.connection().execute(BELONG, of)


def mark_done(
    messages: Iterable[InboundMessage], outcome: str, now: datetime, ticket_id: int | None = None
) -> None:
    """These messages have had their effect."""
    for message in messages:
        message.state = "done"
        message.outcome = outcome
        message.done_at = now
        message.ticket_id = ticket_id or message.ticket_id
