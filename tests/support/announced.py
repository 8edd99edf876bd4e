"""A quarter of the city in which people have open reports, and a coordinator who has something to tell them."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.announcements import announcements
from bot.announcements.announcements import Wish
from bot.announcements.planning import Plan
from bot.announcements.report import Report, report_of
from bot.delivery.delivery import Courier
from bot.delivery.failures import LATER
from bot.errors import RefusedError
from bot.messages import SMS, WHATSAPP, Channel, Outgoing, SendError, Sent
from bot.rulebook import Rulebook
from bot.tickets import tickets
from storage import keyring
from storage.database import Database
from storage.models import Announcement, Citizen, Conversation, OutboundMessage, User
from tests.support.clock import MoveableClock

FLOOD, OUTAGE, HERE, THERE = "banjir", "air_bersih", "Manggarai", "Rawajati"
PATIENCE_S = 20
TEXT = "Pintu air Manggarai siaga 2. Pindahkan kendaraan dan barang ke tempat tinggi malam ini."


@dataclass(frozen=True)
class Neighbour:
    """Somebody with an open report."""

    citizen_id: int
    conversation_id: int
    ticket_id: int
    address: str


class Quarter:
    """People on a database, stepped by the test."""

    def __init__(self, database: Database, rulebook: Rulebook, clock: MoveableClock) -> None:
        self.database, self.clock = database, clock
        self.rulebook = replace(rulebook, sms_line="sms")
        self.rina, self.budi = (self._user(name) for name in ("rina", "budi"))
        self._people = 0

    def with_city(self, **changes: Any) -> None:
        """Another configuration."""
        self.rulebook = replace(self.rulebook, city=self.rulebook.city.model_copy(update=changes))

    def neighbour(self, service: str = FLOOD, area: str | None = HERE, **more: Any) -> Neighbour:
        """A new citizen with an open report; what is not told is usual."""
        self._people += 1
        channel, phone = more.pop("channel", WHATSAPP), f"+62800000{self._people:04}"
        has_phone, wrote = more.pop("has_phone", True), more.pop("wrote", timedelta(hours=1))
        address = f"whatsapp:{phone}" if channel == WHATSAPP else phone
        now = self.clock.now()
        with self.database.begin() as session:
            citizen = Citizen(created_at=now, phone_hash=keyring.current().lookup(phone) if has_phone else None)
            session.add(citizen)
            session.flush()
            talk = Conversation(
                channel=channel, address_hash=address, address=address, citizen_id=citizen.id, created_at=now,
                last_inbound_at=now - wrote, language=more.pop("language", "id"), dialogue={},
            )  # fmt: skip
            session.add(talk)
            session.flush()
        ticket_id = self.report(talk.id, service, area, **more)
        return Neighbour(citizen.id, talk.id, ticket_id, address)

    def report(self, conversation_id: int, service: str = FLOOD, area: str | None = HERE, **more: Any) -> int:
        """Somebody's report; its id."""
        told = {"kind": "lapor", "service": service, "story": "banjir di sini", "kelurahan": area, **more}
        with self.database.begin() as session:
            conversation = session.get_one(Conversation, conversation_id)
            report = tickets.Report(**told)
            return tickets.open_ticket(session, self.rulebook, conversation, report, self.clock.now()).id

    def second_address(self, who: Neighbour, number: str) -> int:
        """The same person writes by SMS, too; the id of that conversation."""
        with self.database.begin() as session:
            talk = Conversation(channel=SMS, address_hash=number, address=number, citizen_id=who.citizen_id,
                                created_at=self.clock.now(), dialogue={})  # fmt: skip
            session.add(talk)
            session.flush()
            return talk.id

    def change(self, model: type[Any], row_id: int, **values: Any) -> None:
        """Something else happens to a row."""
        with self.database.begin() as session:
            row = session.get_one(model, row_id)
            for name, value in values.items():
                setattr(row, name, value)

    def opts_out(self, who: Neighbour) -> None:
        self.change(Citizen, who.citizen_id, opted_out_at=self.clock.now())

    def drafts(self, text: str = TEXT, service: str | None = FLOOD, *areas: str, **more: Any) -> int:
        """The coordinator writes; the id."""
        with self.database.begin() as session:
            wish = Wish(text, service, areas)
            return announcements.draft(session, self.rulebook, wish, self.rina, self.clock.now(), **more).id

    def plan(self, announcement_id: int) -> Plan:
        with self.database.read() as session:
            row = session.get_one(Announcement, announcement_id)
            return announcements.plan(session, self.rulebook, row, self.clock.now())

    def starts(self, announcement_id: int, by: int | None = None, seen: int | None = 1_000) -> bool:
        with self.database.begin() as session:
            now = self.clock.now()
            return announcements.start(session, self.rulebook, announcement_id, by or self.rina, seen, now)

    def stops(self, announcement_id: int, by: int | None = None) -> bool:
        with self.database.begin() as session:
            return announcements.stop(session, announcement_id, by or self.rina, self.clock.now())

    def begun(self, *arguments: Any) -> int:
        """Written, looked at and started; the id."""
        announcement_id = self.drafts(*arguments)
        self.starts(announcement_id)
        return announcement_id

    def tick(self, **later: float) -> int:
        """Time goes by, and what is due then is written."""
        self.clock.move(**later)
        return announcements.run_due(self.database, self.rulebook, self.clock.now())

    def send(self, channels: Mapping[str, Channel]) -> None:
        """The courier tries everything that is due now, at the city's real rates."""
        until = time.monotonic() + PATIENCE_S
        with ThreadPoolExecutor(1) as pool:
            courier = Courier(self.database, channels, self.clock, "courier", pool, self.rulebook)
            while self._is_due():
                assert time.monotonic() < until, "The courier leaves something behind."
                courier.round()

    def row(self, announcement_id: int) -> Announcement:
        with self.database.read() as session:
            return session.get_one(Announcement, announcement_id)

    def report_of(self, announcement_id: int) -> Report:
        with self.database.read() as session:
            return report_of(session, session.get_one(Announcement, announcement_id))

    def written(self) -> list[OutboundMessage]:
        """All messages of announcements, oldest first."""
        mine = select(OutboundMessage).where(OutboundMessage.announcement_id.is_not(None))
        with self.database.read() as session:
            return list(session.scalars(mine.order_by(OutboundMessage.id)))

    def told(self) -> list[str]:
        """Whom something was written to, oldest first."""
        return [message.recipient for message in self.written()]

    def count(self, model: type[Any]) -> int:
        with self.database.read() as session:
            return session.scalars(select(func.count()).select_from(model)).one()

    def _is_due(self) -> bool:
        waiting = select(OutboundMessage.id).where(OutboundMessage.state == "waiting")
        with self.database.read() as session:
            return session.scalar(waiting.where(OutboundMessage.due_at <= self.clock.now()).limit(1)) is not None

    def _user(self, name: str) -> int:
        with self.database.begin() as session:
            user = User(email=f"{name}@jakarta.example", password_hash="", created_at=self.clock.now())
            session.add(user)
            session.flush()
            return user.id


class Mobile:
    """A provider that takes ``most`` messages, and then has enough."""

    def __init__(self, most: int) -> None:
        self.most, self.taken = most, list[Outgoing]()
        self.before_send: Callable[[], object] = lambda: None

    def send(self, message: Outgoing) -> Sent:
        self.before_send()
        if len(self.taken) >= self.most:
            raise SendError(LATER, "429")
        self.taken.append(message)
        return Sent(f"SM{len(self.taken)}", delivered=True)

    def find_sent(self, message: Outgoing, known: frozenset[str]) -> str | None:
        return None


def refusal(step: Callable[[], Any]) -> str:
    """What is said about it."""
    with pytest.raises(RefusedError) as caught:
        step()
    return str(caught.value)
