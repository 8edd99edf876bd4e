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
    ``question``: what is asked beside the report, for a person to answer.
    """

    draft: Draft
    urgent: bool = False
    sealed: bool = False
    question: str | None = None


@dataclass(frozen=True)
class AddToTicket:
    """Something more about a ticket that exists; an answer to the agency when ``answers`` is true.

    ``seals``: its words are for few eyes only, and so is the ticket from now on.
    """

    number: str
    text: str = ""
    place: str | None = None
    location: Location | None = None
    answers: bool = False
    seals: bool = False


@dataclass(frozen=True)
class Confirm:
    """The citizen says that it is done."""

    number: str


@dataclass(frozen=True)
class Deny:
    """The citizen says that it is not done, with what they wrote; ``seals`` as in :class:`AddToTicket`."""

    number: str
    text: str
    seals: bool = False


@dataclass(frozen=True)
class JudgeAll:
    """The citizen says of several claims at once that they are right (``done``), or that none is; ``seals`` as in
    :class:`AddToTicket`."""

    numbers: tuple[str, ...]
    done: bool
    text: str
    seals: bool = False


@dataclass(frozen=True)
class Part:
    """What we took for the same as others' reports, or an earlier one of this citizen, is a matter of its own.

    ``text``, ``place``, ``location``: what was said of where it is; ``seals`` as in :class:`AddToTicket`.
    """

    number: str
    text: str = ""
    place: str | None = None
    location: Location | None = None
    seals: bool = False


@dataclass(frozen=True)
class Withdraw:
    """The citizen takes the report back."""

    number: str


@dataclass(frozen=True)
class Correct:
    """Something about a report was wrong: its service or where it is. ``text``: what else was said with that;
    ``seals`` as in :class:`AddToTicket`."""

    number: str
    service: str | None = None
    text: str = ""
    place: str | None = None
    location: Location | None = None
    seals: bool = False


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
    """The answer to "did it work out?"; a draft becomes a ticket when it did not, ``sealed`` as in
    :class:`FileReport`."""

    topic: str
    draft: Draft | None = None
    sealed: bool = False


@dataclass(frozen=True)
class ShowData:
    """Tell what is stored about this person."""


@dataclass(frozen=True)
class GiveCopy:
    """Hand out all that is stored about this person: by a link, or by a person where that is not safe."""


@dataclass(frozen=True)
class SetName:
    """What is stored as this person's name was wrong."""

    name: str


@dataclass(frozen=True)
class StopUsing:
    """Use this person's data for nothing but what their reports need; ``withdraws``: consent is taken back."""

    withdraws: bool = False


@dataclass(frozen=True)
class Erase:
    """Erase everything about this person."""


@dataclass(frozen=True)
class AskPerson:
    """A person must answer; ``reason`` as in the handovers table. ``number`` is the ticket that it belongs to."""

    reason: str
    text: str
    number: str | None = None


@dataclass(frozen=True)
class SetOptOut:
    """Start or stop writing to this citizen unasked."""

    out: bool


Action = (
    FileReport
    | AddToTicket
    | Confirm
    | Deny
    | JudgeAll
    | Part
    | Withdraw
    | Correct
    | Rate
    | SetSafeContact
    | AskLater
    | AnswerRecheck
    | ShowData
    | GiveCopy
    | SetName
    | StopUsing
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
