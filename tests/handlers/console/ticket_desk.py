"""What is said in a conversation, and short ways to work on its ticket's page."""

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from handlers.auth import create_user
from storage.models import (
    InboundMessage,
    OutboundMessage,
)
from tests.handlers.city_hall import PASSWORD, PHONE, CityHall, csrf_of

REASON = "Itu tembok kali, bukan jalan."


def page_of(browser: FlaskClient, number: str, query: str = "") -> TestResponse:
    return browser.get(f"/console/tickets/{number}{query}")


def send(
    browser: FlaskClient, number: str, action: str, page: TestResponse | None = None, **fields: str
) -> TestResponse:
    """Fill in one of the forms of the page, as it is now or as it was in ``page``."""
    page = page or page_of(browser, number)
    seen = re.search(r'name="seen" value="(\d+)"', page.text.partition('id="langkah"')[2])
    form = {"csrf_token": csrf_of(page), "seen": seen[1] if seen else "", **fields}
    return browser.post(f"/console/tickets/{number}/{action}", data=form)


def wrote(hall: CityHall, number: str, words: str, **more: object) -> int:
    ticket = hall.find(number)
    with hall.database.begin() as session:
        row = InboundMessage(
            **{"channel": "whatsapp", "external_id": f"SM{words}", "address_hash": "a", "address": PHONE,
               "received_at": hall.now, "state": "done", "text": words, "content": {"text": words}, "raw": {},
               "conversation_id": ticket.conversation_id, "ticket_id": ticket.id, **more}
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def told(hall: CityHall, number: str, words: str, state: str = "accepted", **more: object) -> int:
    ticket = hall.find(number)
    with hall.database.begin() as session:
        row = OutboundMessage(
            **{"key": f"test:{words}:{state}", "channel": "whatsapp", "recipient": PHONE,
               "wording": "status_waiting", "body": {"text": words}, "created_at": hall.now, "due_at": hall.now,
               "state": state, "conversation_id": ticket.conversation_id, "ticket_id": ticket.id, **more}
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def log_in_as(hall: CityHall, role: str) -> FlaskClient:
    with hall.database.begin() as session:
        create_user(session, f"{role}@jakarta.example", PASSWORD, role, hall.now)
    browser = hall.browser()
    form = {"email": f"{role}@jakarta.example", "password": PASSWORD, "csrf_token": csrf_of(browser.get("/login"))}
    assert browser.post("/login", data=form).status_code == 302
    return browser
