"""A city's tickets moved by hand, and its figures counted: what tests of the leadership's figures start from."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.figures import counting
from bot.figures.behind import tickets_behind
from bot.figures.period import DAY, start_of
from bot.rulebook import Rulebook
from bot.status import Move
from bot.tickets import tickets
from bot.tickets.tickets import By, Report
from storage.database import Database
from storage.models import Citizen, Conversation, InboundMessage, OutboundMessage, Ticket
from storage.queries.figures.behind import Behind
from storage.queries.figures.reading import Cost, Counts, Range, by_key, costs, of_key, spans
from tests.support.clock import MoveableClock

BINA_MARGA = "agency:bina_marga"
TALKS = itertools.count(1)
KEYS = itertools.count(1)


@dataclass
class Figured:
    """Tickets, messages and their figures, as of the clock's time."""

    database: Database
    rulebook: Rulebook
    clock: MoveableClock
    _talks: dict[str, int] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.clock.now().astimezone(self.rulebook.city.zone).date()

    # -- what happens ---------------------------------------------------------

    def talk(self, channel: str = "whatsapp") -> int:
        """Somebody's conversation on a channel, the same one each time."""
        if channel not in self._talks:
            with self.database.begin() as session:
                citizen = Citizen(created_at=self.clock.now())
                session.add(citizen)
                session.flush()
                talk = Conversation(channel=channel, address_hash=f"h{next(TALKS)}", address="+628000001234",
                                    citizen_id=citizen.id, created_at=self.clock.now(), dialogue={})  # fmt: skip
                session.add(talk)
                session.flush()
                self._talks[channel] = talk.id
        return self._talks[channel]

    def filed(self, service: str = "jalan_rusak", channel: str = "whatsapp", **more: Any) -> int:
        """A report comes in; ``more`` as :class:`bot.tickets.tickets.Report`, or a column of the ticket."""
        told = {"kind": "lapor", "service": service, "story": "Jalan berlubang"}
        columns = {name: more.pop(name) for name in ("came_by", "sealed") if name in more}
        with self.database.begin() as session:
            talk = session.get_one(Conversation, self.talk(channel))
            report = Report(**(told | more))
            opened = tickets.open_ticket(session, self.rulebook, talk, report, self.clock.now())
            for name, value in columns.items():
                setattr(opened, name, value)
            return opened.id

    def forwarded(self, *arguments: Any, **more: Any) -> int:
        """A report that its agency has."""
        ticket_id = self.filed(*arguments, **more)
        self.move(ticket_id, Move.FORWARD, "clock")
        return ticket_id

    def claimed(self, *arguments: Any, **more: Any) -> int:
        """A report that its agency says it has dealt with, all within one moment."""
        ticket_id = self.forwarded(*arguments, **more)
        self.move(ticket_id, Move.CLAIM, BINA_MARGA)
        return ticket_id

    def move(self, ticket_id: int, step: Move, actor: str = "citizen") -> None:
        with self.of(ticket_id) as (session, ticket):
            tickets.move(session, self.rulebook, ticket, step, By(actor, self.clock.now()))

    @contextmanager
    def of(self, ticket_id: int) -> Iterator[tuple[Session, Ticket]]:
        """A ticket, and a transaction to do something else to it in."""
        with self.database.begin() as session:
            yield session, session.get_one(Ticket, ticket_id)

    def came(self, channel: str = "whatsapp", **columns: Any) -> int:
        """A message from a citizen."""
        usual = {
            "channel": channel, "external_id": f"SM{next(KEYS)}", "address_hash": "h", "address": "x",
            "received_at": self.clock.now(), "state": "done", "text": "", "content": {}, "raw": {},
            "conversation_id": self.talk(channel), "done_at": self.clock.now(), "outcome": "answered",
        }  # fmt: skip
        with self.database.begin() as session:
            message = InboundMessage(**(usual | columns))
            session.add(message)
            session.flush()
            return message.id

    def went(self, channel: str = "whatsapp", **columns: Any) -> None:
        """A message that was sent."""
        usual = {
            "key": f"key-{next(KEYS)}", "channel": channel, "recipient": "x", "wording": "greeting",
            "body": {"text": ""}, "created_at": self.clock.now(), "due_at": self.clock.now(), "state": "accepted",
            "sent_at": self.clock.now(), "conversation_id": self.talk(channel),
        }  # fmt: skip
        with self.database.begin() as session:
            session.add(OutboundMessage(**(usual | columns)))

    # -- what is counted ------------------------------------------------------

    def count(self) -> int:
        """Tick until nothing is due; how many days were counted."""
        counted = 0
        while days := self.tick():
            counted += days
        return counted

    def count_only(self, *days: date) -> None:
        """Count these days and no others."""
        for day in days:
            assert counting.count_day(self.database, self.rulebook, day, self.clock.now())

    def tick(self) -> int:
        return counting.run_due(self.database, self.rulebook, self.clock.now())

    def counts(self, day: date | None = None, of: tuple[str, str] = ("all", ""), span: str = DAY) -> Counts:
        """What was counted on a day; today's where no day is given."""
        day = day or self.today
        with self.database.read() as session:
            return of_key(session, Range(span, day, day), *of)

    def keys(self, dimension: str, day: date | None = None, span: str = DAY) -> dict[str, Counts]:
        day = day or self.today
        with self.database.read() as session:
            return by_key(session, Range(span, day, day), dimension)

    def spans(self, dimension: str, measure: str, day: date | None = None) -> dict[str, dict[int, int]]:
        day = day or self.today
        with self.database.read() as session:
            return spans(session, Range(DAY, day, day), dimension, measure)

    def costs(self, dimension: str = "channel", day: date | None = None) -> list[Cost]:
        day = day or self.today
        with self.database.read() as session:
            return costs(session, Range(DAY, day, day), dimension)

    def behind(
        self, figure: str, first: date | None = None, last: date | None = None, of: tuple[str, str] = ("all", ""),
        limit: int = 1_000, offset: int = 0,
    ) -> Behind:  # fmt: skip
        """The tickets behind a figure of whole days; of today's where no day is given."""
        start = start_of(first or self.today, self.rulebook.city.zone)
        end = start_of(date.fromordinal((last or first or self.today).toordinal() + 1), self.rulebook.city.zone)
        with self.database.read() as session:
            return tickets_behind(session, self.rulebook, figure, start, end, *of, limit=limit, offset=offset)


def moment(text: str) -> datetime:
    """A time in Jakarta: ``2026-11-24 23:30``."""
    return datetime.fromisoformat(f"{text.replace(' ', 'T')}+07:00")
