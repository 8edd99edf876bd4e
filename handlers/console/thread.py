"""A conversation as both sides saw it, oldest first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.messages import EMAIL, Content
from bot.sealing import Curtain
from handlers.console.addressees import is_case
from handlers.console.files import in_conversation, in_ticket
from handlers.files import Shown, shown
from handlers.phrases import Phrases
from storage.models import InboundMessage, MediaFile, OutboundMessage, Ticket
from storage.queries import console as queries
from storage.queries.media import files_of_messages
from storage.queries.people import CAME_WHILE_HELD

LONGEST = 100
SEALED = "[Pesan tersegel]"


@dataclass(frozen=True)
class Line:
    """One message. ``side``: ``in`` (the citizen), ``out`` (we to the citizen), ``mail`` (we to the agency).

    ``while_held``: it came while a person held the conversation, and the bot let it be. ``error``: why it was not
    sent, as the provider's code or our own word.
    """

    side: str
    at: datetime
    text: str
    state: str = ""
    choices: tuple[str, ...] = ()
    files: tuple[Shown, ...] = ()
    while_held: bool = False
    error: str | None = None


def thread_of(
    session: Session, conversation_id: int, say: Phrases, curtain: Curtain, ticket: Ticket | None = None
) -> list[Line]:
    """The last messages of a conversation and, with ``ticket``, the mails to its agency.

    Of what is behind the ``curtain`` it shows only that it was written.
    """
    came = queries.received(session, conversation_id, LONGEST)
    went = queries.written(session, conversation_id, LONGEST, ticket.id if ticket else None)
    told = [message for message in came if not curtain.covers(message.ticket_id, message.received_at)]
    sent = files_of_messages(session, [message.id for message in told if message.content.get("media")])
    lines = [_received(m, _files(m, sent.get(m.id, []), say, _way_of(m, curtain, ticket))) for m in told]
    lines += [Line("in", message.received_at, SEALED) for message in came if message not in told]
    lines += [_covered(m) if curtain.covers(m.ticket_id, m.created_at) else _written(m) for m in went]
    return sorted(lines, key=lambda line: line.at)


def _files(message: InboundMessage, files: list[MediaFile], say: Phrases, way: str | None) -> tuple[Shown, ...]:
    address = in_ticket(way) if way else in_conversation(message.conversation_id or 0)
    return tuple(shown(file, address, say) for file in files)


def _way_of(message: InboundMessage, curtain: Curtain, ticket: Ticket | None) -> str | None:
    """The number through which its files are reached: that of the ticket at hand, which a sealed one's must be."""
    if ticket is not None and message.ticket_id == ticket.id:
        return ticket.number
    return curtain.number_of(message.ticket_id)


def _received(message: InboundMessage, files: tuple[Shown, ...]) -> Line:
    content = Content.from_json(message.content)
    pin = content.location
    parts = [
        content.text,
        f"[Lokasi {pin.latitude:.5f}, {pin.longitude:.5f} {pin.address}".rstrip() + "]" if pin else "",
        f"[{len(content.media)} foto atau berkas]" if len(content.media) > len(files) else "",
    ]
    text = "\n".join(part for part in parts if part)
    said = text if text or files else "[Pesan kosong]"
    held = message.outcome == CAME_WHILE_HELD
    return Line("in", message.received_at, said, message.state, files=files, while_held=held)


def _covered(message: OutboundMessage) -> Line:
    return Line("out", message.created_at, SEALED, message.state, error=message.error)


def _written(message: OutboundMessage) -> Line:
    # A letter holds the agency's link, which is nobody else's: its subject is enough here.
    is_mail = message.channel == EMAIL or is_case(message)
    text = message.body.get("subject", "") if is_mail else message.body["text"]
    choices = tuple(choice["title"] for choice in message.body.get("choices", ()))
    side = "mail" if is_mail else "out"
    return Line(side, message.created_at, text, message.state, choices, error=message.error)
