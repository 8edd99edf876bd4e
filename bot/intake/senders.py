"""With whom we talk: the conversation with an address, and its citizen, made where there is none yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, defer

from bot.words import NORMAL_LANE
from storage import keyring
from storage.models import Citizen, Conversation
from storage.queries.inserting import insert_each_once, insert_once
from storage.queries.phones import alone_with, under_one_hash

# Statements are made once. Who asks has written before what could change an answer.
OF_ADDRESSES = (
    select(Conversation)
    .where(Conversation.address_hash.in_(bindparam("addresses", expanding=True)))
    .options(defer(Conversation.dialogue), defer(Conversation.address))
    .order_by(Conversation.id)
    .with_for_update()
    .execution_options(autoflush=False)
)
PLACES = select(Conversation.channel, Conversation.address_hash).where(
    Conversation.address_hash.in_(bindparam("addresses", expanding=True))
)
OF_ADDRESS = (
    select(Conversation)
    .where(Conversation.channel == bindparam("channel"), Conversation.address_hash == bindparam("address"))
    .options(defer(Conversation.dialogue), defer(Conversation.address))
    .with_for_update()
    .execution_options(autoflush=False)
)
OF_PHONES = select(Citizen.phone_hash, Citizen.id).where(
    Citizen.phone_hash.in_(bindparam("phones", expanding=True))
)
OF_PHONE = select(Citizen.id).where(Citizen.phone_hash == bindparam("phone"))


class Place(NamedTuple):
    """What a conversation is found by."""

    channel: str
    address_hash: str


@dataclass(frozen=True)
class Sender:
    """One address on one channel. ``phone_hash``: of the telephone; None where it is none."""

    channel: str
    address: str
    address_hash: str
    phone_hash: str | None = None
    lane: int = NORMAL_LANE
    name: str | None = None

    @property
    def place(self) -> Place:
        return Place(self.channel, self.address_hash)

    @property
    def hashes(self) -> tuple[str, ...]:
        """Under which the address may be kept while secrets change, the newest first; usually one."""
        return keyring.current().candidates(self.address_hash, self.address)


def conversations_of(session: Session, senders: Sequence[Sender], now: datetime) -> list[Conversation]:
    """The conversations with ``senders``, in their order; locked, and made where needed.

    Citizens are made first, then conversations, then all are locked, each in the same order everywhere, so that
    two workers cannot lock each other.
    """
    if any(len(sender.hashes) > 1 for sender in senders):
        return [conversation_of(session, sender, now) for sender in senders]
    of = {"addresses": list({sender.address_hash for sender in senders})}
    known = {Place(*row) for row in session.connection().execute(PLACES, of)}
    new = sorted((sender for sender in senders if sender.place not in known), key=lambda sender: sender.place)
    citizens = _citizens_of(session, new, now)
    rows = [_begun(sender, citizen, now) for sender, citizen in zip(new, citizens, strict=True)]
    insert_each_once(session, Conversation, rows)
    talks = {Place(talk.channel, talk.address_hash): talk for talk in session.scalars(OF_ADDRESSES, of)}
    return [talks[sender.place] for sender in senders]


def conversation_of(session: Session, sender: Sender, now: datetime) -> Conversation:
    """The conversation with ``sender``, locked; made with its citizen where there is none yet."""
    hashes = sender.hashes
    found = _known(session, sender.channel, hashes)
    if found is None and len(hashes) > 1:
        alone_with(session, hashes)
        found = _known(session, sender.channel, hashes)
    if found is not None:
        return found
    insert_once(session, Conversation, _begun(sender, _citizen_of(session, sender, now), now))
    return session.scalars(OF_ADDRESS, {"channel": sender.channel, "address": hashes[0]}).one()


def _citizens_of(session: Session, senders: Sequence[Sender], now: datetime) -> list[int]:
    """The ids of who writes, in their order: a WhatsApp and an SMS address of one number are one citizen."""
    named = {sender.phone_hash: sender for sender in senders if sender.phone_hash is not None}
    insert_each_once(session, Citizen, [_person(named[phone], phone, now) for phone in sorted(named)])
    ids = dict(session.connection().execute(OF_PHONES, {"phones": list(named)}).all()) if named else {}
    return [ids[each.phone_hash] if each.phone_hash else _citizen_of(session, each, now) for each in senders]


def _known(session: Session, channel: str, hashes: Sequence[str]) -> Conversation | None:
    found = (session.scalar(OF_ADDRESS, {"channel": channel, "address": one}) for one in hashes)
    return next((one for one in found if one is not None), None)


def _citizen_of(session: Session, sender: Sender, now: datetime) -> int:
    """One citizen's id, whatever secret the number is kept with."""
    phone = sender.phone_hash
    if phone is not None:
        hashes = keyring.current().candidates(phone, sender.address)
        if len(hashes) > 1:
            alone_with(session, hashes)
            under_one_hash(session, hashes)
        phone = hashes[0]
    new_id = insert_once(session, Citizen, _person(sender, phone, now))
    return new_id if new_id is not None else session.connection().execute(OF_PHONE, {"phone": phone}).scalar_one()


def _person(sender: Sender, phone: str | None, now: datetime) -> dict[str, Any]:
    return {"created_at": now, "phone_hash": phone, "name": sender.name, "hide_name": False}


def _begun(sender: Sender, citizen_id: int, now: datetime) -> dict[str, Any]:
    return {
        "channel": sender.channel,
        "address_hash": sender.hashes[0],
        "address": sender.address,
        "citizen_id": citizen_id,
        "language": "id",
        "created_at": now,
        "dialogue": {},
        "lane": sender.lane,
        "attempts": 0,
        "lease_token": 0,
    }
