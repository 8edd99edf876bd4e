"""What one turn comes to: replies, at most one action, and the state after it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.conversation.state import Dialogue, Draft
from bot.messages import Location


@dataclass(frozen=True)
class Reply:
    """A sentence to say: a key of ``bot/texts``, its values, and the choices that it offers.

    A choice is a pair of its key and its wording key. Values that only the action knows (the number of a
    new ticket) are filled in when it has been carried out.
    """

    wording: str
    values: Mapping[str, str | datetime] = field(default_factory=dict)
    choices: tuple[tuple[str, str], ...] = ()
    topic: str | None = None


@dataclass(frozen=True)
class FileReport:
    """Make tickets of a draft. ``urgent`` goes out at once, at any hour."""

    draft: Draft
    urgent: bool = False


@dataclass(frozen=True)
class AddToTicket:
    """Something more about a ticket that exists; an answer to the agency when ``answers`` is true."""

    number: str
    text: str = ""
    place: str | None = None
    location: Location | None = None
    answers: bool = False


@dataclass(frozen=True)
class Confirm:
    """The citizen says that it is done."""

    number: str


@dataclass(frozen=True)
class Deny:
    """The citizen says that it is not done, with what they wrote."""

    number: str
    text: str


@dataclass(frozen=True)
class Withdraw:
    """The citizen takes the report back."""

    number: str


@dataclass(frozen=True)
class AskPerson:
    """A person must answer; ``reason`` as in the handovers table."""

    reason: str
    text: str


@dataclass(frozen=True)
class SetOptOut:
    """Start or stop writing to this citizen unasked."""

    out: bool


Action = FileReport | AddToTicket | Confirm | Deny | Withdraw | AskPerson | SetOptOut


@dataclass(frozen=True)
class Turn:
    """The outcome of one turn.

    ``wake_at``: look again then, whether or not something was said. ``hold``: the messages are not dealt
    with yet; they come again together with what follows.
    """

    dialogue: Dialogue
    replies: tuple[Reply, ...] = ()
    action: Action | None = None
    wake_at: datetime | None = None
    hold: bool = False
    outcome: str = ""
