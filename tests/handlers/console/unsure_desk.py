"""Unsure messages on the console's desk, and short ways to decide about them."""

import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from storage.models import Conversation, Handover, InboundMessage, OutboundMessage, Ticket
from tests.handlers.city_hall import CityHall, csrf_of

WORDS = "semrawut sekali di depan pasar Jaya"
READING = {
    "model": "table",
    "intents": [["lapor", 0.34], ["marah", 0.3]],
    "services": [["parkir_liar", 0.34], ["pkl", 0.27], ["kemacetan", 0.14]],
    "faqs": [["ktp_hilang", 0.4]],
    "also": [],
    "place": {"at": [19, 35], "kelurahan": "Tomang", "city": None},
}


def unsure(
    hall: CityHall, words: str = WORDS, reason: str = "unsure", reading: dict[str, Any] | None = None
) -> int:
    """A message that the model was not sure of."""
    handover = hall.handover(words, reason)
    with hall.database.begin() as session:
        row = session.get_one(Handover, handover)
        message = session.get_one(InboundMessage, row.inbound_id)
        message.understanding, message.done_at = READING if reading is None else reading, hall.now
        session.get_one(Conversation, row.conversation_id).last_inbound_at = hall.now
    return handover


def send(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    return browser.post(path, data={"csrf_token": csrf_of(browser.get("/console/triage")), **fields})


def decide(browser: FlaskClient, handover: int, **fields: str) -> TestResponse:
    """As the page's form sends it."""
    form = {"intent": "lapor", "reading": "parkir_liar", "place": "depan pasar Jaya", **fields}
    return send(browser, f"/console/triage/{handover}/decide", **form)


def tickets(hall: CityHall) -> list[Ticket]:
    with hall.database.read() as session:
        return list(session.scalars(select(Ticket).order_by(Ticket.id)))


def told(hall: CityHall, handover: int) -> list[str]:
    with hall.database.read() as session:
        mine = select(OutboundMessage).where(OutboundMessage.key == f"handover:{handover}")
        return [message.body["text"] for message in session.scalars(mine)]


def open_one(page: TestResponse) -> str:
    """The words of the message that is open."""
    found = re.search(r'<h2 id="message"[^>]*>(.*?)</h2>', page.text, re.DOTALL)
    assert found, page.text
    return found[1].strip()
