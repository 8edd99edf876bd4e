"""One message as Meta posts it, read: who wrote, and what. Fields that nobody knows are passed over.

Facts (Meta's webhook reference, 2026): ``from`` is a number without its plus sign; who hides it behind a user name
has a ``from_user_id`` only (``ID.4566...``), which we keep as Twilio writes it, ``whatsapp:ID.4566...``.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import phonenumbers

from bot.messages import WHATSAPP, Content, Incoming, Location, Media
from handlers.channels.meta_cloud import MESSAGE_ID, PHONE, USER
from handlers.channels.meta_cloud_media import SCHEME

FILES = ("image", "document", "audio", "voice", "video", "sticker")
# They tell that something happened; nobody has said anything that could be answered.
EVENTS = frozenset({"system", "edit", "revoke"})
NUMBER_CHANGED = frozenset({"user_changed_number", "customer_changed_number"})
LONGEST = 1_000  # of what is put together from fields without a limit of their own
# Within this our clock counts, and what is older than Meta tries again is a mistake.
PROMPT, OLDEST = timedelta(seconds=60), timedelta(days=7)


class MisshapenError(Exception):
    """It is no message of the kind that it says it is."""


def external_id(message: Mapping[str, Any]) -> str:
    """The ``wamid``; MisshapenError where there is none."""
    found = message.get("id")
    if not isinstance(found, str) or not MESSAGE_ID.fullmatch(found):
        raise MisshapenError("id")
    return found


def event_of(message: Mapping[str, Any]) -> str | None:
    """Why this is for a person and not for the conversation; None where it is a citizen's message to us.

    MisshapenError where its type is no word.
    """
    if message.get("group_id"):
        return "group"
    kind = message.get("type", "")
    if not isinstance(kind, str):
        raise MisshapenError("type")
    if kind not in EVENTS:
        return None
    return "number_changed" if _word(_part(message, kind), "type") in NUMBER_CHANGED else kind


def is_taken_back(message: Mapping[str, Any]) -> bool:
    """A reaction that somebody took off again: nothing was said."""
    return message.get("type") == "reaction" and not _part(message, "reaction").get("emoji")


def read(message: Mapping[str, Any], contacts: list[Mapping[str, Any]], our_address: str) -> Incoming:
    """The message; MisshapenError."""
    contact = _contact(message, contacts)
    address = _address(message, contact)
    name = _dict(contact.get("profile")).get("name")
    content = _content(message, name if isinstance(name, str) else None)
    raw = dict(message) | ({"contact": dict(contact)} if contact else {})
    return Incoming(WHATSAPP, external_id(message), address, our_address, content, _phone(address), raw)


def came_at(message: Mapping[str, Any], now: datetime) -> datetime:
    """When it was written, where it comes late: Meta tries again for days, and the window is open since then."""
    stamp = message.get("timestamp")
    if not isinstance(stamp, str | int) or not str(stamp).isdecimal() or len(str(stamp)) > 11:
        return now
    written = datetime.fromtimestamp(int(stamp), UTC)
    return written if PROMPT <= now - written <= OLDEST else now


def _contact(message: Mapping[str, Any], contacts: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Who wrote this one of many; nothing where nobody says."""
    ids = {_word(message, "from"), _word(message, "from_user_id")} - {None}
    fitting = [one for one in contacts if {_word(one, "wa_id"), _word(one, "user_id")} & ids]
    alone = contacts if not ids and len(contacts) == 1 else []
    return next(iter([*fitting, *alone]), {})


def _word(of: Mapping[str, Any], name: str) -> str | None:
    """What stands there, if it is text: anything can stand in what somebody else has signed."""
    found = of.get(name)
    return found if isinstance(found, str) else None


def _address(message: Mapping[str, Any], contact: Mapping[str, Any]) -> str:
    named = (message.get("from"), message.get("from_user_id"), contact.get("wa_id"), contact.get("user_id"))
    for one in named:
        if isinstance(one, str):
            address = f"whatsapp:+{one}" if one.isdecimal() else f"whatsapp:{one}"
            if PHONE.fullmatch(address) or USER.fullmatch(address):
                return address
    raise MisshapenError("from")


def _phone(address: str) -> str | None:
    """E.164 where the address is a number that can be one."""
    if not PHONE.fullmatch(address):
        return None
    parsed = phonenumbers.parse(address.removeprefix("whatsapp:"))
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _content(message: Mapping[str, Any], name: str | None) -> Content:
    quoted = _dict(message.get("context")).get("id")
    text, choice, more = _said(message)
    return Content(
        text=text,
        choice=choice,
        location=_location(message),
        media=_media(message),
        quoted=quoted if isinstance(quoted, str) else more,
        profile_name=name,
    )


def _said(message: Mapping[str, Any]) -> tuple[str, str | None, str | None]:
    """The words, the key of what was picked, the message that a reaction is about. Unknown kinds say nothing."""
    kind = message.get("type")
    if kind == "text":
        return _words(_part(message, kind), "body"), None, None
    if kind == "button":
        part = _part(message, kind)
        return _words(part, "text"), _key(part.get("payload")), None
    if kind == "interactive":
        return _picked(_part(message, kind))
    if kind == "reaction":
        part = _part(message, kind)
        return _words(part, "emoji"), None, _key(part.get("message_id"))
    if kind in FILES:
        return _text(_part(message, kind).get("caption")), None, None
    if kind == "contacts":
        return _cards(message.get("contacts")), None, None
    return _text(_dict(message.get(str(kind))).get("text")), None, None


def _picked(interactive: Mapping[str, Any]) -> tuple[str, str | None, str | None]:
    """What stood on the button or the row, and its key; of a form what Meta says of it."""
    for name in ("button_reply", "list_reply"):
        if name in interactive:
            part = _part(interactive, name)
            return _text(part.get("title")), _key(part.get("id")), None
    return _text(_dict(interactive.get("nfm_reply")).get("body")), None, None


def _cards(cards: object) -> str:
    """Name and numbers of each contact that was sent along, a line each."""
    lines = []
    for card in cards if isinstance(cards, list) else ():
        listed = _dict(card).get("phones")
        phones = [_text(_dict(one).get("phone")) for one in (listed if isinstance(listed, list) else ())]
        name = _text(_dict(_dict(card).get("name")).get("formatted_name"))
        lines.append(" ".join(filter(None, (name, *phones))))
    return "\n".join(filter(None, lines))[:LONGEST]


def _location(message: Mapping[str, Any]) -> Location | None:
    """The pin; None where it lies nowhere. 0, 0 is what a phone says that does not know where it is."""
    if message.get("type") != "location":
        return None
    part = _part(message, "location")
    try:
        latitude, longitude = float(part["latitude"]), float(part["longitude"])
    except (KeyError, TypeError, ValueError, OverflowError):
        raise MisshapenError("location") from None
    if not math.isfinite(latitude) or not -90 <= latitude <= 90 or not -180 <= longitude <= 180:
        return None
    if latitude == longitude == 0:
        return None
    return Location(latitude, longitude, _text(part.get("address")) or _text(part.get("name")))


def _media(message: Mapping[str, Any]) -> tuple[Media, ...]:
    kind = message.get("type")
    if kind not in FILES:
        return ()
    part = _part(message, kind)
    found = part.get("id")
    if not isinstance(found, str) or not found.isdecimal() or len(found) > 64:
        raise MisshapenError("media")
    return (Media(f"{SCHEME}{found}", _text(part.get("mime_type"))),)


def _part(message: Mapping[str, Any], kind: object) -> Mapping[str, Any]:
    """What the message says under its own kind."""
    found = message.get(str(kind))
    if not isinstance(found, dict):
        raise MisshapenError(str(kind)[:32])
    return found


def _words(part: Mapping[str, Any], name: str) -> str:
    found = part.get(name)
    if not isinstance(found, str):
        raise MisshapenError(name)
    return found


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _key(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
