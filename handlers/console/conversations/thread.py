"""A conversation as both sides saw it, oldest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.accounts.sealing import Curtain
from bot.messages import EMAIL, NOBODY_THERE, Content
from bot.outgoing.outbox import UNASKED
from bot.privacy import mask
from bot.wording.forms import BUTTONS, TEMPLATE
from handlers.console.conversations.addressees import is_case
from handlers.console.conversations.files import in_conversation, in_ticket
from handlers.files import Shown, shown
from handlers.i18n import N_, translated
from handlers.phrases import Phrases
from storage.models import InboundMessage, MediaFile, OutboundMessage, Ticket
from storage.queries import console as queries
from storage.queries import ticket_page
from storage.queries.people import BY_A_PERSON, CAME_WHILE_HELD

LONGEST, ALL = 100, 2_000
SEALED = N_("[Pesan tersegel]")
# How far a message came, as a mark beside it.
TICKS = {
    "waiting": "clock",
    "sending": "clock",
    "accepted": "one",
    "delivered": "two",
    "read": "seen",
    "failed": "fail",
    "in_doubt": "doubt",
    "cancelled": "off",
}
PERSON, NEWS, BOT = "person", "news", "bot"


@dataclass(frozen=True)
class Pin:
    """A place that a citizen sent, in degrees."""

    latitude: float
    longitude: float
    address: str


@dataclass(frozen=True)
class Line:
    """One message. ``side``: ``in`` (the citizen), ``out`` (we to the citizen), ``mail`` (we to the agency).

    ``while_held``: it came while a person held the conversation, and the bot let it be. ``error``: why it was not
    sent, as the provider's code or our own word. ``by``: which of us wrote it, or took it down. ``buttons``: the
    choices could be pressed, else they were numbered; ``template``: it went out as an approved template.
    """

    side: str
    at: datetime
    text: str
    state: str = ""
    choices: tuple[str, ...] = ()
    files: tuple[Shown, ...] = ()
    while_held: bool = False
    error: str | None = None
    pin: Pin | None = None
    by: str = ""
    buttons: bool = False
    template: bool = False
    key: str = ""

    @property
    def tick(self) -> str:
        return TICKS.get(self.state, "clock")


@dataclass(frozen=True)
class Rows:
    """The messages of a conversation as they are stored, the newest first; ``cut``: there are older ones."""

    came: Sequence[InboundMessage]
    went: Sequence[OutboundMessage]
    files: Mapping[int, Sequence[MediaFile]]
    cut: bool

    @property
    def last_dealt_with(self) -> int:
        """The newest message that has had its effect; 0 where there is none."""
        return max((message.id for message in self.came if message.state == "done"), default=0)


def rows_of(session: Session, conversation_id: int, ticket: Ticket | None = None, most: int = LONGEST) -> Rows:
    """The last messages of a conversation and, with ``ticket``, the mails to its agency: two statements."""
    came, files = ticket_page.received(session, conversation_id, most)
    went = queries.written(session, conversation_id, most, ticket.id if ticket else None)
    return Rows(came, went, files, most in (len(came), len(went)))


def thread_of(
    session: Session, conversation_id: int, say: Phrases, curtain: Curtain, ticket: Ticket | None = None
) -> list[Line]:
    """The last messages of a conversation and, with ``ticket``, the mails to its agency.

    Of what is behind the ``curtain`` it shows only that it was written.
    """
    return lines_of(rows_of(session, conversation_id, ticket), say, curtain, ticket)


def lines_of(rows: Rows, say: Phrases, curtain: Curtain, ticket: Ticket | None = None) -> list[Line]:
    """The same, of messages that were read already."""
    told = [message for message in rows.came if not curtain.covers(message.ticket_id, message.received_at)]
    lines = [_received(m, _files(m, rows.files.get(m.id, ()), say, _way_of(m, curtain, ticket))) for m in told]
    lines += [_hidden(m) for m in rows.came if m not in told]
    lines += [_covered(m) if curtain.covers(m.ticket_id, m.created_at) else _written(m) for m in rows.went]
    return sorted(lines, key=lambda line: line.at)


def _files(
    message: InboundMessage, files: Sequence[MediaFile], say: Phrases, way: str | None
) -> tuple[Shown, ...]:
    address = in_ticket(way) if way else in_conversation(message.conversation_id or 0)
    return tuple(shown(file, address, say) for file in files)


def _way_of(message: InboundMessage, curtain: Curtain, ticket: Ticket | None) -> str | None:
    """The number through which its files are reached: that of the ticket at hand, which a sealed one's must be."""
    if ticket is not None and message.ticket_id == ticket.id:
        return ticket.number
    return curtain.number_of(message.ticket_id)


def _received(message: InboundMessage, files: tuple[Shown, ...]) -> Line:
    content = Content.from_json(message.content)
    place = content.location
    pin = Pin(place.latitude, place.longitude, mask(place.address)) if place else None
    missing = len(content.media) - len(files)
    more = translated("[%(count)s foto atau berkas]") % {"count": missing} if missing > 0 else ""
    said = "\n".join(part for part in (mask(content.text), more) if part)
    if not said and not files and pin is None:
        said = translated("[Pesan kosong]")
    held = message.outcome == CAME_WHILE_HELD
    key, by = f"masuk-{message.id}", message.channel if message.channel in NOBODY_THERE else ""
    line = Line("in", message.received_at, said, message.state, files=files, while_held=held, pin=pin, key=key)
    return replace(line, by=by)


def _hidden(message: InboundMessage) -> Line:
    return Line("in", message.received_at, translated(SEALED), key=f"masuk-{message.id}")


def _covered(message: OutboundMessage) -> Line:
    sealed = translated(SEALED)
    return Line("out", message.created_at, sealed, message.state, error=message.error, key=f"pesan-{message.id}")


def _written(message: OutboundMessage) -> Line:
    # A letter holds the agency's link, which is nobody else's: its subject is enough here.
    is_mail = message.channel == EMAIL or is_case(message)
    return Line(
        side="mail" if is_mail else "out",
        at=message.created_at,
        text=message.body.get("subject", "") if is_mail else message.body["text"],
        state=message.state,
        choices=tuple(choice["title"] for choice in message.body.get("choices", ())),
        error=message.error,
        by=_author(message),
        buttons=message.form == BUTTONS or (message.form is None and bool(message.body.get("in_session"))),
        template=message.form == TEMPLATE,
        key=f"pesan-{message.id}",
    )


def _author(message: OutboundMessage) -> str:
    if message.wording == BY_A_PERSON:
        return PERSON
    return NEWS if message.wording.startswith(UNASKED) else BOT
