"""The number without processes: citizens write, time moves, and everything that is due is done when asked for."""

import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from bot.agencies import work as agency_work
from bot.agencies.work import Desk
from bot.casework.rounds import Worker
from bot.delivery.delivery import Courier
from bot.desk import coordination
from bot.following import followups, rechecks
from bot.incidents import members
from bot.intake import inbox
from bot.messages import SIMULATOR, Content, Incoming
from bot.rulebook import Rulebook
from handlers.channels.local import LocalChannel
from nlu.client import Guess, NluUnavailableError, Place, Understanding
from storage.database import Database
from storage.models import Alarm, Conversation, FollowUp, Notice, OutboundMessage, Recheck, Ticket, User
from storage.types import UtcDateTime
from tests.support.clock import MoveableClock

# What every line's own statement asks for as well.
DUE_TO_GO = (
    select(OutboundMessage.id)
    .where(OutboundMessage.state == "waiting", OutboundMessage.due_at <= bindparam("now", type_=UtcDateTime))
    .limit(1)
)


def meaning(
    intent: str,
    service: str = "",
    *,
    faq: str = "",
    place: str = "",
    sure: float = 0.95,
    also: tuple[str, ...] = (),
) -> Understanding:
    """What the model makes of a text."""
    return Understanding(
        intents=(Guess(intent, sure),),
        services=(Guess(service, 0.95),) if service else (),
        faqs=(Guess(faq, 0.95),) if faq else (),
        also=also,
        place=Place(place) if place else None,
    )


class ScriptedNlu:
    """Understands what it was told about; away when a test says so."""

    def __init__(self) -> None:
        self.script: dict[str, Understanding] = {}
        self.away = False

    def understand(self, texts: Sequence[str]) -> list[Understanding]:
        if self.away:
            raise NluUnavailableError("away")
        return [self.script.get(text, meaning("di_luar_cakupan")) for text in texts]


class Number:
    """One city's number on a database, stepped by the test."""

    def __init__(
        self, database: Database, rulebook: Rulebook, clock: MoveableClock, pool: ThreadPoolExecutor
    ) -> None:
        self.database, self.clock = database, clock
        self.rulebook = replace(rulebook, gives_unverified=True, forward_delay=timedelta(minutes=3))
        self.nlu = ScriptedNlu()
        channels = {name: LocalChannel() for name in (SIMULATOR, "email")}
        self.courier = Courier(database, channels, clock, "courier", pool)

    def worker(self, owner: str = "one") -> Worker:
        return Worker(self.database, self.rulebook, self.nlu, self.clock, owner)

    def hears(self, text: str, means: Understanding | None = None, *, who: str = "sim:1", **content: Any) -> None:
        """A citizen's message comes in; nothing is done about it yet."""
        if means:
            self.nlu.script[text] = means
        message = Incoming(SIMULATOR, uuid.uuid4().hex, who, "sim", Content(text=text, **content))
        with self.database.begin() as session:
            inbox.store(session, message, self.rulebook.words, self.clock.now())

    def work(self) -> None:
        """Do all that is due at this moment."""
        for _ in range(20):
            done = self.worker().round() + self.follow_up() + self.send()
            if not done:
                return
        raise AssertionError("There is no end to the work.")

    def follow_up(self) -> int:
        now = self.clock.now()
        return sum(due.run_due(self.database, self.rulebook, now) for due in (rechecks, followups, members))

    def send(self) -> int:
        """A round of the courier, who asks for each channel; none where one question tells that nothing is due."""
        with self.database.read() as session:
            is_due = session.scalar(DUE_TO_GO, {"now": self.clock.now()})
        return self.courier.round() if is_due else 0

    def later(self, **parts: float) -> None:
        """Time goes by, and what falls due meanwhile is done."""
        until = self.clock.now() + timedelta(**parts)
        self.work()
        self.pass_time(until)
        self.work()

    def pass_time(self, until: datetime) -> None:
        """From one thing that falls due to the next."""
        while (due := self._next_due()) is not None and due <= until:
            self.clock.at = due
            self.work()
        self.clock.at = until

    def _next_due(self) -> datetime | None:
        with self.database.read() as session:
            found = [at for query in self.due_times(self.clock.now()) if (at := session.scalar(query)) is not None]
        return min(found, default=None)

    def due_times(self, now: datetime) -> tuple[Select[tuple[datetime | None]], ...]:
        """When what waits falls due next."""
        return (
            select(func.min(Conversation.wake_at)).where(Conversation.wake_at > now),
            select(func.min(FollowUp.due_at)).where(FollowUp.state == "waiting", FollowUp.due_at > now),
            select(func.min(Recheck.due_at)).where(Recheck.state == "waiting", Recheck.due_at > now),
            select(func.min(OutboundMessage.due_at)).where(
                OutboundMessage.state == "waiting", OutboundMessage.due_at > now
            ),
            select(func.min(Alarm.next_at)).where(Alarm.next_at > now),
            select(func.min(Notice.due_at)).where(Notice.state == "waiting", Notice.due_at > now),
        )

    def says(self, text: str, means: Understanding | None = None, **more: Any) -> list[str]:
        """A citizen writes, waits a minute, and reads what came back."""
        before = len(self.replies(more.get("who", "sim:1")))
        self.hears(text, means, **more)
        self.work()
        self.clock.move(minutes=1)
        self.work()
        return self.replies(more.get("who", "sim:1"))[before:]

    def replies(self, who: str = "sim:1") -> list[str]:
        """All that a citizen was sent, oldest first."""
        return [row.body["text"] for row in self._outbox() if row.recipient == who]

    def said(self) -> list[str]:
        """All that citizens were sent, oldest first."""
        return [row.body["text"] for row in self._outbox() if row.channel != "email"]

    def wordings(self, who: str = "sim:1") -> list[str]:
        return [row.wording for row in self._outbox() if row.recipient == who]

    def letters(self) -> list[str]:
        """Subjects of the e-mails to agencies, oldest first."""
        return [row.body.get("subject", "") for row in self._outbox() if row.channel == "email"]

    def agency(self, action: str, *arguments: Any) -> None:
        """The agency of the newest ticket does something."""
        with self.newest_ticket() as (session, ticket):
            desk = Desk(session, self.rulebook, ticket, ticket.agency, self.clock.now())
            getattr(agency_work, action)(desk, *arguments)
        self.work()

    def passed_on(self, agency: str) -> None:
        """A coordinator gives the newest ticket to ``agency``."""
        with self.newest_ticket() as (session, ticket):
            user = User(email="rina@jakarta.example", password_hash="-", created_at=self.clock.now())
            session.add(user)
            session.flush()
            coordination.pass_on(session, self.rulebook, ticket, agency, user.id, self.clock.now())

    @contextmanager
    def newest_ticket(self) -> Iterator[tuple[Session, Ticket]]:
        with self.database.begin() as session:
            yield session, session.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()

    def ticket(self) -> Ticket:
        with self.newest_ticket() as (session, ticket):
            assert ticket.events is not None
            session.expunge_all()
            return ticket

    def _outbox(self) -> list[OutboundMessage]:
        with self.database.read() as session:
            return list(session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)))
