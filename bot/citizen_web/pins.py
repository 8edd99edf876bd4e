"""A place that somebody typed: coordinates, a link out of a map, or words. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.city.geography import is_abroad
from bot.errors import RefusedError
from bot.messages import Location, legible

LONGEST_PLACE = 300
DEGREES = r"([+-]?\d{1,3}(?:\.\d{1,15})?)"
# Alone, without a map around them, whole numbers may be anything.
DECIMAL = r"([+-]?\d{1,3}\.\d{1,15})"
# From the most certain: what a map marks comes before what it is centred on.
IN_LINKS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"!3d{DEGREES}!4d{DEGREES}",
        rf"[?&;](?:q|query|ll|sll|daddr|destination|center)=(?:loc:|geo:)?{DEGREES}(?:,|%2C|\+|%20|\s)+{DEGREES}",
        rf"[?&#]mlat={DEGREES}&mlon={DEGREES}",
        rf"/(?:@|place/|search/|dir//){DEGREES},\+?{DEGREES}",
        rf"#map=[\d.]+/{DEGREES}/{DEGREES}",
        rf"^geo:{DEGREES},{DEGREES}",
    )
)
BARE = re.compile(rf"\(?\s*{DECIMAL}\s*[°]?\s*[,;\s]\s*{DECIMAL}\s*[°]?\s*\)?")
LINK = re.compile(r"(?:https?://|geo:|www\.|maps\.|goo\.gl/)\S+", re.IGNORECASE)
NOWHERE = "Tempatnya masih kosong. Tulis nama jalan atau patokannya, atau tempel koordinatnya."
TOO_LONG = f"Tempat paling panjang {LONGEST_PLACE} huruf; ringkaslah. Belum ada yang tersimpan."
SHORT_LINK = (
    "Tempatnya tidak terbaca dari tautan itu. Tempel koordinatnya, misalnya -6.2, 106.8, atau tulis nama jalannya."
)
NO_PLACE = "Koordinat itu tidak ada di bumi. Periksa angkanya; misalnya -6.2, 106.8."
ABROAD = "Tempat itu ada di luar negeri, mungkin salah tempel. Periksa angkanya atau tulis nama jalannya."


@dataclass(frozen=True)
class Typed:
    """What a typed place comes to: a point on the map, else words."""

    location: Location | None = None
    words: str = ""


def read_place(text: str, country: str) -> Typed:
    """A place as it was typed or pasted; RefusedError for none, and for one that cannot be.

    ``country``: ISO 3166 code; what lies outside of it is taken for a mistake.
    """
    text = legible(text).strip()
    if not text:
        raise RefusedError(NOWHERE)
    if len(text) > LONGEST_PLACE and not LINK.match(text):
        raise RefusedError(TOO_LONG)
    found = next(_points(text), None)
    if found is None and LINK.match(text):
        raise RefusedError(SHORT_LINK)
    return Typed(words=text) if found is None else Typed(_checked(*found, country))


def _points(text: str) -> Iterator[tuple[float, float]]:
    bare = BARE.fullmatch(text)
    if bare:
        yield float(bare[1]), float(bare[2])
    for link in LINK.finditer(text):
        for pattern in IN_LINKS:
            if match := pattern.search(link[0]):
                yield float(match[1]), float(match[2])


def _checked(latitude: float, longitude: float, country: str) -> Location:
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise RefusedError(NO_PLACE)
    if is_abroad(latitude, longitude, country):
        raise RefusedError(ABROAD)
    return Location(round(latitude, 7), round(longitude, 7))
