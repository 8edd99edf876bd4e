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
    new ticket) are filled in when it has been carried out. ``topic`` names the standing answer, ``service`` the
    service that the sentence is about.
    """

    wording: str
    values: Mapping[str, str | datetime] = field(default_factory=dict)
    choices: tuple[tuple[str, str], ...] = ()
    topic: str | None = None
    service: str | None = None


@dataclass(frozen=True)
class FileReport:
    """Make tickets of a draft, one for each of its services.

    ``urgent`` goes out at once, at any hour; ``sealed`` is read by the people named for it alone.
    """

    draft: Draft
    urgent: bool = False
    sealed: bool = False


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
class Correct:
    """Something about a report was wrong: its service, or where it is."""

    number: str
    service: str | None = None
    place: str | None = None
    location: Location | None = None


@dataclass(frozen=True)
class Rate:
    """How content the citizen is with what was done, 1 to 5."""

    number: str
    stars: int


@dataclass(frozen=True)
class SetSafeContact:
    """Whether we may write by ourselves about a sealed matter, and how else its citizen can be reached."""

    number: str
    may_write: bool
    other_way: str = ""


@dataclass(frozen=True)
class AskLater:
    """Ask again, after the time that its answer states, whether it worked out."""

    topic: str
    days: int


@dataclass(frozen=True)
class AnswerRecheck:
    """The answer to "did it work out?"; a draft becomes a ticket when it did not."""

    topic: str
    draft: Draft | None = None


@dataclass(frozen=True)
class ShowData:
    """Tell what is stored about this person."""


@dataclass(frozen=True)
class Erase:
    """Erase everything about this person."""


@dataclass(frozen=True)
class AskPerson:
    """A person must answer; ``reason`` as in the handovers table."""

    reason: str
    text: str


@dataclass(frozen=True)
class SetOptOut:
    """Start or stop writing to this citizen unasked."""

    out: bool


Action = (
    FileReport
    | AddToTicket
    | Confirm
    | Deny
    | Withdraw
    | Correct
    | Rate
    | SetSafeContact
    | AskLater
    | AnswerRecheck
    | ShowData
    | Erase
    | AskPerson
    | SetOptOut
)


@dataclass(frozen=True)
class Turn:
    """The outcome of one turn.

    ``wake_at``: look again then, whether or not something was said. ``hold``: the messages are not dealt
    with yet; they come again together with what follows. ``hides_name``: from now on no agency is told who
    writes. ``language`` is the one that the citizen wrote in, None where that cannot be told.
    """

    dialogue: Dialogue
    replies: tuple[Reply, ...] = ()
    action: Action | None = None
    wake_at: datetime | None = None
    hold: bool = False
    outcome: str = ""
    hides_name: bool = False
    language: str | None = None
