"""A web process in miniature: the real app on a SQLite file, with a clock that a test can move."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from bot.clock import SimulatedClock
from bot.outgoing import agency_mail
from bot.rulebook import Rulebook
from bot.settings import Settings
from bot.status import Move
from bot.tickets import tickets
from bot.tickets.tickets import By, Report
from handlers.auth import create_user
from handlers.edge import Edge
from handlers.web import create_web
from storage import keyring
from storage.database import Database
from storage.keyring import Keyring
from storage.models import (
    Base,
    Citizen,
    Conversation,
    Handover,
    InboundMessage,
    OutboundMessage,
    Ticket,
    TicketEvent,
    User,
)
from tests.support.templates import compiled_once

PASSWORD = "kata sandi panjang"
PHONE = "+62800000123"
NAME = "Sari Contoh"


@dataclass
class CityHall:
    """The app, its database, and short ways to bring about what a test starts from."""

    app: Flask
    database: Database
    rulebook: Rulebook
    times: list[datetime]
    machine: list[datetime]
    _people: list[int] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.times[-1]

    def wait(self, **span: int) -> None:
        """Let time pass, as the simulator's clock does: whoever is logged in stays so."""
        self.times.append(self.now + timedelta(**span))

    def leave(self, **span: int) -> None:
        """Nobody does anything at their desks for so long."""
        self.wait(**span)
        self.machine.append(self.machine[-1] + timedelta(**span))

    def browser(self) -> FlaskClient:
        """A browser of its own, with its own cookies."""
        return self.app.test_client()

    def coordinator(self, email: str = "rina@jakarta.example") -> FlaskClient:
        """A browser in which a coordinator has logged in."""
        with self.database.begin() as session:
            create_user(session, email, PASSWORD, "coordinator", self.now)
        browser = self.browser()
        page = browser.get("/login")
        form = {"email": email, "password": PASSWORD, "csrf_token": csrf_of(page)}
        assert browser.post("/login", data=form).status_code == 302
        return browser

    def user_id(self, email: str = "rina@jakarta.example") -> int:
        with self.database.read() as session:
            return session.scalars(select(User.id).where(User.email == email)).one()

    def conversation(self) -> int:
        """Somebody who wrote to us."""
        n = len(self._people)
        with self.database.begin() as session:
            citizen = Citizen(created_at=self.now, phone_hash=f"hash-{n}", name=NAME)
            session.add(citizen)
            session.flush()
            talk = Conversation(
                channel="whatsapp",
                address_hash=f"address-{n}",
                address=f"whatsapp:{PHONE}{n}",
                our_address="whatsapp:+62800000999",
                citizen_id=citizen.id,
                created_at=self.now,
            )
            session.add(talk)
            session.flush()
            self._people.append(talk.id)
            return talk.id

    def ticket(self, story: str = "Jalan berlubang di depan pasar", **more: Any) -> str:
        """The number of a report that has not gone out yet."""
        report = Report(**{"kind": "lapor", "service": "jalan_rusak", "story": story, **more})
        talk = self.conversation()
        with self.database.begin() as session:
            found = session.get_one(Conversation, talk)
            return tickets.open_ticket(session, self.rulebook, found, report, self.now).number

    def forwarded(self, story: str = "Jalan berlubang di depan pasar", **more: Any) -> tuple[str, str]:
        """A report that its agency has by mail: its number, and the token in the mail's link."""
        number = self.ticket(story, **more)
        with self.database.begin() as session:
            ticket = tickets.by_number(session, number)
            ticket.forwarded_at = self.now
            tickets.move(session, self.rulebook, ticket, Move.FORWARD, By("clock", self.now))
            agency_mail.forward(session, self.rulebook, ticket, self.now)
        return number, self.token_of(number)

    def token_of(self, number: str) -> str:
        """The token in the newest mail about a ticket."""
        mails = [message for message in self.written(number) if message.channel == "email"]
        found = re.search(r"/agency/([\w-]+)", mails[-1].body["text"])
        assert found
        return found[1]

    def moved(self, number: str, step: Move, actor: str = "citizen", note: str | None = None) -> None:
        """Something else happens to a ticket."""
        with self.database.begin() as session:
            ticket = tickets.by_number(session, number)
            tickets.move(session, self.rulebook, ticket, step, By(actor, self.now, note))

    def handover(self, words: str = "Bisakah saya pindah KTP lewat sini?", reason: str = "question") -> int:
        """A message that waits for a person; the id of the handover."""
        talk = self.conversation()
        with self.database.begin() as session:
            message = InboundMessage(
                channel="whatsapp",
                external_id=f"SM{talk:032d}",
                address_hash=f"address-{talk}",
                address=f"whatsapp:{PHONE}{talk}",
                received_at=self.now,
                state="done",
                text=words,
                content={"text": words},
                raw={},
                conversation_id=talk,
            )
            session.add(message)
            session.flush()
            waiting = Handover(
                conversation_id=talk,
                inbound_id=message.id,
                reason=reason,
                text=words,
                created_at=self.now,
                due_at=self.now + timedelta(days=1),
            )
            session.add(waiting)
            session.flush()
            return waiting.id

    def find(self, number: str) -> Ticket:
        with self.database.read() as session:
            return tickets.by_number(session, number)

    def history(self, number: str) -> list[TicketEvent]:
        with self.database.read() as session:
            return list(tickets.by_number(session, number).events)

    def kinds(self, number: str) -> list[str]:
        return [event.kind for event in self.history(number)]

    def written(self, number: str) -> Sequence[OutboundMessage]:
        """All that was written about a ticket, to its citizen and its agency."""
        with self.database.read() as session:
            mine = select(OutboundMessage).join(Ticket, Ticket.id == OutboundMessage.ticket_id)
            return session.scalars(mine.where(Ticket.number == number).order_by(OutboundMessage.id)).all()

    def to_citizen(self, number: str) -> list[str]:
        return [message.wording for message in self.written(number) if message.channel != "email"]

    def get(self, model: type[Base], row_id: int) -> Any:
        with self.database.read() as session:
            return session.get_one(model, row_id)

    def everything(self) -> dict[str, list[Any]]:
        """The whole content of the database, to see whether something changed."""
        with self.database.read() as session:
            # Chains stand where the rows of the histories do, which are compared themselves.
            return {name: _rows(session, name) for name in Base.metadata.tables if name != "chains"}


def build(folder: Path, rulebook: Rulebook, database: Database, **more: Any) -> CityHall:
    """The real app with an installation's own settings, on a Monday morning; its files are in ``folder``."""
    keyring.use(Keyring(("a secret for tests",)))
    settings = Settings(
        _env_file=None,
        database_url=database.engine.url.render_as_string(hide_password=False),
        public_url="http://localhost",
        simulator="off",
        media_folder=folder / "media",
        **more,
    )
    rulebook = replace(rulebook, base_url=settings.base_url, gives_unverified=settings.gives_unverified,
                       understands=bool(settings.nlu_url))  # fmt: skip
    return on(database, rulebook, settings)


def on(database: Database, rulebook: Rulebook, settings: Settings) -> CityHall:
    """The real app on a database that is there already, on the same Monday morning."""
    times = [datetime(2026, 11, 23, 2, 0, tzinfo=UTC)]
    machine = times[:]
    clock = SimulatedClock(lambda: times[-1], lambda: machine[-1], lambda: None)
    app = compiled_once(create_web(Edge(settings, rulebook, database, clock, nlu=None)))
    return CityHall(app, database, rulebook, times, machine)


def csrf_of(page: TestResponse) -> str:
    """The token in the forms of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def field_of(page: TestResponse, name: str) -> str:
    """The value of the first field of that name."""
    found = re.search(rf'name="{name}"\s+value="([^"]*)"', page.text)
    assert found, page.text
    return found[1]


def agency_form(browser: FlaskClient, token: str) -> dict[str, str]:
    """The hidden fields of the forms on an agency's page."""
    page = browser.get(f"/agency/{token}")
    return {"csrf_token": csrf_of(page), "moves": field_of(page, "moves")}


def act(browser: FlaskClient, token: str, action: str, **fields: object) -> TestResponse:
    """Open an agency's page, fill in one of its forms and send it."""
    return browser.post(f"/agency/{token}/{action}", data={**agency_form(browser, token), **fields})


def said_on(page: TestResponse) -> str:
    """The words of a page without its marks."""
    words = re.sub(r"<[^>]+>", " ", page.text)
    return " ".join(unescape(words).split())


def _rows(session: Session, table: str) -> list[Any]:
    return [tuple(row) for row in session.execute(text(f"SELECT * FROM {table} ORDER BY 1"))]
