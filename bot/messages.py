"""A message as the channels hand it in, and as they are asked to send it."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

WHATSAPP, SMS, GATEWAY, EMAIL = "whatsapp", "sms", "gateway", "email"
# The simulator's telephones: one with buttons, as WhatsApp is, and one that writes SMS.
SIMULATOR, SIMULATOR_SMS = "simulator", "simulator-sms"
SIMULATED = (SIMULATOR, SIMULATOR_SMS)
# By which agencies may have their cases, too.
WEBHOOK = "webhook"
# Other systems that are told what happens to tickets (``bot.subscribers``).
SUBSCRIBER = "subscriber"
# What citizens do on their page, beside their conversation.
PAGE = "page"
# What an officer took down of somebody who left no number: nothing is ever sent there.
DESK = "desk"
# What another system files through Open311. Of somebody who left no number it stays the conversation's channel.
OPEN311 = "open311"
# Conversations with nobody at the other end: nothing is asked or sent there.
NOBODY_THERE = frozenset({DESK, OPEN311})
LONGEST_TEXT = 10_000
# Control characters that are no white space, and those that turn the direction of everything behind them.
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
_UNSEEN = frozenset({"Cf", "Mn", "Me", "Zs", "Zl", "Zp", "Cc"})


@dataclass(frozen=True)
class Manners:
    """What a channel that citizens write on is like. ``label``: how pages call it; ``is_sms``: plain short text,
    sent in segments; ``is_priced``: ``config.yml`` may say what it costs; ``has_phones``: people are known by
    their telephone numbers there."""

    label: str
    is_sms: bool = False
    is_priced: bool = True
    has_phones: bool = False


# What goes by the names of channels (routing, costs, pages, how a question is written) goes by this table. Here
# stand those that ``bot`` itself speaks of; others are made known by their modules (``docs/adding-a-channel.md``).
CHANNELS: dict[str, Manners] = {
    WHATSAPP: Manners("WhatsApp", has_phones=True),
    SMS: Manners("SMS", is_sms=True, has_phones=True),
    GATEWAY: Manners("SMS (gateway)", is_sms=True, has_phones=True),
    SIMULATOR: Manners("Simulator", is_priced=False),
    SIMULATOR_SMS: Manners("Simulator (SMS)", is_sms=True, is_priced=False),
    DESK: Manners("Loket", is_priced=False),
    OPEN311: Manners("Open311", is_priced=False),
}


def make_known(channels: Mapping[str, Manners]) -> None:
    """Add channels that citizens write on; done once, before anything goes by the table."""
    CHANNELS.update(channels)


def has_phones(channel: str) -> bool:
    """Whether the recipient is a telephone."""
    return channel in CHANNELS and CHANNELS[channel].has_phones


@dataclass(frozen=True)
class Location:
    """A pin on the map, in degrees, with the address that the phone gave it."""

    latitude: float
    longitude: float
    address: str = ""


@dataclass(frozen=True)
class Media:
    """A photo or file that came along: where it can be fetched, and the type its sender claims."""

    url: str
    content_type: str


@dataclass(frozen=True)
class Content:
    """What was said: text, a button or list choice, a pin, files; which earlier message it quotes."""

    text: str = ""
    choice: str | None = None
    location: Location | None = None
    media: tuple[Media, ...] = ()
    quoted: str | None = None
    profile_name: str | None = None
    opt_out: str | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Content":
        location = Location(**data["location"]) if data.get("location") else None
        media = tuple(Media(**item) for item in data.get("media") or ())
        return cls(**{**data, "location": location, "media": media})


def legible(text: str) -> str:
    """``text`` as it can be stored, shown and sent on; empty where nothing of it can be seen.

    Half a surrogate pair becomes a question mark; NUL and its like, and characters that turn the direction of
    what stands behind them, are dropped. Right-to-left scripts need none of those.
    """
    text = _NO_TEXT.sub("", text.encode("utf-8", "replace").decode())
    return text if any(unicodedata.category(character) not in _UNSEEN for character in text) else ""


@dataclass(frozen=True)
class Incoming:
    """One message as a channel received it.

    ``address`` is the sender within the channel; ``phone`` the same as E.164 where it is a phone number,
    None for a bare WhatsApp user id.
    """

    channel: str
    external_id: str
    address: str
    our_address: str
    content: Content
    phone: str | None = None
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """One possible answer to a question: what comes back, and what the person reads."""

    key: str
    title: str


@dataclass(frozen=True)
class Outgoing:
    """One message ready to send. ``template`` is the provider's template with its variables.

    ``interactive``: that template shows ``text`` and ``choices`` as buttons or a list; without it the choices are
    numbered, and ``hint`` says to answer with the number. ``label``: what opens a list, where there are lists.
    """

    id: int
    channel: str
    recipient: str
    sender: str | None
    text: str
    choices: tuple[Choice, ...] = ()
    hint: str = ""
    label: str = ""
    subject: str = ""
    html: str = ""
    message_id: str = ""
    template: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    interactive: bool = False


@dataclass(frozen=True)
class Sent:
    """The provider has taken a message. ``delivered``: it is there already, no report will follow."""

    provider_id: str
    delivered: bool = False


class SendError(Exception):
    """A channel could not send.

    ``kind`` is one of the classes of ``bot.delivery.failures``; ``code`` is the provider's, for the record.
    """

    def __init__(self, kind: str, code: str, message: str = "") -> None:
        super().__init__(message or f"{kind}: {code}")
        self.kind = kind
        self.code = code


class Channel(Protocol):
    """What a way of sending must be able to do."""

    def send(self, message: Outgoing) -> Sent:
        """Send it; SendError when that did not work."""

    def find_sent(self, message: Outgoing, known: frozenset[str]) -> str | None:
        """The provider's id of a message in doubt, if the provider has it and it is not in ``known``.

        SendError when the provider cannot be asked.
        """
