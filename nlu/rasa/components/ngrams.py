"""TF-IDF of word and stem 1-2-grams and of character n-grams inside words, as one sparse matrix.

scikit-learn's vectorisers would do, but walk every character of every message. Here the n-grams of a word
are looked up once and remembered, which makes a batch of messages several times faster.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix

from components.feature_words import feature_words, stem
from components.gazetteer import gazetteer_of

_LONGEST_WORD = 40
_CACHED_WORDS = 100_000
_EDGE = "^"


@dataclass(frozen=True)
class NgramSettings:
    """What is counted: `min_df` messages must hold an n-gram; `char_weight` is relative to the words' 1."""

    char_min: int = 2
    char_max: int = 5
    min_df: int = 2
    char_weight: float = 1.0


class Ngrams:
    """Turns texts into rows of weights. Fit once with `fit`, or rebuild from a saved vocabulary and idf.

    `areas` is the city's list of areas as CSV; None stands for the project's.
    """

    def __init__(
        self,
        settings: NgramSettings,
        vocabulary: Sequence[str] = (),
        idf: Sequence[float] = (),
        areas: str | None = None,
    ):
        self.areas = areas
        self._gazetteer = gazetteer_of(areas)
        self.settings = settings
        self.idf = np.asarray(idf, dtype=np.float32)
        self._set_vocabulary(vocabulary)

    @property
    def vocabulary(self) -> list[str]:
        """The n-grams in the order of the columns."""
        return list(self._index)

    @property
    def is_word(self) -> np.ndarray:
        """Which columns are words, stems and pairs, not characters."""
        return ~self._is_char

    def fit(self, texts: Sequence[str]) -> "Ngrams":
        """Chooses the n-grams and their inverse document frequencies from the training texts."""
        tokenised = [feature_words(text, self._gazetteer) for text in texts]
        counts: Counter[str] = Counter()
        for tokens in tokenised:
            counts.update(self._grams_of(tokens))
        kept = sorted(gram for gram, df in counts.items() if df >= self.settings.min_df)
        frequencies = np.array([counts[gram] for gram in kept], dtype=np.float64)
        self.idf = (np.log((1 + len(texts)) / (1 + frequencies)) + 1).astype(np.float32)
        self._set_vocabulary(kept)
        return self

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """One row a text; words and characters each have length 1 (or 0), characters times their weight."""
        parts = [self._ids_of(feature_words(text, self._gazetteer)) for text in texts]
        if not len(self.idf):
            return csr_matrix((len(texts), 0), dtype=np.float32)
        return self._weigh(parts)

    def _set_vocabulary(self, grams: Sequence[str]) -> None:
        self._index = {gram: position for position, gram in enumerate(grams)}
        self._is_char = np.fromiter((gram[0] == "\t" for gram in grams), dtype=bool, count=len(grams))
        self._word_ids: dict[str, np.ndarray] = {}

    def _grams_of(self, tokens: list[str]) -> set[str]:
        found = set(_pairs(tokens))
        for token in set(tokens):
            found.update(_grams_of_word(token, self.settings))
        return found

    def _ids_of(self, tokens: list[str]) -> list[np.ndarray]:
        """The columns of the n-grams, in parts: the pairs, then word by word."""
        index = self._index
        pairs = [index[pair] for pair in _pairs(tokens) if pair in index]
        return [np.array(pairs, dtype=np.int64), *map(self._ids_of_word, tokens)]

    def _ids_of_word(self, word: str) -> np.ndarray:
        ids = self._word_ids.get(word)
        if ids is None:
            if len(self._word_ids) >= _CACHED_WORDS:
                self._word_ids.clear()
            grams = _grams_of_word(word, self.settings)
            found = [self._index[gram] for gram in grams if gram in self._index]
            ids = self._word_ids[word] = np.array(found, dtype=np.int64)
        return ids

    def _weigh(self, parts: list[list[np.ndarray]]) -> csr_matrix:
        """Counts, dampens (1 + log), weighs by idf and scales each block of each row."""
        width, count = len(self.idf), len(parts)
        lengths = [sum(map(len, row)) for row in parts]
        flat = np.concatenate([part for row in parts for part in row]) if parts else np.zeros(0, np.int64)
        keys, counts = np.unique(np.repeat(np.arange(count) * width, lengths) + flat, return_counts=True)
        rows, columns = keys // width, keys % width
        weights = (1 + np.log(counts)) * self.idf[columns]
        block = rows * 2 + self._is_char[columns]
        norms = np.sqrt(np.bincount(block, weights**2, minlength=2 * count))
        weights /= norms[block]
        weights[self._is_char[columns]] *= self.settings.char_weight
        ends = np.searchsorted(rows, np.arange(count + 1))
        return csr_matrix((weights.astype(np.float32), columns, ends), shape=(count, width))


def _pairs(tokens: list[str]) -> Iterable[str]:
    """Neighbouring words, as they are and as stems.

    The edges of the message count as neighbours: a whole message "ya" is told from a "ya" within.
    """
    if not tokens:
        return
    for left, right in pairwise([_EDGE, *tokens, _EDGE]):
        yield f"{left} {right}"
    for left, right in pairwise(map(stem, tokens)):
        yield f"={left} ={right}"


def _grams_of_word(word: str, settings: NgramSettings) -> list[str]:
    """The word, its stem, and its character n-grams (marked by a tab) with a space at either end."""
    if word[0] == "_" or not word[0].isalpha():
        return [word]
    grams = [word, "=" + stem(word)]
    padded = f" {word[:_LONGEST_WORD]} "
    for size in range(settings.char_min, settings.char_max + 1):
        grams += ["\t" + padded[i : i + size] for i in range(len(padded) - size + 1)]
    return grams
