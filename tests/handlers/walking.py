"""Every page that there is, each with something on it: one text stands wherever people may write one."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.accounts.roles import AGENCY_OFFICER
from bot.agencies import work
from bot.agencies.work import Desk, read_photo
from bot.desk import blocking
from bot.messages import Location
from bot.status import Move
from bot.tickets import citizen_page, tickets
from bot.tickets.tickets import By
from handlers.console.navigation import MENU
from handlers.guards import GUARDS, SEEN_BY
from storage.models import (
    Announcement,
    AuditEntry,
    CannedReply,
    Citizen,
    CivilServant,
    Claim,
    Conversation,
    Example,
    InboundMessage,
    MediaFile,
    OutboundMessage,
    SavedView,
    Shift,
    StandingAnswer,
    Ticket,
    User,
)
from tests.handlers.city_hall import CityHall
from tests.handlers.console.test_media_pages import send
from tests.handlers.sealed_cases import log_in
from tests.support.pictures import PDF, VCARD, VOICE

DESCRIPTION, CAMERA, ARTIST = 0x010E, 0x010F, 0x013B
PIN = Location(-6.2, 106.8)
PEOPLE = (("administrator", None), ("sealed_officer", None), ("agency_officer", "bina_marga"))
QUEUES = tuple(
    str(dict(entry.values)["name"]) for group in MENU for entry in group.entries if "name" in dict(entry.values)
)


@dataclass(frozen=True)
class World:
    """What the addresses of pages are filled with."""

    number: str
    token: str
    secret: str
    talk: int


def world(hall: CityHall, text: str) -> World:
    """One of everything; ``text`` in every place where somebody wrote something."""
    number, _ = hall.forwarded(text, place=text[:200], location=PIN)
    again, _ = hall.forwarded(text, place=text[:200], location=PIN)
    send(hall, number, _photo(text), VOICE, PDF, VCARD)
    send(hall, again, b"no photo at all")
    hall.ticket(text, urgent=True)
    back, _ = hall.forwarded(text)
    hall.moved(back, Move.SEND_BACK, "agency:bina_marga", text)
    claimed = _claimed(hall, text)
    hall.moved(claimed, Move.DENY, note=text)
    _claimed(hall, text)
    hall.moved(number, Move.ACCEPT, "agency:bina_marga", text)
    for reason in ("question", "unsure", "person", "voice", "data"):
        hall.handover(text, reason)
    _rows(hall, number, text)
    with hall.database.read() as session:
        ticket = tickets.by_number(session, number)
        address = citizen_page.address_of(hall.rulebook, ticket)
        # Both are about one thing; the agency has the case by the link of the second.
        return World(number, hall.token_of(again), address.rpartition("/")[2], ticket.conversation_id)


def pages(hall: CityHall, text: str, *, parts: bool = False) -> Iterator[tuple[str, FlaskClient]]:
    """Each page with a browser of somebody who may open it; with ``parts`` also the parts that scripts fetch.

    An administrator's first, then those that only others see or see otherwise, then those without an account.
    """
    there, done = world(hall, text), set[str]()
    people = [(role, log_in(hall, role, agency)) for role, agency in PEOPLE]
    with hall.database.begin() as session:
        session.execute(update(User).values(name=text))
    for role, browser in people:
        for address in addresses(hall, there, role):
            if (address not in done or role == AGENCY_OFFICER) and (parts or is_page(browser, address)):
                done.add(address)
                yield address, browser
    citizens = (f"/t/{there.number}/{there.secret}", "/t")
    for address in (f"/agency/{there.token}", *citizens, "/login", "/login/forgot"):
        yield address, hall.browser()


def addresses(hall: CityHall, there: World, role: str) -> list[str]:
    """The address of every page behind a log-in that somebody with ``role`` may open."""
    guards, routes = hall.app.extensions[GUARDS], hall.app.url_map.bind("localhost")
    found = []
    for rule in sorted(hall.app.url_map.iter_rules(), key=str):
        view = hall.app.view_functions[rule.endpoint]
        is_behind = guards.get(rule.endpoint.partition(".")[0]) == "login"
        if "GET" not in (rule.methods or ()) or not is_behind or role not in SEEN_BY.get(view, ()):
            continue
        for name in QUEUES if "name" in rule.arguments else ("",):
            values = {argument: _value(argument, name, there) for argument in rule.arguments}
            found.append(routes.build(rule.endpoint, values))
    return found


def _value(argument: str, name: str, there: World) -> Any:
    known = {"number": there.number, "token": there.token, "secret": there.secret, "name": name,
             "conversation_id": there.talk, "key": "1", "dimension": "agency"}  # fmt: skip
    return known.get(argument, "1" if argument.endswith("_id") else "accept")


def is_page(browser: FlaskClient, address: str) -> bool:
    """Whether there is something to read: a whole page, not a part that a script fetches."""
    answer = browser.get(address)
    whole = b"<html" in answer.data  # also read to its end, where it is a stream
    return answer.status_code == 200 and answer.mimetype == "text/html" and whole


def _photo(text: str) -> bytes:
    """A photo whose own description says it."""
    meta, out = Image.Exif(), io.BytesIO()
    meta[DESCRIPTION] = meta[CAMERA] = meta[ARTIST] = text
    Image.new("RGB", (640, 480), (90, 100, 105)).save(out, "JPEG", exif=meta)
    return out.getvalue()


def _claimed(hall: CityHall, text: str) -> str:
    number, _ = hall.forwarded(text)
    with hall.database.begin() as session:
        desk = Desk(session, hall.rulebook, tickets.by_number(session, number), "bina_marga", hall.now)
        work.claim_done(desk, text[:900], read_photo(_photo(text), hall.rulebook.city.zone))
        session.execute(update(Claim).values(flagged=True, flags=[{"kind": "missing"}]))
    return number


def _rows(hall: CityHall, number: str, text: str) -> None:
    now, later = hall.now, hall.now + timedelta(days=30)
    log_in(hall, "coordinator")
    with hall.database.begin() as session:
        user = session.scalars(select(User.id)).first()
        assert user
        ticket = tickets.by_number(session, number)
        session.execute(update(Citizen).values(name=text))
        session.execute(update(MediaFile).values(claimed_type=text[:80], transcript=text))
        session.execute(update(InboundMessage).values(text=text, content={"text": text}))
        tickets.record(session, ticket, "rated", By("citizen", now, text), {"stars": 1})
        tickets.record(session, ticket, text[:40], By(f"user:{user}", now, text), {})
        ticket.assigned_to, ticket.priority = user, 1
        session.add_all(
            [
                SavedView(user_id=user, name=text[:60], query="status=waiting", created_at=now),
                CannedReply(title=text[:80], text=text, created_by=user, updated_at=now),
                StandingAnswer(question=text, text_id=text, text_en=text, owner="bina_marga", source=text,
                               valid_until=later.date(), created_by=user, updated_at=now),
                Example(text=text, intent="lapor", place=text, created_by=user, created_at=now),
                Announcement(text=text, service="jalan_rusak", areas=[], created_at=now, created_by=user),
                CivilServant(phone_hash="x", name=text, unit=text, created_at=now, created_by=user),
                Shift(user_id=user, starts_at=now, ends_at=now + timedelta(hours=8)),
                AuditEntry(at=now, user_id=user, action=text[:40], subject=text[:40], data={text[:40]: text}),
                _dead(session.get_one(Conversation, ticket.conversation_id), ticket, text, now),
            ]
        )  # fmt: skip
        blocking.block(session, _other_talk(session, ticket), text[:200], user, now)


def _other_talk(session: Session, ticket: Ticket) -> int:
    """A conversation of somebody else, the newest."""
    others = select(Conversation.id).where(Conversation.id != ticket.conversation_id)
    return session.scalars(others.order_by(Conversation.id.desc())).first() or 0


def _dead(talk: Conversation, ticket: Ticket, text: str, now: datetime) -> OutboundMessage:
    return OutboundMessage(key="dead", channel="whatsapp", recipient=talk.address, conversation_id=talk.id,
                           ticket_id=ticket.id, wording="reply", body={"text": text}, created_at=now, due_at=now,
                           state="failed", attempts=3, error=text[:40], failure="final")  # fmt: skip
