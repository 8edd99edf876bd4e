"""A city that grows old: a policy of what to keep, reports of some age, and what is left of them."""

import itertools
from collections import Counter
from dataclasses import replace
from typing import Any

from sqlalchemy import select, text, update

from bot.city.retention_policy import RetentionPolicy
from bot.personal.retention import Retention
from bot.status import Move
from bot.tickets import tickets
from bot.tickets.tickets import By
from storage.database import Database
from storage.models import (
    Base,
    Citizen,
    Conversation,
    MediaFile,
    OutboundMessage,
)
from tests.support.counted import Figured

YEAR = {"tickets": {"anonymised": "12 months", "deleted": "3 years"}}
NUMBERS = itertools.count(1)
MARKER = "KEBOCORANRAHASIA"


def keeper(city: Figured, policy: dict[str, Any]) -> Retention:
    found = RetentionPolicy.model_validate(policy)
    here = replace(city.rulebook, city=city.rulebook.city.model_copy(update={"retention": found}))
    return Retention(city.database, here, pause=lambda _: None)


def run(city: Figured, policy: dict[str, Any]) -> Counter[str]:
    done, is_all = keeper(city, policy).run(city.clock.now())
    assert is_all
    return done


def reported(city: Figured, **more: Any) -> int:
    """A ticket with a message, a reply and a photo, all of them telling."""
    with city.database.begin() as session:
        citizen = Citizen(created_at=city.clock.now(), name=MARKER, phone_hash=f"phone {next(NUMBERS)}")
        session.add(citizen)
        session.flush()
        talk = Conversation(
            channel="whatsapp",
            address_hash=f"talk {next(NUMBERS)}",
            address=MARKER,
            dialogue={},
            citizen_id=citizen.id,
            created_at=city.clock.now(),
            last_inbound_at=city.clock.now(),
        )
        session.add(talk)
        session.flush()
        city._talks["whatsapp"] = talk.id
    ticket_id = city.filed(story=f"Lubang {MARKER}", place=MARKER, **more)
    said: dict[str, Any] = {
        "text": MARKER,
        "content": {"text": MARKER},
        "raw": {"Body": MARKER},
        "address": MARKER,
    }
    understood = {
        "intents": [["lapor", 0.9]],
        "services": [["jalan_rusak", 0.9]],
        "place": {"kelurahan": "Gambir"},
    }
    message = city.came(ticket_id=ticket_id, understanding=understood, **said)
    city.went(
        ticket_id=ticket_id, body={"text": MARKER}, recipient=MARKER, conversation_id=talk.id, state="delivered"
    )
    with city.of(ticket_id) as (session, ticket):
        tickets.record(session, ticket, "note", By("agency:bina_marga", city.clock.now(), MARKER))
        session.add(
            MediaFile(
                inbound_id=message,
                position=0,
                url=MARKER,
                claimed_type="image/jpeg",
                state="kept",
                store_key=f"key {next(NUMBERS)}",
                created_at=city.clock.now(),
                due_at=city.clock.now(),
                transcript=MARKER,
                latitude=-6.2,
                longitude=106.8,
            )
        )
    return ticket_id


def closed(city: Figured, **more: Any) -> int:
    ticket_id = reported(city, **more)
    city.move(ticket_id, Move.FORWARD, "clock")
    city.move(ticket_id, Move.CONFIRM)
    with city.database.begin() as session:  # what was written meanwhile has gone out
        session.execute(update(OutboundMessage).values(state="delivered"))
    return ticket_id


def told(database: Database) -> set[str]:
    """Tables in which the marker stands, whatever is encrypted; the conversations of the living apart."""
    found = set()
    with database.read() as session:
        for table in Base.metadata.sorted_tables:
            if any(MARKER in repr(row) for row in session.execute(select(table))):
                found.add(table.name)
    return found


def everything(database: Database) -> dict[str, list[Any]]:
    with database.read() as session:
        return {name: [tuple(row) for row in session.execute(text(f"SELECT * FROM {name} ORDER BY 1"))]
                for name in Base.metadata.tables}  # fmt: skip
