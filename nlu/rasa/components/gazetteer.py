"""The areas of a city by name: finds kelurahan, kecamatan and cities in a list of words, typos included."""

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from rapidfuzz import fuzz, process

from components.place_words import (
    ABBREVIATED,
    ADMIN_WORDS,
    AMBIGUOUS_NAMES,
    CITY_NAMES,
    COMMON_WORDS,
    DIRECTIONS,
    PREPOSITIONS,
    STREETS,
)

AREAS = Path(__file__).resolve().parent.parent / "areas.csv"

_LONGEST_NAME = 4
_SHORTEST_TYPO = 6
_SIMILAR_ENOUGH = 88


@dataclass(frozen=True)
class Area:
    """An administrative area; the levels below its own are None."""

    city: str | None
    kecamatan: str | None = None
    kelurahan: str | None = None


@dataclass(frozen=True)
class Mention:
    """Words `start` to `end` (exclusive) name one of `areas`; `level` is the one said beside it, if any.

    `street` tells that it is the name of a street, which need not lie in the area that it is called after.
    """

    start: int
    end: int
    areas: tuple[Area, ...]
    level: str | None = None
    street: bool = False


@lru_cache(maxsize=2)
def read_areas(path: Path = AREAS) -> "Gazetteer":
    """The gazetteer of the project's list of areas."""
    return gazetteer_of(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=2)
def gazetteer_of(table: str | None) -> "Gazetteer":
    """The gazetteer of a list of areas as CSV; without one, of the project's."""
    if table is None:
        return read_areas()
    rows = csv.DictReader(table.splitlines())
    return Gazetteer([Area(row["city"], row["kecamatan"], row["kelurahan"]) for row in rows])


class Gazetteer:
    """Names without their spaces ("pal merah" and "palmerah" are one) and the areas they may mean."""

    def __init__(self, kelurahan: Sequence[Area]):
        names: dict[str, set[Area]] = defaultdict(set)
        stems: dict[str, set[Area]] = defaultdict(set)
        for area in kelurahan:
            assert area.kelurahan and area.kecamatan
            names[_squash(area.kelurahan)].add(area)
            names[_squash(area.kecamatan)].add(Area(area.city, area.kecamatan))
            stem = _stem(area.kelurahan)
            if stem:
                stems[stem].add(area)
        for stem, areas in stems.items():
            if stem not in names:
                names[stem].add(_common_part(areas))
        for city in {area.city for area in kelurahan if area.city}:
            for short in CITY_NAMES.get(city) or _short_names(city):
                names[short] = {Area(city)}
        self._names = {name: tuple(sorted(areas, key=str)) for name, areas in names.items()}
        self._long_names = [name for name in self._names if len(name) >= _SHORTEST_TYPO]
        self._long_by_letter: dict[str, list[str]] = defaultdict(list)
        for name in self._long_names:
            self._long_by_letter[name[0]].append(name)
        self._beginnings = {name[:end] for name in self._names for end in range(1, len(name) + 1)}
        self._closest = lru_cache(maxsize=50_000)(self._find_closest)

    def mentions(self, tokens: Sequence[str], capital: Sequence[bool], joined: Sequence[bool]) -> list[Mention]:
        """Mentions in order, the longest at each place.

        `tokens` are lower case; `capital` tells which were written with a capital in a text that is not all
        capitals; `joined` which follow the token before without punctuation between.
        """
        spelled = [ABBREVIATED.get(token, token) for token in tokens]
        found, position = [], 0
        while position < len(tokens):
            mention = self._mention_at(position, spelled, capital, joined)
            if mention:
                found.append(replace(mention, street=_after_street(tokens, position)))
            position = mention.end if mention else position + 1
        return found

    def _mention_at(
        self, start: int, tokens: Sequence[str], capital: Sequence[bool], joined: Sequence[bool]
    ) -> Mention | None:
        if tokens[start] in COMMON_WORDS and tokens[start] not in self._names:
            return None
        before = tokens[start - 1] if start else ""
        level = ADMIN_WORDS.get(before)
        longest = min(_LONGEST_NAME, len(tokens) - start) if tokens[start] in self._beginnings else 0
        for length in range(longest, 0, -1):
            if not all(joined[start + 1 : start + length]):
                continue
            name = "".join(tokens[start : start + length])
            areas = self._names.get(name)
            if areas and (level or self._is_meant(name, before, capital[start])):
                return Mention(start, start + length, areas, level)
        return self._typo_at(start, tokens, joined, level)

    def _is_meant(self, name: str, before: str, capital: bool) -> bool:
        """Whether a name that is also a common word stands for the area here."""
        return name not in AMBIGUOUS_NAMES or (capital and before in PREPOSITIONS)

    def _typo_at(
        self, start: int, tokens: Sequence[str], joined: Sequence[bool], level: str | None
    ) -> Mention | None:
        if not _may_be_typed(tokens[start]):
            return None
        for length in (2, 1):
            part = tokens[start : start + length]
            if len(part) < length or not all(joined[start + 1 : start + length]):
                continue
            if not all(map(_may_be_typed, part)):
                continue
            name = "".join(part)
            areas = self._closest(name) if len(name) >= _SHORTEST_TYPO else None
            if areas:
                return Mention(start, start + length, areas, level)
        return None

    def _find_closest(self, name: str) -> tuple[Area, ...] | None:
        alike = self._long_by_letter.get(name[0], ())  # one of these it must be; most words are like none
        if process.extractOne(name, alike, scorer=fuzz.ratio, score_cutoff=_SIMILAR_ENOUGH) is None:
            return None
        best = process.extractOne(name, self._long_names, scorer=fuzz.ratio, score_cutoff=_SIMILAR_ENOUGH)
        if best is None or best[0][0] != name[0] or best[0] in AMBIGUOUS_NAMES:
            return None
        return self._names[best[0]]


@lru_cache(maxsize=50_000)
def _may_be_typed(word: str) -> bool:
    """Whether the word may be a misspelt name or half of one."""
    return len(word) >= 3 and word not in COMMON_WORDS and word.isalpha()


def resolve(mentions: Sequence[Mention]) -> Area:
    """The one area that fits the mentions together best; a kelurahan is preferred to a kecamatan.

    A name that several areas bear is decided by what else is named, or by "kecamatan" said before it. A bare
    name that is a kecamatan as well as a kelurahan of *another* kecamatan (Jatinegara) is the kecamatan.
    A street's name alone tells no more than the city.
    """
    named = [mention for mention in mentions if not mention.street]
    if not named:
        cities = {area.city for mention in mentions for area in mention.areas}
        return Area(cities.pop() if len(cities) == 1 else None)
    return _best(named)


def _best(mentions: Sequence[Mention]) -> Area:
    options = [(area, index) for index, mention in enumerate(mentions) for area in _allowed(mention)]
    return max(options, key=lambda option: _fit(*option, mentions))[0]


def _allowed(mention: Mention) -> tuple[Area, ...]:
    of_level = tuple(area for area in mention.areas if _level(area) == mention.level)
    return of_level or mention.areas


def _fit(area: Area, index: int, mentions: Sequence[Mention]) -> tuple[int, bool, int, int]:
    """How many mentions the area lies in or is; whether it is at home; how precise, how early it is."""
    supported = sum(any(_within(area, other) for other in _allowed(mention)) for mention in mentions)
    precision = (area.kelurahan is not None) + (area.kecamatan is not None)
    return supported, _at_home(area, mentions[index]), precision, -index


def _at_home(area: Area, mention: Mention) -> bool:
    """Whether no kecamatan of the same name lies elsewhere, unless "kelurahan" was said."""
    homes = {other.kecamatan for other in _allowed(mention) if other.kelurahan is None}
    return area.kelurahan is None or not homes or area.kecamatan in homes


def _within(area: Area, other: Area) -> bool:
    """Whether `area` is `other` or a part of it."""
    return all(
        theirs is None or theirs == ours
        for ours, theirs in (
            (area.city, other.city),
            (area.kecamatan, other.kecamatan),
            (area.kelurahan, other.kelurahan),
        )
    )


def _after_street(tokens: Sequence[str], start: int) -> bool:
    """Whether the word before is "jl", or "raya" after "jl"."""
    before = tokens[max(0, start - 2) : start]
    return bool(before) and (before[-1] in STREETS or (before[-1] == "raya" and before[0] in STREETS))


def _level(area: Area) -> str:
    if area.kelurahan:
        return "kelurahan"
    return "kecamatan" if area.kecamatan else "city"


def _squash(name: str) -> str:
    return name.lower().replace(" ", "")


def _short_names(city: str) -> tuple[str, ...]:
    """ "Kabupaten Tirtasari" -> "tirtasari" beside the whole name."""
    kind, *rest = city.lower().split()
    return (_squash(city), "".join(rest)) if rest and kind in ("kabupaten", "kota") else (_squash(city),)


def _stem(name: str) -> str | None:
    """ "Cipete Selatan" -> "cipete": what people write; None for names without such an ending."""
    *first, last = name.lower().split()
    stem = "".join(first)
    return stem if last in DIRECTIONS and len(stem) >= 5 else None


def _common_part(areas: set[Area]) -> Area:
    """What several kelurahan with one stem have in common: their kecamatan, else their city."""
    kecamatan = {(area.city, area.kecamatan) for area in areas}
    if len(kecamatan) == 1:
        return Area(*kecamatan.pop())
    cities = {area.city for area in areas}
    return Area(cities.pop() if len(cities) == 1 else None)
