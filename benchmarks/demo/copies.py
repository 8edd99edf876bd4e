"""The pattern, copied until the city is full: each copy with ids, people, places, words and hours of its own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import Connection, insert

from benchmarks.demo.base import OF_CITIZENS, OF_THE_CITY, Pattern, Row, table
from benchmarks.demo.disguise import PINNED, Disguise
from bot.intake.inbox import address_hash
from bot.messages import EMAIL, WHATSAPP
from storage import keyring

AT_ONCE = 2_000
EARLIER_BY_MIN = 200
# Of these each row must differ from all others in the whole table.
UNIQUE = ("external_id", "key", "token_hash", "provider_id")
MASKED = ("masked_story", "text")
# Letters as HTML are nothing to look at in the console, and most of what a year weighs.
HEAVY = ("html",)

LEFT_FOR_TODAY, A_DAY = timedelta(days=2), timedelta(days=1)
# By table: when it came up, and what is filled in once somebody has dealt with it.
DONE_BY_HAND = {
    "claims": ("claimed_at", {"verdict": "ok", "checked_by": "by", "checked_at": "at"}),
    "outbound_messages": ("created_at", {"settled_by": "by", "settled_at": "at"}),
}


@dataclass(frozen=True)
class Copier:
    """Writes copies of a pattern. ``prefix``: of the city's ticket numbers."""

    pattern: Pattern
    prefix: str
    seed: int

    def city(self, connection: Connection) -> None:
        """What there is once."""
        for name in OF_THE_CITY:
            _write(connection, name, self.pattern.rows[name])

    def copy(self, connection: Connection, number: int) -> None:
        """All that belongs to citizens once more; ``number`` counts from 0."""
        disguises = self._disguises(number)
        for name in OF_CITIZENS:
            rows = (
                self._row(name, row, number, disguise)
                for row in self.pattern.rows[name]
                if (disguise := disguises.get(self._talk(name, row)))
            )
            _write(connection, name, rows)

    # -- who it is about --------------------------------------------------------------------------------------

    def _disguises(self, number: int) -> dict[int, Disguise]:
        """By conversation of the pattern."""
        talks = [row["id"] for row in self.pattern.rows["conversations"]]
        found = {talk: self._disguise(talk, number) for talk in talks}
        for ticket in self.pattern.rows["tickets"]:
            found[ticket["conversation_id"]].of_ticket(ticket, self.prefix)
        for message in self.pattern.rows["inbound_messages"]:
            if _asks_a_person(message):
                found[message["conversation_id"]].of_question(message["text"])
        for disguise in found.values():
            disguise.settle()
        return found

    def _disguise(self, talk: int, number: int) -> Disguise:
        random = Random(f"{self.seed} {number} {talk}")
        person = talk + number * self.pattern.highest["conversations"]
        return Disguise(random, person, timedelta(minutes=random.randrange(EARLIER_BY_MIN)))

    def _talk(self, name: str, row: Row) -> int:
        """The conversation that a row belongs to; 0 for what belongs to none."""
        if name == "conversations":
            return int(row["id"])
        if name == "citizens":
            return self.pattern.talk_of_citizen.get(row["id"], 0)
        talk = row.get("conversation_id")
        return int(talk) if talk else self.pattern.talk_of_ticket.get(row.get("ticket_id") or 0, 0)

    # -- one row ----------------------------------------------------------------------------------------------

    def _row(self, name: str, row: Row, number: int, disguise: Disguise) -> Row:
        new = {column: _changed(column, value, disguise) for column, value in row.items()}
        new |= self._ids(name, row, number)
        new |= {column: f"{row[column]}~{number}" for column in UNIQUE if row.get(column)}
        if name == "citizens":
            new |= {"name": disguise.name, "phone_hash": keyring.current().lookup(disguise.phone)}
        if name == "tickets":
            new |= _spot(row, disguise)
        if name in DONE_BY_HAND:
            new |= self._by_hand(name, new)
        if "address" in row:
            address = _address(row, disguise)
            new |= {"address": address, "address_hash": address_hash(address)}
        if name == "outbound_messages" and row["channel"] != EMAIL:
            new["recipient"] = _address(row, disguise)
        return new

    def _by_hand(self, name: str, row: Row) -> Row:
        """What coordinators have looked at meanwhile: nobody in the pattern does."""
        at, done = DONE_BY_HAND[name]
        if row[at] > self.pattern.ended - LEFT_FOR_TODAY or (
            name == "outbound_messages" and row["state"] != "failed"
        ):
            return {}
        user = self.pattern.rows["users"][0]["id"]
        return {column: {"by": user, "at": row[at] + A_DAY}.get(value, value) for column, value in done.items()}

    def _ids(self, name: str, row: Row, number: int) -> Row:
        """Its own id, and those of the rows that it belongs to; staff are the same for all."""
        moved = {"id": row["id"] + number * self.pattern.highest[name]}
        for column in table(name).columns:
            for target in {key.column.table.name for key in column.foreign_keys} & set(OF_CITIZENS):
                if row[column.name] is not None:
                    moved[column.name] = row[column.name] + number * self.pattern.highest[target]
        return moved


def _asks_a_person(message: Row) -> bool:
    read = message["understanding"] or {}
    return bool(read.get("intents")) and read["intents"][0][0] == "tanya" and not read["faqs"]


def _changed(column: str, value: Any, disguise: Disguise) -> Any:
    if isinstance(value, datetime):
        return value - disguise.earlier
    if column in MASKED and isinstance(value, str):
        return disguise.masked(value)
    if isinstance(value, dict):
        return {key: "" if key in HEAVY else disguise.value(entry) for key, entry in value.items()}
    return disguise.value(value)


def _address(row: Row, disguise: Disguise) -> str:
    return f"whatsapp:{disguise.phone}" if row["channel"] == WHATSAPP else disguise.phone


def _spot(row: Row, disguise: Disguise) -> Row:
    place = disguise.places[row["id"]]
    pinned = disguise.random.random() < PINNED
    return {
        "area": place.kelurahan if row["area"] else None,
        "latitude": place.latitude if pinned else None,
        "longitude": place.longitude if pinned else None,
    }


def _write(connection: Connection, name: str, rows: Iterable[Row]) -> None:
    for batch in batched(rows, AT_ONCE):
        connection.execute(insert(table(name)), batch)


def batched(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """``rows`` in lists of at most ``size``."""
    left = iter(rows)
    while batch := list(islice(left, size)):
        yield batch
