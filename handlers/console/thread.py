"""A conversation as both sides saw it, oldest first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.messages import EMAIL, Content
from storage.models import InboundMessage, OutboundMessage
from storage.queries import console as queries

LONGEST = 100


@dataclass(frozen=True)
class Line:
    """One message. ``side``: ``in`` (the citizen), ``out`` (we to the citizen), ``mail`` (we to the agency)."""

    side: str
    at: datetime
    text: str
    state: str = ""
    choices: tuple[str, ...] = ()


def thread_of(session: Session, conversation_id: int, ticket_id: int | None = None) -> list[Line]:
    """The last messages of a conversation and, with ``ticket_id``, the mails to its agency."""
    came = queries.received(session, conversation_id, LONGEST)
    went = queries.written(session, conversation_id, LONGEST, ticket_id)
    lines = [*map(_received, came), *map(_written, went)]
    return sorted(lines, key=lambda line: line.at)


def _received(message: InboundMessage) -> Line:
    content = Content.from_json(message.content)
    pin = content.location
    parts = [
        content.text,
        f"[Lokasi {pin.latitude:.5f}, {pin.longitude:.5f} {pin.address}".rstrip() + "]" if pin else "",
        f"[{len(content.media)} foto atau berkas]" if content.media else "",
    ]
    text = "\n".join(part for part in parts if part)
    return Line("in", message.received_at, text or "[Pesan kosong]", message.state)


def _written(message: OutboundMessage) -> Line:
    # A mail holds the agency's link, which is nobody else's: its subject is enough here.
    is_mail = message.channel == EMAIL
    text = message.body.get("subject", "") if is_mail else message.body["text"]
    choices = tuple(choice["title"] for choice in message.body.get("choices", ()))
    return Line("mail" if is_mail else "out", message.created_at, text, message.state, choices)
