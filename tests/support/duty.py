"""People on duty, an emergency, and what reaches their telephones."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.conversation.turn import Reply
from bot.delivery.delivery import Courier
from bot.duty import command, duty, roster
from bot.duty.duty import Taking
from bot.intake import inbox
from bot.messages import Channel
from bot.rulebook import Rulebook
from bot.tickets import tickets
from bot.tickets.tickets import Report
from storage import keyring
from storage.database import Database
from storage.models import Alarm, Conversation, InboundMessage, OutboundMessage, Ticket, TicketEvent, User
from tests.support.clock import MoveableClock
from tests.support.messages import by_whatsapp

CITIZEN = "+628000009999"
STORY = "Rumah tetangga terbakar, NIK saya 3171234567890001 hp 081200000001"


class Station:
    """A city's people on duty on a database, stepped by the test."""

    def __init__(self, database: Database, rulebook: Rulebook, clock: MoveableClock) -> None:
        self.database, self.rulebook, self.clock = database, rulebook, clock

    def with_policy(self, **changes: Any) -> None:
        city = self.rulebook.city
        duty_policy = city.duty.model_copy(update=changes)
        self.rulebook = replace(self.rulebook, city=city.model_copy(update={"duty": duty_policy}))

    def with_template(self, **sids: str) -> None:
        self.rulebook = replace(self.rulebook, city=self.rulebook.city.model_copy(update={"templates": sids}))

    def person(self, name: str, phone: str = "", role: str = "coordinator", **more: Any) -> int:
        """An account; the id."""
        with self.database.begin() as session:
            user = User(email=f"{name}@jakarta.example", password_hash="", role=role,
                        created_at=self.clock.now(), **more)  # fmt: skip
            if phone:
                user.phone, user.phone_hash = phone, keyring.current().lookup(phone)
            session.add(user)
            session.flush()
            return user.id

    def shift(self, user_id: int, hours: int = 8) -> None:
        """From now on for so many hours."""
        now = self.clock.now()
        with self.database.begin() as session:
            roster.add_shift(session, user_id, now, now + timedelta(hours=hours), now)

    def hears(self, text: str, phone: str = CITIZEN) -> int:
        """Somebody writes; the id of their conversation."""
        incoming = by_whatsapp(text, phone)
        with self.database.begin() as session:
            inbox.store(session, incoming, self.rulebook.words, self.clock.now())
            inbox.place_new(session, self.clock.now())
            mine = select(InboundMessage.conversation_id).where(InboundMessage.external_id == incoming.external_id)
            found = session.scalars(mine).one()
            assert found
            return found

    def emergency(self, story: str = STORY, **more: Any) -> str:
        """An urgent report; its number."""
        conversation_id = self.hears(story)
        usual = {"kind": "lapor", "service": "kebakaran", "story": story, "urgent": True}
        with self.database.begin() as session:
            conversation = session.get_one(Conversation, conversation_id)
            report = Report(**(usual | more))
            ticket = tickets.open_ticket(session, self.rulebook, conversation, report, self.clock.now())
            duty.raise_alarm(session, ticket, self.clock.now())
            return ticket.number

    def tick(self, **later: float) -> int:
        """Time goes by, and what is due then is done once."""
        self.clock.move(**later)
        return duty.run_due(self.database, self.rulebook, self.clock.now())

    def replies(self, phone: str, text: str) -> Reply | None:
        """What somebody on duty is answered."""
        conversation_id = self.hears(text, phone)
        with self.database.begin() as session:
            conversation = session.get_one(Conversation, conversation_id)
            return command.command(session, self.rulebook, conversation, text, self.clock.now())

    def takes(self, number: str, user_id: int) -> Taking:
        with self.database.begin() as session:
            alarm = session.scalars(select(Alarm).join(Ticket).where(Ticket.number == number)).one()
            user = session.get_one(User, user_id)
            return duty.take(session, self.rulebook, alarm, user, self.clock.now())

    def send(self, channels: Mapping[str, Channel]) -> None:
        """The courier sends what is due."""
        with ThreadPoolExecutor(2) as pool:
            courier = Courier(self.database, channels, self.clock, "courier", pool)
            while courier.round():
                pass

    def rows(self, *wordings: str) -> list[OutboundMessage]:
        """What was written to the telephones of people on duty, oldest first."""
        found = select(OutboundMessage).where(OutboundMessage.wording.in_(wordings or duty.ALARMS))
        with self.database.read() as session:
            return list(session.scalars(found.order_by(OutboundMessage.id)))

    def phones(self, *wordings: str) -> list[str]:
        return [row.recipient for row in self.rows(*wordings)]

    def alarm(self, number: str) -> Alarm:
        with self.database.read() as session:
            return session.scalars(select(Alarm).join(Ticket).where(Ticket.number == number)).one()

    def events(self, number: str) -> list[tuple[str, str]]:
        mine = select(TicketEvent.kind, TicketEvent.actor).join(Ticket).where(Ticket.number == number)
        with self.database.read() as session:
            return [tuple(row) for row in session.execute(mine.order_by(TicketEvent.id))]

    def to_citizen(self) -> list[str]:
        with self.database.read() as session:
            sent = select(OutboundMessage.wording).where(OutboundMessage.conversation_id.is_not(None))
            return list(session.scalars(sent.order_by(OutboundMessage.id)))
