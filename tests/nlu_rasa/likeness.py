"""Finds messages that are nearly the same, quickly enough for ten thousand of them."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from components.normalise import words

FEWEST_WORDS = 6
"""Shorter messages ("ya", "menu", "makasih pak") are alike because there are few ways to say them."""
ALIKE = 0.6
"""Share of common words, or of common runs of three words, from which two messages are one too many."""
FEWEST_RUNS = 4
"""A quotation of six words."""
MANNERS = 8
"""Runs of three words in more messages than this are manners of speech ("terima kasih atas perhatian")."""

Pair = tuple[int, int]


def spoken_words(text: str) -> list[str]:
    """The words as the model counts them, so that "gmn" and "gimana" are the same; no punctuation."""
    return [word for word in words(text) if word[0].isalnum() or word[0] == "_"]


def alike(texts: Sequence[str]) -> set[Pair]:
    """Pairs of positions of messages that share their words, or runs of words, nearly all."""
    spoken = [spoken_words(text) for text in texts]
    return set(_sharing_words([frozenset(said) for said in spoken])) | set(_sharing_runs(spoken))


def _sharing_words(sets: Sequence[frozenset[str]]) -> Iterator[Pair]:
    """Sets whose intersection is ALIKE of their union; only those that share a rare word are compared."""
    found_by: dict[int, list[int]] = defaultdict(list)
    ranks = _ranks(sets)
    for one in sorted(range(len(sets)), key=lambda position: len(sets[position])):
        fewest = math.ceil(ALIKE * len(sets[one]))
        if len(sets[one]) < FEWEST_WORDS:
            continue
        candidates: set[int] = set()
        for rank in sorted(ranks[word] for word in sets[one])[: len(sets[one]) - fewest + 1]:
            candidates.update(other for other in found_by[rank] if len(sets[other]) >= fewest)
            found_by[rank].append(one)
        for other in candidates:
            common = len(sets[one] & sets[other])
            if common >= ALIKE * (len(sets[one]) + len(sets[other]) - common):
                yield min(one, other), max(one, other)


def _ranks(sets: Sequence[frozenset[str]]) -> dict[str, int]:
    """Words numbered from the rarest."""
    frequency = Counter(word for words_of in sets for word in words_of)
    return {
        word: rank for rank, (word, _) in enumerate(sorted(frequency.items(), key=lambda item: item[::-1]))
    }


def _sharing_runs(spoken: Sequence[Sequence[str]]) -> Iterator[Pair]:
    """Messages of which the one holds most of the other's runs of three words."""
    runs = [set(zip(said, said[1:], said[2:], strict=False)) for said in spoken]
    found_in: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for position, runs_of in enumerate(runs):
        for run in runs_of:
            found_in[run].append(position)
    rare = {run: where for run, where in found_in.items() if len(where) <= MANNERS}
    sizes = [sum(run in rare for run in runs_of) for runs_of in runs]
    shared = Counter((a, b) for where in rare.values() for i, a in enumerate(where) for b in where[i + 1 :])
    for (one, other), common in shared.items():
        fewest = min(sizes[one], sizes[other])
        if common >= max(FEWEST_RUNS, ALIKE * fewest):
            yield one, other
