"""The words that a message is judged by: normalised, names of areas as one token, the length as another."""

import re
from bisect import bisect_left
from functools import lru_cache

from components.gazetteer import Gazetteer
from components.normalise import words

AREA_TOKEN = "_wilayah"
_LENGTHS = (1, 2, 3, 5, 8, 12, 18, 27, 40, 60)
_PREFIX = re.compile(
    r"^(?:diper|memper|meng|meny|mem|men|me|peng|peny|pem|pen|per|pe|ber|ter|di|ke|se|nge|ng|ny)(?=\w{4})"
)
_SUFFIX = re.compile(r"(?<=\w{4})(?:nya|kan|an|in|i|ku|mu|lah|kah)$")


def feature_words(text: str, areas: Gazetteer) -> list[str]:
    """The words of a message, and how many there were ("_panjang4"); empty where there are none."""
    tokens = _mask_areas(words(text), areas)
    return [*tokens, f"_panjang{bisect_left(_LENGTHS, len(tokens))}"] if tokens else []


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """A rough stem: "diperbaiki", "perbaikan" and "memperbaiki" share one. Tokens are left alone."""
    return word if word[0] == "_" else _SUFFIX.sub("", _PREFIX.sub("", word))


def _mask_areas(tokens: list[str], areas: Gazetteer) -> list[str]:
    """Which kelurahan it is says nothing about what the matter is, so all count as one."""
    mentions = areas.mentions(tokens, [False] * len(tokens), [True] * len(tokens))
    masked, position = [], 0
    for mention in mentions:
        masked += [*tokens[position : mention.start], AREA_TOKEN]
        position = mention.end
    return masked + tokens[position:]
