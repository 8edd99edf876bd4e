"""Messages to the telephone of somebody who works here: outside any conversation, by whichever way gets through.

Each message knows the ways that are left. Where one has no sender here, or fails, the next is taken at once.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.messages import WHATSAPP
from bot.outbox import FREE_TEXT_FOR, Note
from bot.rulebook import Rulebook
from bot.templates import content_sid
from storage.models import OutboundMessage, User
from storage.queries.duty import last_written
from storage.queries.inserting import insert_once, ring

Way = dict[str, Any]
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
    return _write(session, note.key, text, ways, written, now)


def by_next_way(session: Session, row: OutboundMessage, now: datetime) -> bool:
    """Write a message that does not get through once more, for the next of its ways; False where none is left."""
    ways = row.body.get("otherwise")
    if not ways:
        return False
    written = {name: getattr(row, name) for name in ("ticket_id", "wording", "lane", "at_least_once")}
    _write(session, f"{ways[0]['channel']}:{row.key}", row.body["text"], ways, written, now)
    return True


def _write(
    session: Session, key: str, text: str, ways: list[Way], written: Mapping[str, Any], now: datetime
) -> int | None:
    (channel, recipient, body), *_ = map(_opened, ways)
    row = {
        **written,
        "key": key,
        "channel": channel,
        "recipient": recipient,
        "body": {**body, "text": text, "choices": [], "otherwise": ways[1:]},
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
