"""Writes what is to be said into the outbox, in the transaction that decided to say it."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.messages import EMAIL, NOBODY_THERE, WHATSAPP, Choice
from bot.rulebook import Rulebook
from bot.tickets import citizen_page
from bot.watching.trail import TRAIL
from bot.wording.buttons import interactive
from bot.wording.templates import content_sid
from bot.words import NORMAL_LANE, UNASKED_LANE
from storage.models import Conversation, OutboundMessage, Ticket
from storage.queries.inserting import insert_once, ring

# How sentences are called that are said by ourselves.
UNASKED = "follow_"
LONGEST_LINE = 78  # characters, after which a header is folded (RFC 5322, 2.1.1)


@dataclass(frozen=True)
class Note:
    """One message to a citizen before it is put into words. ``key`` names its one occasion.

    ``announcement_id``: it is one of the many messages of an announcement; ``inbound_id``: the message it answers.
    """

    key: str
    wording: str
    values: Mapping[str, Any] = field(default_factory=dict)
    choices: tuple[tuple[str, str], ...] = ()
    ticket_id: int | None = None
    lane: int = NORMAL_LANE
    at_least_once: bool = False
    text: str | None = None
    announcement_id: int | None = None
    inbound_id: int | None = None


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

    def message_id(self, rulebook: Rulebook) -> str:
        """The same for each copy; with one @ and no colon (RFC 5322, 3.6.4), though a key may name an address.

        A long key is told by its hash: a header of more than a line is folded, and not all programs unfold it.
        """
        domain = rulebook.mail_from.rpartition("@")[2]
        local = re.sub("[:@]", ".", self.key)
        if len(f"Message-ID: <{local}@{domain}>") > LONGEST_LINE:
            local = hashlib.sha256(self.key.encode()).hexdigest()[:32]
        return f"<{local}@{domain}>"


def to_citizen(
    session: Session, rulebook: Rulebook, conversation: Conversation, note: Note, now: datetime, due: datetime
) -> int | None:
    """Put ``note`` into words and into the outbox; None when it stood there already, or nobody reads it."""
    if conversation.channel in NOBODY_THERE:
        return None
    language = conversation.language
    values = {"city": rulebook.city.name, **note.values}
    text = note.text or rulebook.wording.say(note.wording, language, values)
    if not rulebook.city.can_answer(conversation.channel):  # nobody can answer there: a page takes the answer
        note, text = replace(note, choices=()), with_link(session, rulebook, note, text, language)
    template = rulebook.wording.template(note.wording, values, language)
    choices = tuple(Choice(key, title_of(rulebook, language, title)) for key, title in note.choices)
    body: dict[str, Any] = {"text": text, "choices": [asdict(choice) for choice in choices]}
    if note.inbound_id:
        body[TRAIL] = note.inbound_id
    if choices:
        body["hint"] = rulebook.wording.say("number_hint", language, {})
        body["label"] = rulebook.wording.say("list_button", language, {})
    if conversation.channel == WHATSAPP:  # elsewhere sentences may be sent at any time, and there are no buttons
        sid = content_sid(rulebook.city, template[0], language) if template else None
        late = {"template": sid, "variables": template[1]} if template and sid else {}
        shown = interactive(rulebook.city, language, text, note.choices, choices)
        body |= {**late, **({"in_session": asdict(shown)} if shown else {})}
    row = {
        **_row(note.key, conversation.channel, conversation.address, body, now, due),
        "sender": conversation.our_address,
        "conversation_id": conversation.id,
        "ticket_id": note.ticket_id,
        "announcement_id": note.announcement_id,
        "wording": note.wording,
        "lane": _lane(note),
        "at_least_once": note.at_least_once,
    }
    ring(session)
    return insert_once(session, OutboundMessage, row)


def _lane(note: Note) -> int:
    """What nobody asked for waits behind replies."""
    is_unasked = note.lane == NORMAL_LANE and note.wording.startswith(UNASKED)
    return UNASKED_LANE if is_unasked else note.lane


def with_link(session: Session, rulebook: Rulebook, note: Note, text: str, language: str) -> str:
    ticket = session.get(Ticket, note.ticket_id) if note.ticket_id else None
    if ticket is None:
        return text
    if citizen_page.short_address_of(rulebook, ticket) in text:
        return text  # it stands there already
    link = {"link": citizen_page.address_of(rulebook, ticket)}
    return f"{text}\n{rulebook.wording.say('see_page', language, link)}"


def by_mail(session: Session, rulebook: Rulebook, letter: Letter, now: datetime) -> int | None:
    """Put an e-mail into the outbox; None when it stood there already."""
    body = {
        "text": letter.text,
        "subject": letter.subject,
        "html": letter.html,
        "message_id": letter.message_id(rulebook),
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


def title_of(rulebook: Rulebook, language: str, key: str) -> str:
    """What the citizen reads of a choice, which is named by a sentence, a service (``service:<code>``),
    or by a ticket and its service (``ticket:<number>:<code>``; without the code: for few eyes)."""
    kind, _, rest = key.partition(":")
    if kind == "ticket":
        number, _, code = rest.partition(":")
        return f"{number} {rulebook.city.services[code].name}" if code else number
    return rulebook.city.services[rest].name if kind == "service" else rulebook.wording.say(key, language, {})


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
