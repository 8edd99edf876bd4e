"""What a conversation remembers, and what a turn may look at."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from bot.messages import Location
from bot.words import Command
from nlu.client import Understanding

SHORT_WORDS = 4


class Asked(StrEnum):
    """What the pending question asks for."""

    PLACE = "place"
    EMERGENCY_PLACE = "emergency_place"
    SERVICE = "service"
    WITHDRAW = "withdraw"


@dataclass(frozen=True)
class Pending:
    """The one question that waits for an answer. ``options`` are choice keys in the order shown;
    ``ticket`` is set where the question is about a ticket that exists."""

    asked: Asked
    since: datetime
    options: tuple[str, ...] = ()
    ticket: str | None = None


@dataclass(frozen=True)
class Draft:
    """A report that is not filed yet."""

    kind: str
    story: str
    service: str | None = None
    place: str | None = None
    kelurahan: str | None = None
    city: str | None = None
    location: Location | None = None

    @property
    def has_place(self) -> bool:
        return bool(self.place or self.location)


@dataclass(frozen=True)
class Dialogue:
    """What is remembered between turns. ``recent`` is the ticket that was just talked about;
    ``excused`` says that this person has been told to wait for the model."""

    pending: Pending | None = None
    draft: Draft | None = None
    recent: str | None = None
    recent_at: datetime | None = None
    off_topic: int = 0
    excused: bool = False

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = _adapter().dump_python(self, mode="json", exclude_defaults=True)
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any] | None) -> "Dialogue":
        return _adapter().validate_python(data or {})

    def settled(self) -> "Dialogue":
        """Without question and draft: the report that was open has been dealt with."""
        return replace(self, pending=None, draft=None)

    def answered(self) -> "Dialogue":
        """Without the question, which has been answered; a draft stays and is filed in its time."""
        return replace(self, pending=None)


@cache
def _adapter() -> TypeAdapter[Dialogue]:
    return TypeAdapter(Dialogue)


@dataclass(frozen=True)
class Said:
    """What the citizen said in one burst, taken together.

    ``first_at`` and ``at`` are when its first and last message came, ``now`` when it is looked at;
    ``followed`` says that another matter has come behind it already.
    """

    text: str
    at: datetime
    first_at: datetime
    now: datetime
    channel: str
    understanding: Understanding | None = None
    command: Command | None = None
    numbers: tuple[str, ...] = ()
    choice: str | None = None
    location: Location | None = None
    media: int = 0
    emergency_words: bool = False
    agrees: bool | None = None
    clueless: bool = False
    followed: bool = False

    @property
    def is_short(self) -> bool:
        """A few words, as an answer has; a message with a story of its own is longer."""
        return len(self.text.split()) <= SHORT_WORDS


@dataclass(frozen=True)
class TicketView:
    """As much of a ticket as the conversation needs. Times are aware UTC."""

    number: str
    status: str
    service: str
    agency: str
    created_at: datetime
    solve_by: datetime
    is_open: bool
    expected_on: datetime | None = None
    closed_at: datetime | None = None
    asked_at: datetime | None = None
    has_place: bool = True
    urgent: bool = False


@dataclass(frozen=True)
class Situation:
    """The world around one turn: the citizen's tickets, newest first, and who is speaking.

    ``answerable`` are the standing answers that may be given now; ``understands`` is false where no
    language model is installed at all.
    """

    tickets: tuple[TicketView, ...] = ()
    held_by_person: bool = False
    opted_out: bool = False
    answerable: frozenset[str] = frozenset()
    understands: bool = True

    def ticket(self, number: str) -> TicketView | None:
        return next((ticket for ticket in self.tickets if ticket.number == number), None)
