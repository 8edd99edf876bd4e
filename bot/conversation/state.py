"""What a conversation remembers, and what a turn may look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
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
    DETAIL = "detail"  # a service's own question about a report that is filed
    WHICH = "which"  # which of several tickets was meant
    CHANGE = "change"  # what is wrong with a report
    NEW_PLACE = "new_place"
    NEW_SERVICE = "new_service"
    CHECK = "check"  # has a step been taken that a standing answer names
    HELPED = "helped"  # was the answer of use
    RATING = "rating"
    SAFE = "safe"  # may we write to this number about a sealed matter
    ERASE = "erase"  # shall everything about this person be erased


# How long what is said is taken for the answer. A question that is not listed here holds a story which must not be
# lost, and is settled after reports.PATIENCE.
ANSWERABLE_FOR: dict[Asked, timedelta] = {
    Asked.EMERGENCY_PLACE: timedelta(hours=6),
    Asked.WITHDRAW: timedelta(days=1),
    Asked.DETAIL: timedelta(hours=12),
    Asked.CHANGE: timedelta(hours=12),
    Asked.NEW_PLACE: timedelta(hours=12),
    Asked.NEW_SERVICE: timedelta(hours=12),
    Asked.CHECK: timedelta(days=1),
    Asked.HELPED: timedelta(days=1),
    Asked.RATING: timedelta(days=3),
    Asked.SAFE: timedelta(days=3),
    Asked.ERASE: timedelta(days=1),
}
# Not answering these is an answer: whatever comes next is taken for what it says.
COURTESY_QUESTIONS = frozenset({Asked.DETAIL, Asked.HELPED, Asked.RATING})
# These are about the report that is not filed yet.
ABOUT_A_DRAFT = frozenset({Asked.PLACE, Asked.SERVICE})


@dataclass(frozen=True)
class Draft:
    """A report that is not filed yet.

    ``also`` are further services that the same text asks for; while ``service`` is still to be picked, the two
    that it may be about at once. ``sealed``: its words are for few eyes only. ``detail_asked``: the service's own
    question went along with the one for the place. ``begun``: when its first message came, for what came along
    with it; ``asked_at``: when it was asked about last. ``checked``: the topic of a standing answer that was asked
    about first, and what was said to that.
    """

    kind: str
    story: str
    service: str | None = None
    also: tuple[str, ...] = ()
    place: str | None = None
    kelurahan: str | None = None
    city: str | None = None
    location: Location | None = None
    sealed: bool = False
    detail_asked: bool = False
    begun: datetime | None = None
    asked_at: datetime | None = None
    checked: tuple[str, str] | None = None

    @property
    def has_place(self) -> bool:
        return bool(self.place or self.location)


@dataclass(frozen=True)
class Pending:
    """The one question that waits for an answer. ``options`` are choice keys in the order shown;
    ``ticket`` is set where the question is about a ticket that exists, ``topic`` where it is about a standing
    answer. ``held`` is what was said before and what the answer decides about; ``verdict`` is what was said of a
    ticket that is still to be named."""

    asked: Asked
    since: datetime
    options: tuple[str, ...] = ()
    ticket: str | None = None
    topic: str | None = None
    verdict: str | None = None
    held: Draft | None = None

    @property
    def holds_words(self) -> bool:
        """Whether what was said before is kept nowhere else, and must not be lost with the question."""
        adds = self.asked is Asked.WHICH and self.verdict == "add"
        return self.held is not None and (adds or self.asked is Asked.NEW_SERVICE)

    def is_open(self, at: datetime) -> bool:
        """Whether something said ``at`` that time can still be its answer."""
        lasts = ANSWERABLE_FOR.get(self.asked)
        return lasts is None or at - self.since <= lasts


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

    def at(self, now: datetime) -> "Dialogue":
        """Without a question whose answer would come too late."""
        stale = self.pending is not None and not self.pending.is_open(now)
        return self.answered() if stale else self

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
    ``followed`` says that another matter has come behind it already. ``quoted`` is the number of the ticket that
    the quoted message was about; ``sealed_words`` and ``self_harm`` are signs of a matter for few eyes only;
    ``english`` is None where too little is said to tell. ``kinds`` are those of the files that came along
    (:mod:`bot.intake.file_types`); ``abroad``: a pin came that cannot be in this country, and was left out. The
    words alone tell ``names_place`` (signs of an address), ``corrects`` ("maksudnya", "bukan"), ``means_there``
    ("di situ juga"), ``means_here``, ``means_all``, ``says_fixed``, ``says_not_yet``, ``says_again``,
    ``puts_off`` ("besok saya cek"), ``asks_back`` ("maksudnya?"), ``asks_to_wait`` ("sebentar ya"),
    ``only_agrees`` (an "ok pak"; ``consents``: and no "sudah";
    ``begins_with_yes``: with more behind it), ``means_elsewhere`` ("belum di tempat saya"),
    ``means_another`` ("beda"), ``new_name`` ("ubah nama saya jadi ..."), ``only_hides_name`` (a wish to be
    named nowhere, and nothing else) and ``emergency_service`` (of what kind an emergency is).
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
    quoted: str | None = None
    kinds: frozenset[str] = frozenset()
    abroad: bool = False
    names_place: bool = False
    corrects: bool = False
    means_there: bool = False
    means_here: bool = False
    means_all: bool = False
    says_fixed: bool = False
    says_not_yet: bool = False
    says_again: bool = False
    puts_off: bool = False
    asks_back: bool = False
    asks_to_wait: bool = False
    means_elsewhere: bool = False
    means_another: bool = False
    only_agrees: bool = False
    consents: bool = False
    begins_with_yes: bool = False
    emergency_service: str | None = None
    hides_name: bool = False
    only_hides_name: bool = False
    new_name: str | None = None
    sealed_words: bool = False
    self_harm: bool = False
    english: bool | None = None

    @property
    def is_short(self) -> bool:
        """A few words, as an answer has; a message with a story of its own is longer."""
        return len(self.text.split()) <= SHORT_WORDS


@dataclass(frozen=True)
class TicketView:
    """As much of a ticket as the conversation needs. Times are aware UTC; ``told`` is the masked story;
    ``follows``: the agency works on it in another citizen's, who reported the same. ``is_report``: no praise or
    idea. ``since``: when it came to the agency that has it now; ``asked_at``: when we last asked about it and wait
    for the answer."""

    number: str
    status: str
    service: str
    agency: str
    created_at: datetime
    solve_by: datetime
    is_open: bool
    expected_on: datetime | None = None
    closed_at: datetime | None = None
    outcome: str | None = None
    asked_at: datetime | None = None
    has_place: bool = True
    is_report: bool = True
    urgent: bool = False
    sealed: bool = False
    may_be_rated: bool = False
    place: str | None = None
    told: str = ""
    follows: bool = False
    since: datetime | None = None


@dataclass(frozen=True)
class Advice:
    """What goes with a standing answer.

    ``days``: a step that the answer names has a stated time; whether it was taken, and is over, is asked first.
    None where nothing is asked. ``service``: what a ticket is about that comes of it. ``helped``: "was that of
    use?" is asked behind it.
    """

    service: str | None = None
    days: int | None = None
    helped: bool = False


@dataclass(frozen=True)
class Situation:
    """The world around one turn: the citizen's tickets, newest first, and who is speaking.

    ``answerable`` are the standing answers that may be given now, ``checks`` what the answers ask first or later;
    ``understands`` is false where no language model is installed at all. ``rechecking`` is the topic that we asked
    about last ("did it work out?") and have no answer to, with the time of asking. ``awaits_person``: something
    that was said here is still to be read by a person. ``repeated``: the number of what was lately taken for a
    repetition of an earlier report.
    """

    tickets: tuple[TicketView, ...] = ()
    held_by_person: bool = False
    opted_out: bool = False
    blocked: bool = False
    answerable: frozenset[str] = frozenset()
    advice: Mapping[str, Advice] = field(default_factory=dict)
    rechecking: tuple[str, datetime] | None = None
    awaits_person: bool = False
    repeated: str | None = None
    understands: bool = True

    @property
    def is_silent(self) -> bool:
        """Whether the bot has nothing to say here: a person is speaking, or the sender is blocked."""
        return self.held_by_person or self.blocked

    @property
    def open_tickets(self) -> tuple[TicketView, ...]:
        return tuple(ticket for ticket in self.tickets if ticket.is_open)

    def ticket(self, number: str) -> TicketView | None:
        return next((ticket for ticket in self.tickets if ticket.number == number), None)
