"""Learns from labelled messages which words of a text are the place, beside what the place rules say.

A chain of conditional random fields over the words; whether a word belongs to the place is judged by itself, its
neighbours, their kinds, and the rules' own opinion, which is one witness among others.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pycrfsuite

from components.places import Span, Token

MODEL_FILE = "places.crf"
FEWEST = 500
"""Labelled places from which on it is worth learning; a city with fewer has the rules alone."""

_MARKS = '\n;!?:.,(/"-'
_SETTINGS = {"c1": 0.05, "c2": 0.05, "max_iterations": 50, "feature.minfreq": 2}


Lesson = tuple[Sequence[Token], Sequence[Span], tuple[int, int] | None]
"""The words of a text, what the rules propose, and the characters of its place (None: it names none)."""


class PlaceTagger:
    """A trained model, from the content of the file that `train_tagger` wrote."""

    def __init__(self, model: bytes):
        self._model = model  # the tagger reads in it without owning it
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open_inmemory(model)

    def span(self, tokens: Sequence[Token], guesses: Sequence[Span]) -> Span | None:
        """The stretch of words that is the place, given those the rules propose; None where there is none."""
        if not tokens:
            return None
        runs = _runs(self._tagger.tag(_features(tokens, guesses)))
        return max(runs, key=lambda run: run.end - run.start, default=None)


def train_tagger(lessons: Iterable[Lesson], path: Path) -> None:
    """Learns, and writes the model into a file."""
    trainer = pycrfsuite.Trainer(verbose=False, algorithm="lbfgs")
    trainer.set_params(_SETTINGS)
    for tokens, guesses, place in lessons:
        if tokens:
            trainer.append(_features(tokens, guesses), _tags(tokens, place))
    trainer.train(str(path))


def _tags(tokens: Sequence[Token], place: tuple[int, int] | None) -> list[str]:
    """B for the first word of the place, I for its others, O for the rest."""
    start, end = place or (0, 0)
    inside = [token.end > start and token.start < end for token in tokens]
    return [("I" if i and inside[i - 1] else "B") if inside[i] else "O" for i in range(len(tokens))]


def _runs(tags: Sequence[str]) -> list[Span]:
    runs: list[Span] = []
    for position, tag in enumerate(tags):
        if tag == "O":
            continue
        if runs and runs[-1].end == position and tag == "I":
            runs[-1] = Span(runs[-1].start, position + 1, 0.0)
        else:
            runs.append(Span(position, position + 1, 0.0))
    return runs


def _features(tokens: Sequence[Token], guesses: Sequence[Span]) -> list[tuple[str, ...]]:
    """What speaks of every word; column by column, because that is quickest."""
    words = ["#" if token.word.isdigit() else token.word for token in tokens]
    kinds = ["^", "^", *(token.kind[:4] for token in tokens), "$", "$"]
    large = ["0", *("1" if token.capital else "0" for token in tokens), "0"]
    said = ["^", *_said(len(tokens), guesses), "$"]
    gaps = [*(_gap(token.gap) for token in tokens), "$"]
    around = list(zip(kinds, kinds[1:], kinds[2:], kinds[3:], kinds[4:]))  # noqa: B905
    columns = [
        ["w=" + word for word in words],
        ["k=" + kind for kind in kinds[2:-2]],
        ["r=" + what for what in said[1:-1]],
        ["c=" + size for size in large[1:-1]],
        ["g=" + gap for gap in gaps],
        ["h=" + gap for gap in gaps[1:]],
        ["p=^", *("p=" + word for word in words)],
        [*("n=" + word for word in words[1:]), "n=$"],
        ["x=" + word[-3:] for word in words],
        ["kk=" + "".join(five) for five in around],
        ["kc=" + k + a + b + c for k, a, b, c in zip(kinds[2:], large, large[1:], large[2:])],  # noqa: B905
        ["ri=" + a + b + c for a, b, c in zip(said, said[1:], said[2:])],  # noqa: B905
        ["gk=" + a + k + b for k, a, b in zip(kinds[2:], gaps, gaps[1:])],  # noqa: B905
    ]
    return list(zip(*columns))  # noqa: B905


def _said(count: int, guesses: Sequence[Span]) -> list[str]:
    """What the rules say of every word: outside, in their best place, in another."""
    said = ["O"] * count
    best = max(guesses, key=lambda span: span.score, default=None)
    for guess in guesses:
        mark = "X" if guess is best else "Y"
        said[guess.start : guess.end] = [mark + "b"] + [mark] * (guess.end - guess.start - 1)
    return said


def _gap(gap: str) -> str:
    """The mark in the gap before a word that separates most; "s" for a space, "0" for nothing."""
    if gap in (" ", ""):
        return "s" if gap else "0"
    return next((mark for mark in _MARKS if mark in gap), "s")
