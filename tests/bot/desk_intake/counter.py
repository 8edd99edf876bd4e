"""An officer at the counter, on a number that a test steps."""

import itertools
from typing import Any

from sqlalchemy import select

from bot.accounts.accounts import create_user
from bot.delivery.delivery import Courier
from bot.desk_intake import filing
from bot.desk_intake.filing import Filed
from bot.desk_intake.taken import VISIT, Taken, tidy
from bot.intake import inbox
from bot.messages import EMAIL, SIMULATOR, SMS, WHATSAPP, Content, Incoming
from handlers.channels.local import LocalChannel
from nlu.client import Understanding
from storage.models import (
    Conversation,
    FollowUp,
    InboundMessage,
    Notice,
    OutboundMessage,
    Ticket,
    TicketEvent,
    User,
)
from tests.support.desk import Number

WORDS = "Jalan di depan SDN 05 Cempaka Putih berlubang besar, motor sering jatuh"
PHONE, E164 = "0812-9000 0001", "+6281290000001"
_forms = itertools.count(1)


class Counter:
    """Takes reports down, and looks at what became of them."""

    def __init__(self, number: Number) -> None:
        self.number = number
        channels = {name: LocalChannel() for name in (SIMULATOR, EMAIL, SMS, WHATSAPP)}
        number.courier = Courier(number.database, channels, number.clock, "courier", number.courier.pool)
        with number.database.begin() as session:
            create_user(session, "loket@jakarta.example", "kata sandi panjang", "coordinator", number.clock.now())
        with number.database.read() as session:
            self.officer = session.scalars(select(User.id)).one()

    def taken(self, **said: Any) -> Taken:
        fields = {
            "words": WORDS,
            "came_by": VISIT,
            "service": "jalan_rusak",
            "place": "depan SDN 05 Cempaka Putih",
        }
        return Taken(**{**fields, "once": f"form-{next(_forms):06d}", **said})

    def files(self, understood: Understanding | None = None, **said: Any) -> Filed:
        return self.files_again(self.taken(**said), understood)

    def files_again(self, taken: Taken, understood: Understanding | None = None) -> Filed:
        """This very form."""
        rulebook, now = self.number.rulebook, self.number.clock.now()
        sound = tidy(taken, rulebook.city)
        with self.number.database.begin() as session:
            return filing.file(session, rulebook, sound, understood, (), self.officer, now)

    def hears(self, text: str, means: Understanding | None = None) -> None:
        """Whoever left the number answers by SMS."""
        if means:
            self.number.nlu.script[text] = means
        message = Incoming(SMS, f"SM{next(_forms):032d}", E164, "+62800", Content(text=text), phone=E164)
        with self.number.database.begin() as session:
            inbox.store(session, message, self.number.rulebook.words, self.number.clock.now())
        self.number.work()

    def messages(self) -> list[InboundMessage]:
        with self.number.database.read() as session:
            return list(session.scalars(select(InboundMessage).order_by(InboundMessage.id)))

    def ticket(self, filed: Filed) -> Ticket:
        assert filed.ticket is not None
        with self.number.database.read() as session:
            found = session.get_one(Ticket, filed.ticket.id)
            assert found.events is not None
            assert found.conversation.citizen is not None
            session.expunge_all()
            return found

    def events(self, filed: Filed) -> list[TicketEvent]:
        return list(self.ticket(filed).events)

    def kinds(self, filed: Filed) -> list[str]:
        return [event.kind for event in self.events(filed)]

    def tickets(self) -> list[Ticket]:
        with self.number.database.read() as session:
            return list(session.scalars(select(Ticket).order_by(Ticket.id)))

    def outbox(self, channel: str | None = None) -> list[OutboundMessage]:
        """All that was written, or what went by one channel."""
        with self.number.database.read() as session:
            rows = session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)).all()
        return [row for row in rows if channel in (None, row.channel)]

    def waiting(self) -> list[str]:
        """What is still to happen: planned steps, and news that are kept back."""
        with self.number.database.read() as session:
            steps = session.scalars(select(FollowUp.kind).where(FollowUp.state == "waiting")).all()
            notices = session.scalars(select(Notice.wording).where(Notice.state == "waiting")).all()
        return [*steps, *notices]

    def talks(self) -> list[Conversation]:
        with self.number.database.read() as session:
            return list(session.scalars(select(Conversation).order_by(Conversation.id)))
