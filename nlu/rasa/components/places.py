"""Finds where a message says the matter is, by rules: streets, units, landmarks, relations, area names."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

from components.gazetteer import Gazetteer, Mention, resolve
from components.place_words import (
    AREA_WORDS,
    COMMON_WORDS,
    CONNECTORS,
    LANDMARKS,
    QUALIFIERS,
    RELATIONS,
    STREETS,
    UNITS,
)

_VERB = re.compile(r"(?:ber|di|meng|mem|meny|ng[aeiou]|ny[aeiou])\w{3,}$|\w{3,}(?:nya|kan)2?$")
"""Words that look like a verb or "its ..." are no part of a name, unless the gazetteer has them."""
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*")
_LONGEST = 4000
_MOST_TOKENS = 800
_CLOSE = 3
_ABBREVIATIONS = STREETS | UNITS | frozenset("kel kec komp kp h hj kh dr ir st psr ps prof mt letjen".split())


class Token(NamedTuple):
    """A word of the text: `gap` is what stands between it and the word before; `capital` says it has one
    in a text that is not all capitals."""

    word: str
    start: int
    end: int
    kind: str
    gap: str
    capital: bool


@dataclass(frozen=True)
class Span:
    """Tokens `start` to `end` (exclusive) that may be a place, and how much speaks for it."""

    start: int
    end: int
    score: float


class Tagger(Protocol):
    """Chooses the place among the words, given what the rules propose."""

    def span(self, tokens: list[Token], guesses: list[Span]) -> Span | None:
        """None where there is no place."""
        ...


_NAME_ROOM = {"street": 3, "area": 3, "landmark": 2, "relation": 2, "unit": 0, "name": 1}
"""How many unknown words may follow a word of this kind as its name."""

_ENOUGH, _NAMELIKE, _OTHER = 1.8, 0.6, 0.2
"""The least score of a place ("di sekolah" has less), and what a capital or number, or another word, adds."""

_SURE = 4.0
"""The score from which on the rules are believed although the tagger sees no place. On a third of the training
messages that it had not seen: 8.6 instead of 10.0 % of the reports that name a place are asked for one needlessly,
4.8 instead of 4.0 % of the others get a wrong one; overlap-F1 of reports 88.4 instead of 88.1."""

_WEIGHTS = {"street": 3.0, "unit": 1.0, "area": 1.5, "landmark": 1.5, "name": 2.5, "relation": 0.5}


class PlaceRules:
    """The rules over one gazetteer; one message at a time, without state between.

    With a `tagger` the rules only propose, and the area's official name is still looked up.
    """

    def __init__(self, gazetteer: Gazetteer, tagger: Tagger | None = None):
        self._gazetteer = gazetteer
        self._tagger = tagger

    def find(self, text: str) -> dict[str, Any] | None:
        """The place as written (`text`, `start`, `end`) with `kelurahan`, `kecamatan` and `city` where named.

        None when no place is named. Only the first 4,000 characters are looked at.
        """
        tokens, mentions, spans = self._propose(text)
        best = self._chosen(tokens, spans)
        if best is None:
            return None
        start, end = tokens[best.start].start, tokens[best.end - 1].end
        area = resolve(_near(mentions, best))
        return {
            "text": text[start:end],
            "start": start,
            "end": end,
            "kelurahan": area.kelurahan,
            "kecamatan": area.kecamatan,
            "city": area.city,
        }

    def propose(self, text: str) -> tuple[list[Token], list[Span]]:
        """The words, and the stretches of them that may be a place."""
        tokens, _, spans = self._propose(text)
        return tokens, spans

    def _chosen(self, tokens: list[Token], spans: list[Span]) -> Span | None:
        """What the tagger takes for the place; where it sees none, what the rules are sure of."""
        strongest = max(spans, key=_strength, default=None)
        if self._tagger is None:
            return strongest
        is_sure = strongest is not None and strongest.score >= _SURE
        return self._tagger.span(tokens, spans) or (strongest if is_sure else None)

    def _propose(self, text: str) -> tuple[list[Token], list[Mention], list[Span]]:
        tokens, mentions = self._read(text[:_LONGEST])
        return tokens, mentions, _join(_spans(tokens), tokens)

    def _read(self, text: str) -> tuple[list[Token], list[Mention]]:
        """The tokens with their kinds, and the area names among them."""
        matches = list(_TOKEN.finditer(text))[:_MOST_TOKENS]
        words = [match.group().lower() for match in matches]
        gaps = [text[a.end() : b.start()] for a, b in pairwise(matches)]
        gaps = ["", *gaps] if matches else []
        shouted = text.isupper()
        capital = [match.group()[0].isupper() and not shouted for match in matches]
        joined = [not gap.strip(" -.") for gap in gaps]
        mentions = self._gazetteer.mentions(words, capital, joined)
        named = {index for mention in mentions for index in range(mention.start, mention.end)}
        tokens = [
            Token(
                word,
                match.start(),
                match.end(),
                "name" if index in named else _kind(word),
                gaps[index],
                capital[index],
            )
            for index, (word, match) in enumerate(zip(words, matches, strict=True))
        ]
        return tokens, mentions


def _strength(span: Span) -> float:
    return span.score


@lru_cache(maxsize=50_000)
def _kind(word: str) -> str:
    for kind, words in _KINDS:
        if word in words:
            return kind
    if word[0].isdigit() or len(word) == 1:
        return "number"
    return "common" if _VERB.match(word) or word.rstrip("2²") in COMMON_WORDS else "other"


_KINDS = (
    ("street", STREETS),
    ("unit", UNITS),
    ("area", AREA_WORDS),
    ("landmark", LANDMARKS),
    ("relation", RELATIONS),
    ("connector", CONNECTORS),
    ("qualifier", QUALIFIERS),
    ("common", COMMON_WORDS),
)


def _spans(tokens: list[Token]) -> list[Span]:
    """Every stretch that starts with a place word and goes on as long as the words may belong to it."""
    spans, position = [], 0
    while position < len(tokens):
        end = _extend(tokens, position) if tokens[position].kind in _WEIGHTS else position
        end = _trim(tokens, position, end)
        score = _score(tokens, position, end)
        if score > 0:
            spans.append(Span(position, end, score))
            position = end
        else:
            position += 1
    return spans


def _extend(tokens: list[Token], start: int) -> int:
    """The end of the stretch that begins at `start`."""
    room = _NAME_ROOM[tokens[start].kind]
    position = start + 1
    while position < len(tokens):
        token = tokens[position]
        if _breaks(tokens, position):
            break
        if token.kind in _WEIGHTS:
            room = _NAME_ROOM[token.kind]
        elif token.kind == "other" and room > 0 and "," not in token.gap:
            room -= 1
        elif token.kind == "connector":
            if not _place_word_follows(tokens, position):
                break
        elif token.kind not in ("number", "qualifier"):
            break
        position += 1
    return position


def _breaks(tokens: list[Token], position: int) -> bool:
    """Whether a sentence ends before this token; the dot of "Jl." does not, nor a comma before a place."""
    gap = tokens[position].gap
    if not gap.strip():
        return "\n" in gap
    if any(mark in gap for mark in ";!?\n:"):
        return True
    if "." in gap and len(gap) > 1 and tokens[position - 1].word not in _ABBREVIATIONS:
        return tokens[position].kind not in ("street", "unit", "area", "name")
    return "," in gap and tokens[position].kind not in _WEIGHTS


def _place_word_follows(tokens: list[Token], position: int) -> bool:
    following = tokens[position + 1] if position + 1 < len(tokens) else None
    if following is None or _breaks(tokens, position + 1):
        return False
    if tokens[position].word in ("no", "nomor", "nomer", "s", "sd"):
        return following.kind == "number"
    return following.kind in ("street", "area", "landmark", "name", "relation", "unit")


def _trim(tokens: list[Token], start: int, end: int) -> int:
    """Leaves out what does not end a place: a relation, a street or unit word without what it names."""
    while end > start and tokens[end - 1].kind in ("relation", "street", "connector", "unit"):
        end -= 1
    return end


def _score(tokens: list[Token], start: int, end: int) -> float:
    """How much speaks for the stretch; 0 when it names nothing."""
    kinds = [token.kind for token in tokens[start:end]]
    if not kinds:
        return 0.0
    known = "name" in kinds
    bare = len(kinds) == 1 and not known
    if bare or not any(kind in kinds[1:] for kind in ("other", "number", "name", "qualifier", "landmark")):
        at = tokens[start - 1].word if start else ""
        bare_landmark = "landmark" in kinds and (at in ("di", "d") or kinds[0] == "relation")
        if not known and not bare_landmark:
            return 0.0
    if kinds[0] == "relation" and not any(
        kind in kinds for kind in ("street", "landmark", "name", "area", "unit")
    ):
        return 0.0
    score = sum(_weight(token) for token in tokens[start:end])
    return score if score >= _ENOUGH else 0.0


def _weight(token: Token) -> float:
    if token.kind in _WEIGHTS:
        return _WEIGHTS[token.kind]
    return _NAMELIKE if token.capital or token.kind == "number" else _OTHER


def _join(spans: list[Span], tokens: list[Token]) -> list[Span]:
    """Neighbouring stretches with at most a few harmless words between them are one place."""
    joined: list[Span] = []
    for span in spans:
        last = joined[-1] if joined else None
        if last and _joinable(tokens, last.end, span.start):
            joined[-1] = Span(last.start, span.end, last.score + span.score)
        else:
            joined.append(span)
    return joined


def _joinable(tokens: list[Token], start: int, end: int) -> bool:
    between = tokens[start:end]
    if len(between) > _CLOSE or any(token.kind == "common" for token in between):
        return False
    return not any(_breaks(tokens, index) and "," not in tokens[index].gap for index in range(start, end + 1))


def _near(mentions: list[Mention], span: Span) -> list[Mention]:
    """The areas named inside the place; those of the whole message when it holds none."""
    inside = [mention for mention in mentions if span.start <= mention.start < span.end]
    outside = [mention for mention in mentions if mention not in inside and mention.level]
    return inside + outside if inside else mentions
