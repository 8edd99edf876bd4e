"""A city that other systems ask: the real app, keys for it, and the worker that files what they send."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.accounts import api_keys
from bot.accounts.api_keys import FILE, Wish
from bot.casework.rounds import Worker
from bot.city.city import City
from bot.clock import Clock
from bot.open311 import ids
from bot.status import Move
from bot.tickets import tickets
from bot.tickets.tickets import By
from handlers.edge import KEY, Edge
from storage.models import InboundMessage, Ticket
from tests.handlers.city_hall import CityHall, on
from tests.support.desk import ScriptedNlu

BASE = "/open311/v2"
REPORT = {
    "service_code": "jalan_rusak",
    "description": "Lubang besar di depan rumah Bu Sari Contoh, telepon 0812-9000-0001",
    "lat": "-6.18071",
    "long": "106.86862",
}
_names = iter(range(10**6))


@dataclass
class Place:
    """The app with what a test of Open311 needs besides."""

    hall: CityHall
    nlu: ScriptedNlu = field(default_factory=ScriptedNlu)

    @property
    def edge(self) -> Edge:
        found: Edge = self.hall.app.extensions[KEY]
        return found

    @property
    def clock(self) -> Clock:
        return self.edge.clock

    @property
    def browser(self) -> FlaskClient:
        return self.hall.browser()

    def key(self, *scopes: str, agency: str | None = None, days: int | None = None) -> str:
        """A new key; by default one that files."""
        wish = Wish(f"kunci {next(_names)}", scopes or (FILE,), agency, days)
        with self.hall.database.begin() as session:
            return api_keys.create(session, wish, None, self.hall.now, self.hall.rulebook.city.agencies)[1]

    def get(self, path: str, key: str = "", **query: Any) -> TestResponse:
        return self.browser.get(f"{BASE}/{path}", query_string=query, headers=bearing(key))

    def send(self, key: str = "", path: str = "requests.json", once: str = "", **fields: Any) -> TestResponse:
        """A report as REPORT with ``fields`` in place of its own; None leaves one out."""
        form = {name: value for name, value in {**REPORT, **fields}.items() if value is not None}
        headers = bearing(key) | ({"Idempotency-Key": once} if once else {})
        return self.browser.post(f"{BASE}/{path}", data=form, headers=headers)

    def report_on(self, key: str, request_id: str, status: str, note: str = "", **more: str) -> TestResponse:
        """An agency's system says how far it is."""
        form = {"service_request_id": request_id, "status": status, "description": note, **more}
        return self.browser.post(f"{BASE}/servicerequestupdates.json", data=form, headers=bearing(key))

    def work(self) -> None:
        """The worker files what waits."""
        rulebook = replace(self.edge.rulebook, understands=True)
        worker = Worker(self.hall.database, rulebook, self.nlu, self.clock, "one")
        while worker.round():
            pass

    def filed(self, key: str, **fields: Any) -> tuple[Ticket, dict[str, Any]]:
        """A report that has become a ticket; it, and what its token tells."""
        answer = self.send(key, **fields)
        assert answer.status_code == 200, answer.text
        self.work()
        told = self.get(f"tokens/{answer.json[0]['token']}.json").json[0]
        return self.hall.find(told["ticket_number"]), told

    def public(self, story: str = "Jalan berlubang", **more: Any) -> str:
        """The number of a report that its agency has."""
        number, _ = self.hall.forwarded(story, **more)
        return number

    def name_of(self, number: str) -> str:
        """The id by which others know a ticket."""
        with self.hall.database.begin() as session:
            return ids.make(session).name(ids.REQUEST, tickets.by_number(session, number).id)

    def at_its_agency(self, number: str) -> None:
        """Its agency has it."""
        with self.hall.database.begin() as session:
            ticket = tickets.by_number(session, number)
            ticket.forwarded_at = self.hall.now
            tickets.move(session, self.hall.rulebook, ticket, Move.FORWARD, By("clock", self.hall.now))

    def change(self, number: str, **values: Any) -> None:
        """Set a ticket's columns."""
        with self.hall.database.begin() as session:
            ticket = tickets.by_number(session, number)
            for name, value in values.items():
                setattr(ticket.citizen if name in ("blocked_at", "erased_at") else ticket, name, value)

    def listed(self, key: str = "", **query: Any) -> list[dict[str, Any]]:
        answer = self.get("requests.json", key, **query)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json
        return found

    def messages(self) -> Sequence[InboundMessage]:
        with self.hall.database.read() as session:
            return session.scalars(select(InboundMessage).order_by(InboundMessage.id)).all()

    def tickets(self) -> Sequence[Ticket]:
        with self.hall.database.read() as session:
            return session.scalars(select(Ticket).order_by(Ticket.id)).all()

    def without_open311(self, city: City) -> "Place":
        """The same place as another city configures it."""
        rulebook = replace(self.hall.rulebook, city=city)
        return Place(on(self.hall.database, rulebook, self.edge.settings))

    def later(self, **span: int) -> None:
        self.hall.times.append(self.hall.now + timedelta(**span))


def bearing(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"} if key else {}


def problems(answer: TestResponse) -> list[str]:
    """The sentences of an error document, which is checked to be one."""
    document = answer.json
    assert document
    assert all(set(one) == {"code", "description"} and one["code"] == answer.status_code for one in document)
    return [one["description"] for one in document]
