"""Our numbers, and messages of which the webhook was lost, as tests look at and steer them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.intake import inbox
from bot.intake.reconciliation import Compared, Reconciler
from bot.messages import SMS, WHATSAPP, Incoming
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import Conversation, InboundMessage, Reconciliation
from tests.support.archive import Archive
from tests.support.clock import MoveableClock
from tests.support.messages import by_whatsapp
from tests.support.settings import OUR_SMS, OUR_WHATSAPP

HOUR = timedelta(hours=1)


@dataclass
class Line:
    """Our numbers, their inbox, and what the provider keeps."""

    database: Database
    rulebook: Rulebook
    clock: MoveableClock
    archive: Archive = field(default_factory=Archive)

    def reconciler(self) -> Reconciler:
        lines = {WHATSAPP: OUR_WHATSAPP, SMS: OUR_SMS}
        return Reconciler(self.database, self.rulebook.words, self.archive, self.clock, lines)

    def look(self, since: datetime | None = None) -> Compared:
        """Compare both numbers; the result of WhatsApp's."""
        return self.reconciler().run(since)[0]

    def lost(self, text: str = "halo", ago: timedelta = HOUR, files: int = 0, **more: Any) -> str:
        """A message whose webhook never came."""
        return self.archive.puts(by_whatsapp(text, **more), self.clock.now() - ago, files)

    def comes(self, message: Incoming | None = None) -> str:
        """A message whose webhook comes now, and which the provider keeps as well."""
        message = message or by_whatsapp()
        self.by_webhook(message)
        return self.archive.puts(message, self.clock.now())

    def by_webhook(self, message: Incoming) -> bool:
        with self.database.begin() as session:
            return inbox.store(session, message, self.rulebook.words, self.clock.now())

    def place(self) -> None:
        with self.database.begin() as session:
            inbox.place_new(session, self.clock.now())

    def stored(self) -> list[InboundMessage]:
        with self.database.read() as session:
            return list(session.scalars(select(InboundMessage).order_by(InboundMessage.id)))

    def ids(self) -> list[str]:
        return [row.external_id for row in self.stored()]

    def conversation(self) -> Conversation:
        with self.database.read() as session:
            return session.scalars(select(Conversation)).one()

    def through(self, line: str = WHATSAPP) -> datetime | None:
        with self.database.read() as session:
            row = session.get(Reconciliation, line)
        return row.through if row else None
