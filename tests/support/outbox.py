"""Outgoing messages on a database, and a provider that a test directs."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from bot.delivery import failures
from bot.delivery.delivery import Courier
from bot.delivery.reports import record_status
from bot.messages import SMS, WHATSAPP, Channel, Outgoing, SendError, Sent
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import Citizen, Conversation, OutboundMessage
from tests.support.clock import MoveableClock
from tests.support.messages import PHONE
from tests.support.settings import OUR_SMS, OUR_WHATSAPP

Outcome = Sent | Exception | None


@dataclass
class Provider:
    """Takes every message, unless the next outcome says otherwise; knows what it has taken.

    As many of its answers as ``lose_answers`` says never reach us, though it took the message.
    """

    taken: list[tuple[str, str]] = field(default_factory=list)  # our text, its id
    outcomes: list[Outcome] = field(default_factory=list)
    lose_answers: int = 0
    deaf: bool = False  # cannot be asked what it took
    crash_on: str = ""  # a text whose look-up goes wrong
    before_send: Callable[[Outgoing], Any] = lambda message: None
    after_find: Callable[[Outgoing], Any] = lambda message: None
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def send(self, message: Outgoing) -> Sent:
        self.before_send(message)
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if isinstance(outcome, Exception):
            raise outcome
        sent = outcome or Sent(f"SM{next(self._numbers)}")
        self.taken.append((message.text, sent.provider_id))
        if self.lose_answers:
            self.lose_answers -= 1
            raise SendError("in_doubt", "ReadTimeout")
        return sent

    def find_sent(self, message: Outgoing, known: frozenset[str]) -> str | None:
        if message.text == self.crash_on:
            raise ValueError("no JSON")
        if self.deaf:
            raise SendError("in_doubt", "503")
        found = next((sid for text, sid in self.taken if text == message.text and sid not in known), None)
        self.after_find(message)
        return found

    @property
    def texts(self) -> list[str]:
        return [text for text, _ in self.taken]


class Post:
    """One courier, its outbox and its provider."""

    def __init__(self, database: Database, clock: MoveableClock) -> None:
        self.database, self.clock, self.provider, self.by_sms = database, clock, Provider(), Provider()
        self.rulebook: Rulebook | None = None
        self.conversation_id = self.conversation()
        self._pools: list[ThreadPoolExecutor] = []

    def courier(self, owner: str = "one", threads: int = 4, **more: Any) -> Courier:
        """Sends WhatsApp, and SMS where there is a rulebook that says that it may."""
        self._pools.append(ThreadPoolExecutor(threads))
        channels: dict[str, Channel] = {WHATSAPP: self.provider, **({SMS: self.by_sms} if self.rulebook else {})}
        return Courier(self.database, channels, self.clock, owner, self._pools[-1], self.rulebook, **more)

    def close(self) -> None:
        for pool in self._pools:
            pool.shutdown()

    def write(self, text: str = "Halo", **fields: Any) -> int:
        """Put a message into the outbox; its id."""
        usual = {
            "key": f"test:{text}:{next(_keys)}",
            "channel": WHATSAPP,
            "recipient": f"whatsapp:{PHONE}",
            "sender": OUR_WHATSAPP,
            "conversation_id": self.conversation_id,
            "wording": "greeting",
            "body": {"text": text},
            "created_at": self.clock.now(),
            "due_at": self.clock.now(),
        }
        with self.database.begin() as session:
            row = OutboundMessage(**(usual | fields))
            session.add(row)
            session.flush()
            return row.id

    def row(self, row_id: int) -> OutboundMessage:
        with self.database.read() as session:
            return session.get_one(OutboundMessage, row_id)

    def states(self) -> list[str]:
        with self.database.read() as session:
            return list(session.scalars(select(OutboundMessage.state).order_by(OutboundMessage.id)))

    def count(self, state: str | None = None) -> int:
        """How many messages there are, in this state or in any."""
        counted = select(func.count()).select_from(OutboundMessage)
        with self.database.read() as session:
            return session.scalars(counted.where(OutboundMessage.state == state) if state else counted).one()

    def errors(self) -> set[str]:
        """Every error that a message has now."""
        with self.database.read() as session:
            return {error for error in session.scalars(select(OutboundMessage.error).distinct()) if error}

    def reports(
        self,
        row_id: int | None,
        provider_id: str,
        *states: str,
        error: str | None = None,
        kind: str = failures.FINAL,
    ) -> bool:
        """Status callbacks one after the other; whether any said something new. ``kind``: what ``error`` means."""
        more: dict[str, Any] = {"kind": kind, "rulebook": self.rulebook}
        with self.database.begin() as session:
            now = self.clock.now()
            news = [record_status(session, row_id, provider_id, state, error, now, **more) for state in states]
        return any(news)

    def conversation(self, phone: str = PHONE, channel: str = WHATSAPP, citizen_id: int | None = None) -> int:
        """Somebody who has written to us; the id of their conversation."""
        address = f"whatsapp:{phone}" if channel == WHATSAPP else phone
        with self.database.begin() as session:
            if citizen_id is None:
                citizen = Citizen(created_at=self.clock.now())
                session.add(citizen)
                session.flush()
                citizen_id = citizen.id
            conversation = Conversation(
                channel=channel,
                address_hash=f"hash of {address}",
                address=address,
                our_address=OUR_WHATSAPP if channel == WHATSAPP else OUR_SMS,
                citizen_id=citizen_id,
                created_at=self.clock.now(),
                last_inbound_at=self.clock.now(),
                dialogue={},
            )
            session.add(conversation)
            session.flush()
            return conversation.id

    def person(self, conversation_id: int | None = None) -> Conversation:
        """A conversation with its citizen, as they stand."""
        with self.database.read() as session:
            wanted = joinedload(Conversation.citizen)
            return session.get_one(Conversation, conversation_id or self.conversation_id, options=[wanted])

    def rows(self) -> list[OutboundMessage]:
        with self.database.read() as session:
            return list(session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)))


_keys = itertools.count()


def seconds_between(earlier: datetime, later: datetime) -> float:
    return (later - earlier).total_seconds()
