"""Whether two reports are about the same thing: distance, words, photos. Pure, and rather no than a wrong yes."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from bot.city.incident_policy import Nearness
from bot.incidents.likeness_words import FILLERS, PLACE_FILLERS, POSITIONS, ROMAN, SPELLINGS

EARTH_M = 6_371_000.0
PLACE_WEIGHS = 0.7  # of the words of two reports; the rest is the story's
ALIKE_TOKEN = 84
# A grey wall and a night sky hash to nearly nothing, and nothing is like nothing.
FEWEST_BITS, MOST_BITS = 12, 116
# A photo is passed on in groups; but what lies this far apart is not the same thing, whatever the photo.
PHOTO_WITHIN_M = 1_500.0

# With one of these a spot is named, not only a street.
SPOTS = re.compile(
    r"\b(?:depan|dekat|samping|sebelah|seberang|belakang|pojok|ujung|kolong|bawah|perempatan|pertigaan|simpang\w*|"
    r"tikungan|turunan|tanjakan|underpass|flyover|jembatan|halte|stasiun|terminal|pasar|sd|smp|sma|smk|masjid|"
    r"musholla|gereja|puskesmas|taman|rptra|gang|rt|nomor|blok|km|tiang|bundaran|makam|tpu|ruko|apartemen|rusun\w*)\b"
)
LABELS = (
    "rt|rw|nomor|blok|gang|km|sd|smp|sma|smk|lantai|tower|pos|halte|tiang|jalur|kavling|gedung|pintu|cluster|terminal"
    "|peron|unit|ruko|pom|koridor|gardu|tps|lorong|jembatan"
)
# What may differ between two who see the same flood or sit in the same dark.
LOOSE_LABELS = frozenset({"nomor", "rt", "gang", "tiang", "lantai", "unit", "pintu", "ruko", "kavling", "gedung"})
NUMBERED = re.compile(rf"\b({LABELS})\s+([a-z]?\d{{1,4}}[a-z]?|[a-z]\d?)\b")
HOUSE = re.compile(rf"\b(?:rw|{'|'.join(sorted(LOOSE_LABELS))})\s+[a-z]?\d{{1,4}}[a-z]?\b")
BARE_NUMBER = re.compile(r"\b\d{1,3}\b")
OPPOSITES: Sequence[frozenset[str]] = (
    frozenset({"utara", "selatan", "timur", "barat", "tengah"}),
    frozenset({"kiri", "kanan"}),
    frozenset({"depan", "belakang"}),
    frozenset({"atas", "bawah"}),
    frozenset({"dalam", "luar"}),
)
TOWARDS = re.compile(r"\b(?:arah|menuju|jurusan)\s+(?:ke\s+)?(\w+(?:\s+\w+)?)")
CITY_SIDE = re.compile(r"\b(?:jakarta|jak)\s*(?:utara|selatan|timur|barat|pusat)\b|\bjak(?:ut|sel|tim|bar|pus)\b")


@dataclass(frozen=True)
class Told:
    """What of a report is compared: masked words, degrees."""

    story: str
    place: str | None = None
    area: str | None = None
    latitude: float | None = None
    longitude: float | None = None


def same_matter(one: Told, other: Told, measure: Nearness) -> bool:
    """Whether two reports of one service are about one thing. When in doubt, they are not."""
    if contradict(one, other, measure):
        return False
    apart = distance_between(one, other)
    if apart is not None:
        return apart <= measure.distance and words_alike(one, other) >= measure.alike_with_pins
    if one.area and other.area and one.area != other.area:
        return False
    if not measure.spreads and not (names_spot(one.place) and names_spot(other.place)):
        return False
    if not _is_anchored(one, other):
        return False
    return alike(one, other, measure) >= measure.alike


def alike(one: Told, other: Told, measure: Nearness) -> float:
    """How alike the words are, 0 to 100, where no two pins tell: the place weighs most."""
    place = place_alike(one.place, other.place, loose=measure.spreads)
    if measure.spreads:
        return place  # "sepinggang" and "masuk rumah" are told of one flood
    # Of the same spot: it must be the same kind of trouble too, but people have many words for it.
    story = story_alike(one, other)
    return PLACE_WEIGHS * place + (1 - PLACE_WEIGHS) * min(100.0, story * 1.5)


def words_alike(one: Told, other: Told) -> float:
    """How alike the words are, 0 to 100, where two pins tell the place already."""
    story = story_alike(one, other)
    if not one.place or not other.place:
        return story
    return max(story, place_alike(one.place, other.place, loose=True))


def place_alike(one: str | None, other: str | None, *, loose: bool) -> float:
    """How alike two places are named, 0 to 100; 0 where one is not named at all. ``loose``: one may say more."""
    first, second = _names(one or ""), _names(other or "")
    if not first or not second:
        return 0.0
    together = _names_shared(first, second)
    return together if loose else (together + fuzz.token_sort_ratio(" ".join(first), " ".join(second))) / 2


def story_alike(one: Told, other: Told) -> float:
    """How alike the stories are, 0 to 100, without the words of their places."""
    first, second = _matter(one), _matter(other)
    if not first or not second:
        return 50.0  # nothing is said of it but the place: neither for nor against
    return float(fuzz.token_set_ratio(first, second))


def contradict(one: Told, other: Told, measure: Nearness) -> bool:
    """Whether the words say that it is not the same place: another number, the other side, another way."""
    first, second = _where(one), _where(other)
    labels, others = _numbered(first), _numbered(second)
    for label in labels.keys() & others.keys():
        if (not measure.spreads or label not in LOOSE_LABELS) and not labels[label] & others[label]:
            return True
    if _differ(BARE_NUMBER, one.place, other.place) and not measure.spreads:
        return True
    return _opposed(one, other, measure) or _ways_part(first, second)


def distance_between(one: Told, other: Told) -> float | None:
    """Metres between two pins; None where one is missing."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    return haversine_m(one.latitude, one.longitude, other.latitude, other.longitude)


def haversine_m(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Metres along the globe between two points in degrees."""
    north = math.radians(other_latitude - latitude)
    east = math.radians(other_longitude - longitude)
    beside = math.cos(math.radians(latitude)) * math.cos(math.radians(other_latitude))
    chord = math.sin(north / 2) ** 2 + beside * math.sin(east / 2) ** 2
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(chord)))


def same_photo(one: str, other: str, most_bits: int) -> bool:
    """Whether two perceptual hashes (32 hex digits) are of one photo; plain surfaces are never."""
    first, second = int(one, 16), int(other, 16)
    if not all(FEWEST_BITS <= value.bit_count() <= MOST_BITS for value in (first, second)):
        return False
    return (first ^ second).bit_count() <= most_bits


def names_spot(place: str | None) -> bool:
    """Whether ``place`` names a spot (a landmark, a number), not only a street or an area."""
    text = _plain(place or "")
    return bool(SPOTS.search(text) or BARE_NUMBER.search(text))


@lru_cache(maxsize=4_096)
def _plain(text: str) -> str:
    words = re.findall(r"[a-z0-9]+", CITY_SIDE.sub(" ", text.lower()))
    spelt = (SPELLINGS.get(word) or ROMAN.get(word) or word for word in words)
    return " ".join(word.lstrip("0") or "0" if word.isdigit() else word for word in spelt)


def _names(place: str) -> list[str]:
    """The words of a place that name it. House numbers and the like are compared as numbers."""
    named = HOUSE.sub(" ", _plain(place)).split()
    return [word for word in named if word not in PLACE_FILLERS | POSITIONS]


def _names_shared(one: Sequence[str], other: Sequence[str]) -> float:
    """How well all names of the one that says less stand in the other, 0 to 100; 0 where one of them does not."""
    fewer, more = sorted((one, other), key=len)
    best = [max(fuzz.ratio(word, name) for name in more) for word in fewer]
    return sum(best) / len(best) if min(best) >= ALIKE_TOKEN else 0.0


def _is_anchored(one: Told, other: Told) -> bool:
    """Without two pins: both in one kelurahan, or both named by more than one word that they share."""
    if one.area and one.area == other.area:
        return True
    shared = [
        word
        for word in _names(one.place or "")
        if any(fuzz.ratio(word, name) >= ALIKE_TOKEN for name in _names(other.place or ""))
    ]
    return len(shared) > 1


def _where(told: Told) -> str:
    return _plain(f"{told.place or ''} {told.story}")


def _matter(told: Told) -> str:
    places = set(_plain(f"{told.place or ''} {told.area or ''}").split())
    words = [word for word in _plain(told.story).split() if word not in FILLERS | POSITIONS | places]
    return " ".join(word for word in words if not word.isdigit())


def _numbered(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for label, number in NUMBERED.findall(text):
        found.setdefault(label, set()).add(number)
    return found


def _differ(numbers: re.Pattern[str], one: str | None, other: str | None) -> bool:
    """Whether both name numbers, and none of them is the same."""
    first, second = (set(numbers.findall(_plain(place or ""))) for place in (one, other))
    return bool(first and second and not first & second)


def _opposed(one: Told, other: Told, measure: Nearness) -> bool:
    first, second = set(_plain(one.place or "").split()), set(_plain(other.place or "").split())
    sides = OPPOSITES[:1] if measure.spreads else OPPOSITES
    return any(first & pair and second & pair and not first & second & pair for pair in sides)


def _ways_part(one: str, other: str) -> bool:
    """ "Arah Depok" and "arah Pasar Minggu" are two carriageways."""
    first, second = TOWARDS.findall(one), TOWARDS.findall(other)
    return bool(first and second) and not any(
        fuzz.token_set_ratio(way, back) >= ALIKE_TOKEN for way in first for back in second
    )
