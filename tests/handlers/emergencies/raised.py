"""Emergencies as they come about: filed, people on duty told, taken by one of them."""

from datetime import datetime
from typing import Any

from bot.duty import duty
from bot.duty.duty import Taking
from bot.tickets import tickets
from bot.tickets.tickets import By
from storage.models import Alarm, InboundMessage, User
from tests.handlers.city_hall import CityHall


def emergency(hall: CityHall, *, after: int = 0, **more: Any) -> str:
    """An emergency that its citizen wrote ``after`` minutes ago, with people on duty told; its number."""
    about = {"service": "kebakaran", "kind": "darurat", "urgent": True, "kelurahan": "Tebet Timur", **more}
    number = hall.ticket("Rumah terbakar", **about)
    written_at = hall.times[-1]
    with hall.database.begin() as session:
        ticket = tickets.by_number(session, number)
        session.add(_message(ticket.id, ticket.conversation_id, written_at))
    hall.wait(minutes=after)
    alarmed(hall, number)
    return number


def alarmed(hall: CityHall, number: str) -> None:
    """The people on duty are told of a ticket."""
    with hall.database.begin() as session:
        ticket = tickets.by_number(session, number)
        duty.raise_alarm(session, ticket, hall.now)
        tickets.record(session, ticket, "alarm_sent", By("bot", hall.now), {"people": 1})


def taken(hall: CityHall, number: str, email: str = "rina@jakarta.example") -> None:
    """Somebody on duty takes it."""
    user_id = hall.user_id(email)
    with hall.database.begin() as session:
        alarm = session.query(Alarm).filter_by(ticket_id=tickets.by_number(session, number).id).one()
        assert duty.take(session, hall.rulebook, alarm, session.get_one(User, user_id), hall.now) is Taking.TAKEN


def _message(ticket_id: int, talk: int, at: datetime) -> InboundMessage:
    return InboundMessage(
        channel="whatsapp",
        external_id=f"SMe{ticket_id:030d}",
        address_hash="x",
        address="whatsapp:+628000009999",
        received_at=at,
        state="done",
        text="api besar",
        content={"text": "api besar"},
        raw={},
        conversation_id=talk,
        ticket_id=ticket_id,
    )
