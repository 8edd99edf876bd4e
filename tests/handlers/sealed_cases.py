"""A sealed case with everything that could give it away, and the people who want to look at it."""

from typing import Any

from flask.testing import FlaskClient

from bot.clock import Clock
from bot.intake.media import MediaQueue
from bot.messages import WHATSAPP
from bot.outgoing import agency_mail
from bot.status import Move
from bot.tickets import tickets
from bot.tickets.tickets import By
from handlers.auth import create_user
from handlers.edge import KEY
from storage.models import Attachment, Conversation, Handover, InboundMessage, OutboundMessage
from storage.queries.media import queue_files
from tests.handlers.city_hall import PASSWORD, CityHall, csrf_of
from tests.support.media import Shelf
from tests.support.pictures import jpeg

AGENCY, OTHER_AGENCY = "dppapp", "bina_marga"
STORY, PLACE, LATER, ASKED = "Suamiku memukuli aku", "Gang Kenari 7", "Anakku juga takut", "Bisa ke rumah aman?"
REPLIED, NEARBY = "Kabarmu kami simpan baik-baik", "Aku takut pulang malam ini"
SERVICE, NAME_OF_AGENCY = "Perlindungan perempuan dan anak", "Dinas Pemberdayaan"
PROOF = b"\x89PNG\r\n\x1a\n" + b"proof of a sealed case"
# Whatever of these is read by somebody who may not see the case is a leak.
SECRETS = (STORY, PLACE, LATER, ASKED, REPLIED, NEARBY, SERVICE, "Darurat")


def log_in(hall: CityHall, role: str, agency: str | None = None) -> FlaskClient:
    """The browser of somebody with that role."""
    email = f"{role}.{agency or 'city'}@jakarta.example"
    with hall.database.begin() as session:
        create_user(session, email, PASSWORD, role, hall.now, agency)
    browser = hall.browser()
    form = {"email": email, "password": PASSWORD, "csrf_token": csrf_of(browser.get("/login"))}
    assert browser.post("/login", data=form).status_code == 302
    return browser


def sealed_ticket(hall: CityHall, *, forwarded: bool = True, **more: Any) -> str:
    """A sealed report with messages, a photo, a proof and a question that waits for a person; its number."""
    about = {"service": "perempuan_anak", "place": PLACE, "sealed": True, **more}
    number = hall.ticket(STORY, **about)
    talk = hall.find(number).conversation_id
    told(hall, talk, STORY, number)
    told(hall, talk, NEARBY)
    told(hall, talk, LATER, number, photo=jpeg())
    with hall.database.begin() as session:
        ticket = tickets.by_number(session, number)
        session.add(Attachment(ticket_id=ticket.id, actor="agency:dppapp", content_type="image/png", content=PROOF,
                               created_at=hall.now))  # fmt: skip
        session.add(Handover(conversation_id=talk, reason="question", text=ASKED, created_at=hall.now,
                             due_at=hall.now))  # fmt: skip
        session.add(_reply(session.get_one(Conversation, talk), ticket.id, hall))
    if forwarded:
        forward(hall, number)
    return number


def forward(hall: CityHall, number: str) -> None:
    """The agency gets it, as the clock does it."""
    with hall.database.begin() as session:
        ticket = tickets.by_number(session, number)
        ticket.forwarded_at = hall.now
        tickets.move(session, hall.rulebook, ticket, Move.FORWARD, By("clock", hall.now))
        agency_mail.forward(session, hall.rulebook, ticket, hall.now)


def told(hall: CityHall, talk: int, words: str, number: str = "", photo: bytes | None = None) -> None:
    """The citizen writes in that conversation, about the ticket of ``number`` or about none."""
    shelf = Shelf()
    shelf.files = {"u0": photo} if photo else {}
    media = [{"url": url, "content_type": "image/jpeg"} for url in shelf.files]
    with hall.database.begin() as session:
        message = InboundMessage(
            channel=WHATSAPP,
            external_id=f"SM{hash((talk, words)) % 10**12}",
            address_hash="x",
            address="whatsapp:+628000001234",
            received_at=hall.now,
            state="done",
            text=words,
            content={"text": words, "media": media},
            raw={},
            conversation_id=talk,
            ticket_id=tickets.by_number(session, number).id if number else None,
        )
        session.add(message)
        session.flush()
        queue_files(session, [message], hall.now)
    store, clock = hall.app.extensions[KEY].files, Clock(lambda: hall.now)
    while photo and MediaQueue(hall.database, hall.rulebook, {WHATSAPP: shelf}, store, clock, "test").round():
        pass


def _reply(talk: Conversation, ticket_id: int, hall: CityHall) -> OutboundMessage:
    return OutboundMessage(
        key=f"reply:{talk.id}",
        channel=talk.channel,
        recipient=talk.address,
        conversation_id=talk.id,
        ticket_id=ticket_id,
        wording="sealed_filed",
        body={"text": REPLIED, "choices": [{"key": "yes", "title": SERVICE}]},
        created_at=hall.now,
        due_at=hall.now,
        state="accepted",
    )
