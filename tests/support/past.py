"""Messages in both directions and the provider's copies of them, as tests look at and steer them."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update

from bot.delivery.copies import Copies
from bot.intake import inbox
from bot.messages import SMS, WHATSAPP
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import Citizen, InboundMessage, MediaFile, OutboundMessage
from tests.support.archive import Archive
from tests.support.clock import MoveableClock
from tests.support.messages import by_whatsapp
from tests.support.outbox import Post

KEPT = timedelta(days=30)


@dataclass
class Past:
    """Messages in both directions on a database, and the provider that has copies of them."""

    database: Database
    rulebook: Rulebook
    clock: MoveableClock
    post: Post
    archive: Archive = field(default_factory=Archive)

    def copies(self, kept: timedelta | None = KEPT) -> Copies:
        return Copies(self.database, self.archive, self.clock, (WHATSAPP, SMS), kept)

    def came(self, state: str = "done", **message: Any) -> str:
        incoming = by_whatsapp(**message)
        with self.database.begin() as session:
            inbox.store(session, incoming, self.rulebook.words, self.clock.now())
            inbox.place_new(session, self.clock.now())
            mine = InboundMessage.external_id == incoming.external_id
            session.execute(update(InboundMessage).where(mine).values(state=state))
        return incoming.external_id

    def came_many(self, count: int) -> None:
        with self.database.begin() as session:
            for n in range(count):
                incoming = by_whatsapp(f"{n}", phone="+628000000001")
                inbox.store(session, incoming, self.rulebook.words, self.clock.now())
            session.execute(update(InboundMessage).values(state="done"))

    def went(self, provider_id: str | None, state: str = "delivered", **fields: Any) -> int:
        usual = {"provider_id": provider_id, "state": state, "sent_at": self.clock.now()}
        return self.post.write(**(usual | fields))

    def photo_is(self, state: str) -> None:
        with self.database.begin() as session:
            session.execute(update(MediaFile).values(state=state))

    def erased(self) -> None:
        with self.database.begin() as session:
            session.execute(update(Citizen).values(erased_at=self.clock.now()))

    def gone(self) -> list[str]:
        return sorted(provider_id for provider_id, _ in self.archive.forgotten)

    def left(self) -> int:
        """How many rows are not marked as deleted at the provider."""
        with self.database.read() as session:
            return sum(
                session.scalar(select(func.count(model.id)).where(model.copy_deleted_at.is_(None))) or 0
                for model in (InboundMessage, OutboundMessage)
            )
