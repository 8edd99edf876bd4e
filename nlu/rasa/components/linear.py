"""The linear model behind the classifier: heads for intent, service and answer topic over shared features.

Independent of Rasa, so that it can be measured quickly; `components.classifier` wraps it.
"""

import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from components.heads import Head, HeadSettings, Lessons, train_head
from components.ngrams import Ngrams, NgramSettings

HEADS = ("intent", "service", "faq")
"""What is asked about a message; the key of the training examples and of the result."""

RANKING_LENGTHS = {"intent": 10, "service": 5, "faq": 5}
_NEVER = 1e6
_FEWEST_ALSO = 10
_ALSO_PRECISION = 0.8
_FORMAT = 1


class Labelled(Protocol):
    """What training needs of an example; `dataset.Example` is one."""

    text: str
    intent: str | None
    service: str | None
    faq: str | None
    also: tuple[str, ...]
    weight: float


@dataclass(frozen=True)
class LinearSettings:
    """`folds` held-out parts for calibration (0 or 1: none, for any head); the rest per head as in HeadSettings.

    Answers have `faq_folds` parts instead: their topics have few messages, and a head that saw two thirds of them
    is less sure than one that saw nearly all.

    Only services have a `prior`: what intents and questions come how often is not known.
    """

    intent_cost: float = 1.0
    service_cost: float = 0.25
    faq_cost: float = 0.25
    intent_bayes: float = 0.0
    service_bayes: float = 0.6
    faq_bayes: float = 0.5
    service_prior: float = 0.03
    intent_twice: str = "darurat"
    folds: int = 3
    faq_folds: int = 10
    char_min: int = 2
    char_max: int = 5
    min_df: int = 2
    char_weight: float = 1.0

    def of(self, head: str) -> HeadSettings:
        """The settings of one head."""
        cost, bayes = getattr(self, f"{head}_cost"), getattr(self, f"{head}_bayes")
        folds = self.faq_folds if head == "faq" and self.folds > 1 else self.folds
        prior = self.service_prior if head == "service" else 0.0
        return HeadSettings(cost, bayes, folds, prior, self.intent_twice if head == "intent" else "")


class ModelError(ValueError):
    """The stored model cannot be used; the message says what to do."""


class LinearModel:
    """Predicts for many texts at once. `also_margin` is the margin from which a further service counts."""

    def __init__(self, ngrams: Ngrams, heads: dict[str, Head], also_margin: float = _NEVER):
        self.ngrams = ngrams
        self.heads = heads
        self.also_margin = also_margin
        self._weights = np.hstack([head.weights for head in heads.values()])

    def predict(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """For each text: the best label and the ranking of each head, and `also`.

        Labels are `{"name", "confidence"}`. A head that was never trained gives None and an empty ranking;
        so do service and faq where the text holds nothing that was seen in training.
        """
        scores, known = self.scores(texts)
        results: list[dict[str, Any]] = [{"also": []} for _ in texts]
        for name, head in self.heads.items():
            self._add_rankings(results, name, head, scores[name], known)
        return results

    def scores(self, texts: Sequence[str]) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Each head's margins, a row a text, and which texts hold anything that was seen in training."""
        features = self.ngrams.transform(texts)
        margins = np.asarray(features @ self._weights)
        ends = np.cumsum([len(head.labels) for head in self.heads.values()])[:-1]
        parts = zip(self.heads.items(), np.split(margins, ends, axis=1), strict=True)
        return {name: part + head.bias for (name, head), part in parts}, np.diff(features.indptr) > 0

    def _add_rankings(
        self, results: list[dict[str, Any]], name: str, head: Head, scores: np.ndarray, known: np.ndarray
    ) -> None:
        if not head.labels:
            for result in results:
                result[name], result[f"{name}_ranking"] = None, []
            return
        probabilities = head.probabilities(scores)
        best = np.argsort(-probabilities, axis=1, kind="stable")[:, : RANKING_LENGTHS[name]]
        for row, result in enumerate(results):
            ranking = (
                _ranking(head.labels, probabilities[row], best[row]) if known[row] or name == "intent" else []
            )
            result[name], result[f"{name}_ranking"] = (ranking[0] if ranking else None), ranking
            if name == "service" and ranking:
                result["also"] = [head.labels[i] for i in best[row][1:3] if scores[row, i] > self.also_margin]

    def save(self, directory: Path) -> None:
        """Writes plain arrays and JSON (no pickle); weights in half precision, which costs no accuracy."""
        arrays = {"idf": self.ngrams.idf}
        for name, head in self.heads.items():
            arrays[f"{name}_weights"] = head.weights.astype(np.float16)
            arrays[f"{name}_bias"] = head.bias
        np.savez(directory / "weights.npz", **arrays)
        description = {
            "format": _FORMAT,
            "ngrams": asdict(self.ngrams.settings),
            "vocabulary": self.ngrams.vocabulary,
            "areas": self.ngrams.areas,
            "also_margin": self.also_margin,
            "heads": {name: {"labels": h.labels, "curve": h.curve} for name, h in self.heads.items()},
        }
        (directory / "model.json").write_text(json.dumps(description), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path) -> "LinearModel":
        """Reads what `save` wrote. Raises ModelError when it is damaged or of another format."""
        try:
            description = json.loads((directory / "model.json").read_text(encoding="utf-8"))
            if description["format"] != _FORMAT:
                raise ModelError("the model was made by another version of this program; train it again.")
            with np.load(directory / "weights.npz", allow_pickle=False) as arrays:
                return cls._from_parts(description, dict(arrays))
        except ModelError:
            raise
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise ModelError("the model is damaged; train it again.") from error

    @classmethod
    def _from_parts(cls, description: dict[str, Any], arrays: dict[str, np.ndarray]) -> "LinearModel":
        settings = NgramSettings(**description["ngrams"])
        heads = {
            name: Head(
                head["labels"],
                arrays[f"{name}_weights"].astype(np.float32),
                arrays[f"{name}_bias"],
                tuple(head["curve"]),
            )
            for name, head in description["heads"].items()
        }
        ngrams = Ngrams(settings, description["vocabulary"], arrays["idf"], description.get("areas"))
        return cls(ngrams, heads, description["also_margin"])


def train(
    examples: Sequence[Labelled],
    settings: LinearSettings,
    progress: Callable[[str], None] = lambda _: None,
    areas: str | None = None,
) -> LinearModel:
    """Trains all heads, each on the examples that carry its label; the same data give the same model.

    Raises ModelError when there is no example with an intent.
    """
    if not any(example.intent for example in examples):
        raise ModelError("there is no message with an intent to learn from; add training data.")
    grams = NgramSettings(settings.char_min, settings.char_max, settings.min_df, settings.char_weight)
    ngrams = Ngrams(grams, areas=areas).fit([example.text for example in examples])
    features = ngrams.transform([example.text for example in examples])
    progress(f"features: {features.shape[1]} n-grams from {len(examples)} messages")
    heads, also_margin = {}, _NEVER
    for name in HEADS:
        rows = [row for row, example in enumerate(examples) if getattr(example, name)]
        labels = [getattr(examples[row], name) for row in rows]
        if not rows:
            heads[name] = Head([], np.zeros((features.shape[1], 0), np.float32), np.zeros(0, np.float32))
            continue
        weights = np.array([examples[row].weight for row in rows])
        also = [examples[row].also if name == "service" else () for row in rows]
        lessons = Lessons(features[rows], labels, also, ngrams.is_word)
        head, held_out = train_head(lessons, settings.of(name), weights)
        heads[name] = head
        progress(f"{name}: {len(head.labels)} labels from {len(rows)} messages")
        if name == "service" and len(held_out):
            also_margin = fit_also_margin(held_out, head.labels, also)
    return LinearModel(ngrams, heads, also_margin)


def fit_also_margin(scores: np.ndarray, labels: list[str], wanted: Sequence[tuple[str, ...]]) -> float:
    """The lowest margin from which further services are right often enough on held-out messages, or never.

    A wrong further service sends somebody's matter to an agency that has nothing to do with it, so none is named
    where four in five cannot be had.
    """
    order = np.argsort(-scores, axis=1, kind="stable")[:, 1:3]
    margins = np.take_along_axis(scores, order, axis=1)
    hits = np.array([[labels[i] in also for i in row] for row, also in zip(order, wanted, strict=True)])
    surest = np.argsort(-margins, axis=None, kind="stable")
    found = np.cumsum(hits.ravel()[surest])
    good = (found >= _ALSO_PRECISION * np.arange(1, len(found) + 1)) & (found >= _FEWEST_ALSO)
    return float(margins.ravel()[surest][np.flatnonzero(good)[-1]]) if good.any() else _NEVER


def _ranking(labels: list[str], probabilities: np.ndarray, order: np.ndarray) -> list[dict[str, Any]]:
    return [{"name": labels[i], "confidence": round(float(probabilities[i]), 4)} for i in order]
