"""Writes what is to be said into the outbox, in the transaction that decided to say it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.messages import EMAIL, WHATSAPP, Choice, Outgoing
from bot.rulebook import Rulebook
from bot.templates import content_sid
from bot.words import NORMAL_LANE
from storage.models import Conversation, OutboundMessage
from storage.queries.inserting import insert_once, ring

# WhatsApp takes free text this long after the citizen's last message, and approved templates later.
FREE_TEXT_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class Note:
    """One message to a citizen before it is put into words. ``key`` names its one occasion."""

    key: str
    wording: str
    values: Mapping[str, Any] = field(default_factory=dict)
    choices: tuple[tuple[str, str], ...] = ()
    ticket_id: int | None = None
    lane: int = NORMAL_LANE
    at_least_once: bool = False
    text: str | None = None


@dataclass(frozen=True)
class Letter:
    """One e-mail, ready to send. ``key`` names its one occasion and becomes its stable Message-ID."""

    key: str
    to: str
    subject: str
    text: str
    html: str
    ticket_id: int | None = None
    lane: int = NORMAL_LANE


def to_citizen(
    session: Session, rulebook: Rulebook, conversation: Conversation, note: Note, now: datetime, due: datetime
) -> int | None:
    """Put ``note`` into words and into the outbox; None when it stood there already."""
    language = conversation.language
    values = {"city": rulebook.city.name, **note.values}
    text = note.text or rulebook.wording.say(note.wording, language, values)
    template = rulebook.wording.template(note.wording, values, language)
    choices = [{"key": key, "title": _title(rulebook, language, title)} for key, title in note.choices]
    body: dict[str, Any] = {"text": text, "choices": choices}
    sid = content_sid(rulebook.city, template[0], language) if template else None
    if template and sid and conversation.channel == WHATSAPP:  # elsewhere sentences may be sent at any time
        free_until = (conversation.last_inbound_at or now) + FREE_TEXT_FOR
        body |= {"template": sid, "variables": template[1], "free_until": free_until.isoformat()}
    row = {
        **_row(note.key, conversation.channel, conversation.address, body, now, due),
        "sender": conversation.our_address,
        "conversation_id": conversation.id,
        "ticket_id": note.ticket_id,
        "wording": note.wording,
        "lane": note.lane,
        "at_least_once": note.at_least_once,
    }
    ring(session)
    return insert_once(session, OutboundMessage, row)


def by_mail(session: Session, rulebook: Rulebook, letter: Letter, now: datetime) -> int | None:
    """Put an e-mail into the outbox; None when it stood there already."""
    domain = rulebook.mail_from.rpartition("@")[2]
    body = {
        "text": letter.text,
        "subject": letter.subject,
        "html": letter.html,
        "message_id": f"<{letter.key.replace(':', '.')}@{domain}>",
    }
    row = {
        **_row(letter.key, EMAIL, letter.to, body, now, now),
        "sender": rulebook.mail_from,
        "ticket_id": letter.ticket_id,
        "wording": "mail",
        "lane": letter.lane,
        "at_least_once": True,
    }
    ring(session)
    return insert_once(session, OutboundMessage, row)


def outgoing(row: OutboundMessage, at: datetime) -> Outgoing:
    """A row of the outbox as the channels take it when it is sent at ``at``."""
    body = row.body
    template = body.get("template")
    if template and at < datetime.fromisoformat(body["free_until"]):
        template = None
    return Outgoing(
        id=row.id,
        channel=row.channel,
        recipient=row.recipient,
        sender=row.sender,
        text=body["text"],
        choices=tuple(Choice(**choice) for choice in body.get("choices", ())),
        subject=body.get("subject", ""),
        html=body.get("html", ""),
        message_id=body.get("message_id", ""),
        template=template,
        variables=body.get("variables", {}),
    )


def _title(rulebook: Rulebook, language: str, key: str) -> str:
    """A choice is named by a sentence, or by a service of the city (``service:<code>``)."""
    kind, _, code = key.partition(":")
    return rulebook.city.services[code].name if kind == "service" else rulebook.wording.say(key, language, {})


def _row(
    key: str, channel: str, recipient: str, body: dict[str, Any], now: datetime, due: datetime
) -> dict[str, Any]:
    return {
        "key": key,
        "channel": channel,
        "recipient": recipient,
        "body": body,
        "created_at": now,
        "due_at": due,
        "state": "waiting",
        "attempts": 0,
    }
