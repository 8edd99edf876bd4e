"""The simulator with a worker behind it, as ``make run`` starts them, but stepped by the test."""

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.agencies import work as agency_work
from bot.agencies.work import Desk
from bot.casework.rounds import Worker
from bot.clock import Clock, simulated_clock
from bot.delivery.delivery import Courier
from bot.following import followups
from bot.messages import EMAIL, SIMULATED
from bot.rulebook import Rulebook, load_rulebook
from bot.settings import Settings
from handlers.channels.local import LocalChannel
from handlers.edge import Edge
from handlers.web import create_web
from nlu.client import Guess, NluUnavailableError, Place, Understanding
from storage.database import Database
from storage.models import InboundMessage, Ticket
from tests.support.clock import MoveableClock
from tests.support.settings import isolated_settings
from tests.support.templates import compiled_once

POTHOLE = "jalan berlubang di depan SDN 05 Cempaka Putih"
UNCLEAR = "tolong ditindak ya pak di jalan depan pasar itu"


def meaning(
    intent: str, *services: tuple[str, float], place: str | None = None, sure: float = 0.9
) -> Understanding:
    """What the model might make of a text."""
    return Understanding(
        intents=(Guess(intent, sure), Guess("salam", 0.01)),
        services=tuple(Guess(*service) for service in services),
        faqs=(Guess("lama_proses", 0.2),),
        place=Place(place) if place else None,
    )


SCRIPT = {
    POTHOLE: meaning(
        "lapor", ("jalan_rusak", 0.97), ("galian_utilitas", 0.02), place="depan SDN 05 Cempaka Putih"
    ),
    UNCLEAR: meaning("lapor", ("parkir_liar", 0.3), ("pkl", 0.25), place="depan pasar", sure=0.45),
}


@dataclass
class ScriptedNlu:
    """Understands what its script holds, and everything else as idle talk; nothing while it is away."""

    script: Mapping[str, Understanding] = field(default_factory=lambda: SCRIPT)
    away: bool = False

    def understand(self, texts: Sequence[str]) -> list[Understanding]:
        if self.away:
            raise NluUnavailableError("The server is away.")
        return [self.script.get(text, meaning("di_luar_cakupan")) for text in texts]


@cache
def _rulebook(**settings: Any) -> Rulebook:
    return replace(load_rulebook(_settings(**settings)), forward_delay=timedelta(0))


class Simulator:
    """A browser at the simulator, and the worker that answers when :meth:`work` is called.

    ``clock`` stands for the system's time; with ``movable`` the simulator can put its own on top of it.
    """

    def __init__(
        self, database: Database, clock: MoveableClock, *, movable: bool = False, **settings: Any
    ) -> None:
        self.database, self.clock, self.nlu = database, clock, ScriptedNlu()
        self.time: Any = simulated_clock(database, Clock(clock.now)) if movable else clock
        self.settings = _settings(**settings)
        self.rulebook = _rulebook(**settings)
        app = compiled_once(create_web(Edge(self.settings, self.rulebook, database, self.time, nlu=None)))
        self.browser: FlaskClient = app.test_client()

    def token(self) -> str:
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.browser.get("/simulator").text)
        return found[1] if found else ""

    def send(self, text: str = "", citizen: str = "a", **fields: Any) -> TestResponse:
        body = {"citizen": citizen, "text": text, **fields}
        return self.browser.post("/simulator/messages", json=body, headers={"X-CSRFToken": self.token()})

    def send_file(self, content: bytes, name: str = "foto.jpg", citizen: str = "a") -> TestResponse:
        # Put together by hand: the test client would leave a temporary file open for a large one.
        part = 'Content-Disposition: form-data; name="{}"'
        lines = [
            *(b"--limit", part.format("citizen").encode(), b"", citizen.encode()),
            *(b"--limit", f'{part.format("file")}; filename="{name}"'.encode(), b"", content),
            *(b"--limit--", b""),
        ]
        headers = {"X-CSRFToken": self.token(), "Content-Type": "multipart/form-data; boundary=limit"}
        return self.browser.post("/simulator/messages", data=b"\r\n".join(lines), headers=headers)

    def move(self, **fields: Any) -> TestResponse:
        """One step of the clock."""
        return self.browser.post("/simulator/clock", json=fields, headers={"X-CSRFToken": self.token()})

    def travel(self, **parts: float) -> list[datetime]:
        """As the page does it, with a worker at work meanwhile; the times at which the clock stopped."""
        until, stops = self.time.now() + timedelta(**parts), []
        for _ in range(200):
            answer = self.move(until=until.isoformat()).get_json()
            stops.append(datetime.fromisoformat(answer["now"]))
            if answer["arrived"]:
                return sorted(set(stops))
            self.work()
        raise AssertionError("The clock never arrived.")

    def state(self, citizen: str = "a", after: str = "", look: str = "whatsapp") -> dict[str, Any]:
        query = {"citizen": citizen, "after": after, "look": look}
        answer = self.browser.get("/simulator/state", query_string=query)
        assert answer.status_code == 200
        data: dict[str, Any] = answer.get_json()
        return data

    def texts(self, citizen: str = "a", look: str = "whatsapp") -> list[str]:
        return [message["text"] for message in self.state(citizen, look=look)["messages"]]

    def think(self) -> None:
        """The worker reads and answers; nothing is sent yet."""
        Worker(self.database, self.rulebook, self.nlu, self.time, "test").round()

    def work(self) -> None:
        """Everything that a worker process does in one go."""
        self.think()
        followups.run_due(self.database, self.rulebook, self.time.now())
        local = LocalChannel()
        with ThreadPoolExecutor(1) as pool:
            Courier(self.database, dict.fromkeys((*SIMULATED, EMAIL), local), self.time, "test", pool).round()

    def claim(self, note: str = "Lubang sudah ditambal.") -> None:
        """The agency of the only ticket says that it is done."""
        with self.database.begin() as session:
            ticket = session.scalars(select(Ticket)).one()
            desk = Desk(session, self.rulebook, ticket, ticket.agency, self.time.now())
            agency_work.claim_done(desk, note, None)

    def stored(self) -> list[InboundMessage]:
        with self.database.read() as session:
            return list(session.scalars(select(InboundMessage).order_by(InboundMessage.id)))


def _settings(**changes: Any) -> Settings:
    return isolated_settings(**({"public_url": "http://localhost:8000", "simulator": "on"} | changes))
