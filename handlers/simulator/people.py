"""The citizens one can play, and what they send: a request's fields as an Incoming like any channel's."""

import math
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.intake.inbox import address_hash
from bot.messages import (
    LONGEST_TEXT,
    SIMULATOR,
    SIMULATOR_SMS,
    SMS,
    WHATSAPP,
    Content,
    Incoming,
    Location,
    Media,
)
from storage.queries.simulator import Address

OUR_ADDRESS = "sim:nomor-kota"
KEY = re.compile(r"([ab])([1-9]\d{0,2})?")
LINES = {"a": "001", "b": "002"}
PHOTO = Media("simulator:photo", "image/jpeg")
VOICE = Media("simulator:voice", "audio/ogg")
LONGEST_FIELD = 300
# What a telephone can stand for: the channel whose prices are shown, and the one of ours that has its manners.
LOOKS = {WHATSAPP: SIMULATOR, SMS: SIMULATOR_SMS}


class UnusableError(Exception):
    """The request is no message; its text says why."""


@dataclass(frozen=True)
class Citizen:
    """One person to play. ``key`` is ``a`` or ``b``, with a count once the number was changed: ``a2``. Whether
    they write by WhatsApp or by SMS is the ``channel``: two conversations, as on a telephone of one's own."""

    key: str
    name: str
    number: str
    channel: str = SIMULATOR

    @property
    def address(self) -> str:
        return f"sim:{self.number}"

    @property
    def found_under(self) -> Address:
        return Address(self.channel, address_hash(self.address))


def citizen_of(key: str, look: str = WHATSAPP) -> Citizen:
    """The citizen that ``key`` names, at a telephone that looks so; UnusableError for anything else."""
    match = KEY.fullmatch(key)
    if match is None:
        raise UnusableError("Pilih Warga A atau Warga B.")
    if look not in LOOKS:
        raise UnusableError("Pilih WhatsApp atau SMS.")
    letter, count = match[1], int(match[2] or 0)
    return Citizen(key, f"Warga {letter.upper()}", f"0800-{count:03d}-{LINES[letter]}", LOOKS[look])


def incoming(fields: Mapping[str, Any], photo: Media | None = None) -> Incoming:
    """The message in ``fields``, with the photo that came along; UnusableError where there is none."""
    citizen = citizen_of(_text(fields, "citizen"), _text(fields, "look") or WHATSAPP)
    media = (photo, PHOTO if fields.get("photo") else None, VOICE if fields.get("voice") else None)
    content = Content(
        text=_written(fields),
        choice=_text(fields, "choice")[:LONGEST_FIELD] or None,
        location=_location(fields),
        media=tuple(item for item in media if item),
        profile_name=citizen.name,
    )
    if not (content.text or content.choice or content.location or content.media):
        raise UnusableError("Pesannya masih kosong. Tulis sesuatu, atau kirim lokasi, foto atau pesan suara.")
    return Incoming(citizen.channel, f"sim-{uuid.uuid4()}", citizen.address, OUR_ADDRESS, content)


def _written(fields: Mapping[str, Any]) -> str:
    text = _text(fields, "text").strip()
    if len(text) > LONGEST_TEXT:
        raise UnusableError(f"Pesannya terlalu panjang; paling panjang {LONGEST_TEXT} huruf.")
    return text


def _location(fields: Mapping[str, Any]) -> Location | None:
    latitude, longitude = _text(fields, "lat"), _text(fields, "lon")
    if not latitude and not longitude:
        return None
    label = _text(fields, "label")[:LONGEST_FIELD]
    return Location(_degrees(latitude, 90), _degrees(longitude, 180), label)


def _degrees(text: str, limit: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= limit:  # also true for NaN
        raise UnusableError("Lokasi ini bukan titik di peta; kirim lintang dan bujur dalam derajat.")
    return value


def _text(fields: Mapping[str, Any], name: str) -> str:
    """A field as text. JSON can hold half an emoji, which nothing behind us could write down."""
    value = fields.get(name)
    return str(value).encode("utf-8", "replace").decode() if isinstance(value, str | int | float) else ""
