"""By which way a message gets through: to the telephone of somebody who works here, and to a citizen.

Each message knows the ways that are left. Where one has no sender here, or fails, the next is taken at once.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.messages import WHATSAPP
from bot.outgoing.outbox import Note, with_link
from bot.rulebook import Rulebook
from bot.wording.forms import FREE_TEXT_FOR
from bot.wording.templates import content_sid
from storage.models import Conversation, OutboundMessage, User
from storage.queries.duty import last_written
from storage.queries.inserting import insert_once, ring
from storage.queries.sending import other_address

Way = dict[str, Any]
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
ARRIVED = ("delivered", "read")


def to_phone(
    session: Session,
    rulebook: Rulebook,
    user: User,
    note: Note,
    now: datetime,
    before: OutboundMessage | None = None,
) -> int | None:
    """Put ``note`` into the outbox for the telephone of ``user``; None when it stood there already.

    ``before`` is what they were sent last: the way by which it arrived comes first, one by which it did not last.
    """
    text = rulebook.wording.say(note.wording, rulebook.language, note.values)
    ways = [_way(session, rulebook, user, note, channel, now) for channel in rulebook.city.duty.channels]
    ways.sort(key=lambda way: (_experience(way, before), _is_shut(way, now)))
    written = {
        "ticket_id": note.ticket_id,
        "wording": note.wording,
        "lane": note.lane,
        "at_least_once": note.at_least_once,
    }
    return write(session, note.key, {"text": text}, ways, written, now)


def by_next_way(session: Session, row: OutboundMessage, now: datetime, rulebook: Rulebook | None = None) -> bool:
    """Write a message that does not get through once more, for the next of its ways; False where none is left."""
    ways = row.body.get("otherwise")
    if ways is None and rulebook is not None:
        ways = _of_citizen(session, rulebook, row, now)
    if not ways:
        return False
    same = ("ticket_id", "conversation_id", "announcement_id", "wording", "lane", "at_least_once")
    written = {name: getattr(row, name) for name in same} | {"instead_of": row.id}
    said: Way = {name: row.body[name] for name in ("text", "choices", "hint") if name in row.body}
    write(session, f"{ways[0]['channel']}:{row.key}", said, ways, written, now)
    return True


def _of_citizen(session: Session, rulebook: Rulebook, row: OutboundMessage, now: datetime) -> list[Way]:
    """Where else a citizen can be reached: by SMS at the number of their WhatsApp, or where they write to us, too.

    Only one way further: what fails there as well is for a person.
    """
    if row.conversation is None or row.instead_of is not None:
        return []
    phone = row.recipient.removeprefix("whatsapp:")
    if row.channel == WHATSAPP and rulebook.sms_line and PHONE.fullmatch(phone):
        return [{"channel": rulebook.sms_line, "recipient": phone, **_one_way(session, rulebook, row)}]
    other = other_address(session, row.conversation)
    return _to_other(other, now) if other is not None else []


def _one_way(session: Session, rulebook: Rulebook, row: OutboundMessage) -> Way:
    """Where only sending is possible nothing is asked: the page takes the answer."""
    if not rulebook.sms_line or rulebook.city.can_answer(rulebook.sms_line) or row.conversation is None:
        return {}
    note = Note(row.key, row.wording, ticket_id=row.ticket_id)
    text = with_link(session, rulebook, note, row.body["text"], row.conversation.language)
    return {"text": text, "choices": []}


def _to_other(other: Conversation, now: datetime) -> list[Way]:
    """Their other address, whose window is not that of the conversation that the message belongs to."""
    way: Way = {"channel": other.channel, "recipient": other.address}
    if other.channel == WHATSAPP:
        way["free_until"] = ((other.last_inbound_at or other.created_at) + FREE_TEXT_FOR).isoformat()
    return [] if _is_shut(way, now) else [way]


def write(
    session: Session,
    key: str,
    said: Mapping[str, Any],
    ways: list[Way],
    written: Mapping[str, Any],
    now: datetime,
) -> int | None:
    """Put what is ``said`` into the outbox for the first of ``ways``; None when it stood there already."""
    (channel, recipient, body), *_ = map(_opened, ways)
    row = {
        **written,
        "key": key,
        "channel": channel,
        "recipient": recipient,
        "sender": body.pop("sender", None),
        "body": {"choices": [], **said, **body, "otherwise": ways[1:]},
        "created_at": now,
        "due_at": now,
        "state": "waiting",
        "attempts": 0,
    }
    ring(session)
    return insert_once(session, OutboundMessage, row)


def _opened(way: Way) -> tuple[str, str, Way]:
    """Channel, recipient, and what the body says about the template."""
    return way["channel"], way["recipient"], {k: v for k, v in way.items() if k not in ("channel", "recipient")}


def _way(session: Session, rulebook: Rulebook, user: User, note: Note, channel: str, now: datetime) -> Way:
    if channel != WHATSAPP:
        return {"channel": channel, "recipient": user.phone}
    last = last_written(session, user.phone_hash or "", WHATSAPP)
    way: Way = {
        "channel": channel,
        "recipient": f"whatsapp:{user.phone}",
        "free_until": (last + FREE_TEXT_FOR if last else now).isoformat(),
    }
    template = rulebook.wording.template(note.wording, note.values, rulebook.language)
    sid = content_sid(rulebook.city, template[0], rulebook.language) if template else None
    return {**way, "template": sid, "variables": template[1]} if template and sid else way


def _is_shut(way: Way, now: datetime) -> bool:
    """WhatsApp without an approved template takes nothing a day after the last message from that telephone."""
    return "free_until" in way and "template" not in way and datetime.fromisoformat(way["free_until"]) <= now


def _experience(way: Way, before: OutboundMessage | None) -> int:
    if before is None or before.channel != way["channel"]:
        return 0
    return -1 if before.state in ARRIVED else 1
