"""Store first, think after: one insert for a message that came in, and its place in a conversation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Integer, bindparam, select, update
from sqlalchemy.orm import Session, defer

from bot.city.costs import Cost
from bot.messages import LONGEST_TEXT, Content, Incoming
from bot.privacy import mask
from bot.words import NORMAL_LANE, Words
from storage import keyring
from storage.models import Citizen, Conversation, InboundMessage, Quarantine
from storage.queries.inserting import insert_each_once, insert_once, ring
from storage.queries.media import queue_files
from storage.queries.phones import alone_with, under_one_hash
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
OF_ADDRESS = (
    select(Conversation)
    .where(Conversation.channel == bindparam("channel"), Conversation.address_hash == bindparam("address"))
    .options(defer(Conversation.dialogue), defer(Conversation.address))
    .with_for_update()
    .execution_options(autoflush=False)
)
OF_ID = select(Citizen).where(Citizen.id == bindparam("citizen")).execution_options(autoflush=False)
OF_PHONE = select(Citizen).where(Citizen.phone_hash == bindparam("phone")).execution_options(autoflush=False)
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


@dataclass(frozen=True)
class Sender:
    """One address on one channel. ``phone_hash``: of the telephone; None where it is none."""

    channel: str
    address: str
    address_hash: str
    phone_hash: str | None = None
    lane: int = NORMAL_LANE
    name: str | None = None


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
    # The same order everywhere, citizens first, so that two workers cannot lock each other.
    for key in sorted(by_address):
        _place(session, by_address[key], now)
    queue_files(session, messages, now)
    return len(messages)


def _note_cost(message: InboundMessage, price: Cost | None) -> None:
    if price is not None:
        text = Content.from_json(message.content).text
        message.cost, message.currency = price.of_received(text), price.currency


def _place(session: Session, messages: list[InboundMessage], now: datetime) -> None:
    conversation = conversation_of(session, _sender_of(messages[0]), now)
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


def conversation_of(session: Session, sender: Sender, now: datetime) -> Conversation:
    """The conversation with ``sender``, locked; made with its citizen where there is none yet."""
    hashes = keyring.current().candidates(sender.address_hash, sender.address)
    found = _known(session, sender.channel, hashes)
    if found is None and len(hashes) > 1:
        alone_with(session, hashes)
        found = _known(session, sender.channel, hashes)
    if found is not None:
        return found
    insert_once(
        session,
        Conversation,
        {
            "channel": sender.channel,
            "address_hash": hashes[0],
            "address": sender.address,
            "citizen_id": _citizen_of(session, sender, now).id,
            "language": "id",
            "created_at": now,
            "dialogue": {},
            "lane": sender.lane,
            "attempts": 0,
            "lease_token": 0,
        },
    )
    return session.scalars(OF_ADDRESS, {"channel": sender.channel, "address": hashes[0]}).one()


def _known(session: Session, channel: str, hashes: Sequence[str]) -> Conversation | None:
    """While secrets change an address may be kept under the hash of any of them, the newest first."""
    found = (session.scalar(OF_ADDRESS, {"channel": channel, "address": one}) for one in hashes)
    return next((one for one in found if one is not None), None)


def _citizen_of(session: Session, sender: Sender, now: datetime) -> Citizen:
    """Who writes: a WhatsApp and an SMS address of one number are one citizen."""
    phone = sender.phone_hash
    if phone is not None:
        hashes = keyring.current().candidates(phone, sender.address)
        if len(hashes) > 1:
            alone_with(session, hashes)
            under_one_hash(session, hashes)
        phone = hashes[0]
    values = {"created_at": now, "phone_hash": phone, "name": sender.name, "hide_name": False}
    new_id = insert_once(session, Citizen, values)
    if new_id is not None:
        return session.scalars(OF_ID, {"citizen": new_id}).one()
    return session.scalars(OF_PHONE, {"phone": phone}).one()


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
