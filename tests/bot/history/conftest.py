"""Two tickets with some history, and a page that somebody looked at."""

from dataclasses import dataclass

import pytest
from sqlalchemy import text

from bot import audit
from bot.history.checking import Problem
from bot.history.verifying import Tally, Wanted, verify
from bot.rulebook import Rulebook
from bot.tickets import tickets
from bot.tickets.tickets import By, Report
from storage.database import Database
from storage.models import Citizen, Conversation, Ticket
from tests.support.clock import MoveableClock

TOLD = "Pohon tumbang menimpa rumah Bu Siti"
DROP = {
    "sqlite": [
        f"DROP TRIGGER {table}_no_{verb}"
        for table in ("ticket_events", "audit_entries")
        for verb in ("update", "delete")
    ],
    "postgresql": [f"DROP TRIGGER {table}_append_only ON {table}" for table in ("ticket_events", "audit_entries")],
}


@dataclass
class Hall:
    """A database with histories, whoever opens it."""

    database: Database
    rulebook: Rulebook
    clock: MoveableClock
    numbers: list[str]

    def file(self, times: int = 1) -> None:
        """A new ticket for each, with four rows of history: filed, two additions, a look."""
        for _ in range(times):
            with self.database.begin() as session:
                ticket = self._ticket(session)
                self.numbers.append(ticket.number)
            for note in (f"{TOLD} {len(self.numbers)}", None):
                self.add(ticket.number, note)
            self.add(ticket.number, "terima kasih", {"stars": 5, "of": ["x", None, 1.5]})

    def add(self, number: str, note: str | None = None, data: dict[str, object] | None = None) -> None:
        self.clock.move(minutes=1)
        with self.database.begin() as session:
            ticket = tickets.by_number(session, number)
            tickets.record(session, ticket, "added", By("citizen", self.clock.now(), note), data)

    def look(self, subject: str, **data: object) -> None:
        with self.database.begin() as session:
            audit.record(session, None, audit.LOOKED, subject, self.clock.now(), data)

    def tamper(self, *statements: str) -> None:
        """Somebody with the database and without scruples."""
        with self.database.engine.begin() as connection:
            for drop in DROP[connection.dialect.name]:
                connection.execute(text(drop))
            for statement in statements:
                connection.execute(text(statement))

    def verify(self, wanted: Wanted = Wanted()) -> list[Problem]:  # noqa: B008 - a frozen value
        return self.counted(wanted)[1]

    def counted(self, wanted: Wanted = Wanted()) -> tuple[Tally, list[Problem]]:  # noqa: B008
        tally = Tally()
        return tally, list(verify(self.database, wanted, tally))

    def _ticket(self, session) -> Ticket:  # type: ignore[no-untyped-def]
        citizen = Citizen(created_at=self.clock.now())
        session.add(citizen)
        session.flush()
        talk = Conversation(channel="sms", address="+628", address_hash=f"h{len(self.numbers)}", citizen=citizen,
                            language="id", created_at=self.clock.now(), dialogue={}, lane=1)  # fmt: skip
        session.add(talk)
        session.flush()
        report = Report("lapor", "pohon", TOLD, place="Jl. Melati 5")
        return tickets.open_ticket(session, self.rulebook, talk, report, self.clock.now())


@pytest.fixture
def hall(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Hall:
    hall = Hall(database, rulebook, clock, [])
    hall.file(2)
    for subject in ("page:checks", "page:checks", "", f"ticket:{hall.numbers[0]}", "page:checks"):
        hall.look(subject, **({"q": "siti"} if subject == "page:checks" else {}))
    return hall
