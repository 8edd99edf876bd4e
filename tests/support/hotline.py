"""The whole number in one process: Twilio's webhook, the worker with a scripted model, and what it answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from bot.casework.rounds import Worker
from bot.intake.inbox import address_hash
from bot.rulebook import Rulebook
from bot.settings import Settings
from nlu.client import Understanding
from storage.database import Database
from storage.models import Conversation, Handover, InboundMessage, OutboundMessage, Ticket
from tests.standins.citizen import Citizen
from tests.support.clock import MoveableClock
from tests.support.desk import ScriptedNlu
from tests.support.settings import OUR_SMS, OUR_WHATSAPP
from tests.support.web import LINE, Form, Web, is_acknowledged


class RecordingNlu(ScriptedNlu):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def understand(self, texts: Sequence[str]) -> list[Understanding]:
        understood = super().understand(texts)
        self.asked += texts
        return understood


class Hotline:
    """The governor's number on a database, as citizens meet it."""

    def __init__(self, database: Database, rulebook: Rulebook, clock: MoveableClock, settings: Settings) -> None:
        self.database, self.rulebook, self.clock = database, rulebook, clock
        self.nlu = RecordingNlu()
        self.web = Web(database, rulebook, clock, settings)
        self.worker = Worker(database, rulebook, self.nlu, clock, "test")

    def citizen(self, by_sms: bool = False, **more: Any) -> Citizen:
        return Citizen(LINE, OUR_SMS if by_sms else OUR_WHATSAPP, **more)

    def understands(self, script: Mapping[str, Understanding]) -> None:
        self.nlu.script |= script

    def receive(self, *forms: Form) -> None:
        """Messages come in through the webhook; nobody has read them yet."""
        for form in forms:
            assert is_acknowledged(self.web.post(form))

    def work(self) -> None:
        """The worker does everything that is due now."""
        for _ in range(1_000):
            if not self.worker.round():
                return
        raise AssertionError("The worker never comes to an end.")

    def hear(self, *forms: Form) -> None:
        """Messages come in and are read once nothing more is waited for."""
        self.receive(*forms)
        self.work()
        self.clock.move(seconds=20)
        self.work()

    def capped_at(self, messages: int) -> None:
        """Another city's cap."""
        limits = self.rulebook.city.limits.model_copy(update={"messages_a_minute": messages})
        city = self.rulebook.city.model_copy(update={"limits": limits})
        self.worker = replace(self.worker, rulebook=replace(self.rulebook, city=city))

    def wordings(self, citizen: Citizen) -> list[str]:
        """The sentences that went to a citizen's address, by name."""
        return [message.wording for message in self._written(citizen)]

    def texts(self, citizen: Citizen) -> list[str]:
        return [message.body["text"] for message in self._written(citizen)]

    def sent(self) -> list[OutboundMessage]:
        """Everything that is to go out, to anybody."""
        with self.database.read() as session:
            return list(session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)))

    def inbox(self, citizen: Citizen) -> list[InboundMessage]:
        mine = InboundMessage.address_hash == address_hash(citizen.address)
        with self.database.read() as session:
            return list(session.scalars(select(InboundMessage).where(mine).order_by(InboundMessage.id)))

    def outcomes(self, citizen: Citizen) -> list[str | None]:
        return [message.outcome for message in self.inbox(citizen)]

    def conversation(self, citizen: Citizen) -> Conversation:
        with self.database.read() as session:
            return session.scalars(_conversation_of(citizen)).one()

    def tickets(self) -> list[Ticket]:
        with self.database.read() as session:
            return list(session.scalars(select(Ticket).order_by(Ticket.id)))

    def handovers(self) -> list[Handover]:
        with self.database.read() as session:
            return list(session.scalars(select(Handover).order_by(Handover.id)))

    def change(self, citizen: Citizen, step: Callable[[Conversation], object]) -> None:
        """Something else happens to a citizen's conversation."""
        with self.database.begin() as session:
            step(session.scalars(_conversation_of(citizen)).one())

    def _written(self, citizen: Citizen) -> list[OutboundMessage]:
        with self.database.read() as session:
            mine = session.scalars(_conversation_of(citizen).with_only_columns(Conversation.id)).one()
            sent = select(OutboundMessage).where(OutboundMessage.conversation_id == mine)
            return list(session.scalars(sent.order_by(OutboundMessage.id)))


def _conversation_of(citizen: Citizen) -> Any:
    return select(Conversation).where(Conversation.address_hash == address_hash(citizen.address))
