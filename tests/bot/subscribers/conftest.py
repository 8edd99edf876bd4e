"""A city whose tickets are told of to other systems, on each database."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.rulebook import Rulebook
from bot.status import Move
from bot.subscribers import fanout, managing
from bot.subscribers.managing import Wish
from bot.tickets import tickets
from bot.tickets.tickets import By, Report
from storage.database import Database
from storage.models import Citizen, Conversation, OutboundMessage, Subscription, Ticket, TicketEvent
from tests.support.clock import MoveableClock

URL = "https://sistem.example/hook"


@dataclass
class Exchange:
    """Tickets, subscriptions, and what was written for them."""

    database: Database
    rulebook: Rulebook
    clock: MoveableClock
    _people: list[int] = field(default_factory=list)

    def subscribe(self, *types: str, agency: str = "", name: str = "Gudang data", user: int | None = None) -> int:
        wish = Wish(name, URL, types, agency)
        with self.database.begin() as session:
            made = managing.add(session, self.rulebook.city, wish, lambda url: None, user, self.clock.now())
            return made.id

    def subscription(self, number: int) -> Subscription:
        with self.database.read() as session:
            return session.get_one(Subscription, number)

    def change(self, number: int, **fields: Any) -> None:
        with self.database.begin() as session:
            row = session.get_one(Subscription, number)
            for name, value in fields.items():
                setattr(row, name, value)

    def fresh(self, **more: Any) -> str:
        """The number of a report that no agency has yet."""
        with self.database.begin() as session:
            return self.file(session, **more).number

    def ticket(self, **more: Any) -> str:
        """The number of a report that its agency has."""
        number = self.fresh(**more)
        self.forward(number)
        return number

    def forward(self, number: str) -> None:
        with self.database.begin() as session:
            ticket = tickets.by_number(session, number)
            ticket.forwarded_at = self.clock.now()
            tickets.move(session, self.rulebook, ticket, Move.FORWARD, By("clock", self.clock.now()))

    def file(self, session: Session, **more: Any) -> Ticket:
        """A ticket in a transaction of the test's own."""
        n = len(self._people)
        self._people.append(n)
        now = self.clock.now()
        citizen = Citizen(created_at=now, phone_hash=f"hash-{n}", name="Sari Contoh")
        session.add(citizen)
        session.flush()
        talk = Conversation(
            channel="simulator",
            address_hash=f"address-{n}",
            address=f"+6280000012{n:04d}",
            our_address="simulator",
            citizen_id=citizen.id,
            created_at=now,
        )
        session.add(talk)
        session.flush()
        usual = {
            "kind": "lapor",
            "service": "jalan_rusak",
            "story": "Lubang di depan rumah Sari Contoh 08123456789",
            "place": "Jl. Kenanga 5",
            "kelurahan": "Tebet Barat",
        }
        return tickets.open_ticket(session, self.rulebook, talk, Report(**(usual | more)), now)

    def move(self, number: str, *steps: Move, actor: str = "clock", note: str | None = None) -> None:
        for step in steps:
            with self.database.begin() as session:
                ticket = tickets.by_number(session, number)
                tickets.move(session, self.rulebook, ticket, step, By(actor, self.clock.now(), note))

    def happens(self, session: Session, number: str, kind: str = "deadline_moved") -> int:
        """Something that is told happens in a transaction of the test's own; the event's id."""
        ticket = tickets.by_number(session, number)
        tickets.record(session, ticket, kind, By("user:1", self.clock.now()))
        mine = select(func.max(TicketEvent.id)).where(TicketEvent.ticket_id == ticket.id)
        return session.scalars(mine).one()

    def tick(self) -> int:
        return fanout.run_due(self.database, self.rulebook, self.clock.now())

    def rows(self, subscription: int | None = None) -> Sequence[OutboundMessage]:
        ours = select(OutboundMessage).where(OutboundMessage.channel == "subscriber").order_by(OutboundMessage.id)
        with self.database.read() as session:
            found = session.scalars(ours).all()
        return [row for row in found if subscription is None or row.sender == f"subscriber:{subscription}"]

    def posts(self, subscription: int | None = None) -> list[dict[str, Any]]:
        return [json.loads(row.body["text"]) for row in self.rows(subscription)]

    def numbers(self, subscription: int | None = None) -> list[str]:
        """Of which tickets, in the order in which it was written."""
        with self.database.read() as session:
            return [session.get_one(Ticket, row.body["ticket"]).number for row in self.rows(subscription)]

    def told(self, subscription: int | None = None) -> list[tuple[str, int]]:
        """Types and numbers within the ticket, in the order in which they were written."""
        return [(post["type"], post["n"]) for post in self.posts(subscription)]


@pytest.fixture
def exchange(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Exchange:
    return Exchange(database, rulebook, clock)


@pytest.fixture
def small_exchange(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock) -> Exchange:
    """On one database only, where its kind makes no difference."""
    return Exchange(sqlite_database, rulebook, clock)
