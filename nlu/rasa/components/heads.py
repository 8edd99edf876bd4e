"""One linear head: support vector machines, one against the rest, mixed with naive Bayes; calibrated.

Naive Bayes is linear too, so the mix costs nothing when asked. On held-out folds it finds the service of 2 more
messages in 100: it believes single words that the machines, busy with what tells neighbours apart, discount.
"""

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import expit
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

SEED = 20260101
_UNCALIBRATED = (4.0, 0.0)
"""Slope and offset where nothing could be held out: about what calibration finds."""
_UNSEEN_SCORE = -2.0
"""Score of a label that a fold had no example of: below the -1 of a plain no."""
_SMOOTHING = 0.5
_SECOND_BALANCE, _SECOND_BIAS = 3.0, 0.3
"""How much more an example of the label counts for its second machine than one of the rest, and what it is
raised by, so that the two together are as often above 0 as the first was. Chosen on held-out folds."""


@dataclass(frozen=True)
class HeadSettings:
    """The machines' C, how much naive Bayes counts beside them (0: not at all), held-out parts for calibration.

    `prior` is what a label gains for every e-fold that it is more frequent in life than others. `twice` is a label
    for which a second machine is asked, one that sees words alone (see `_second_opinion`).
    """

    cost: float = 1.0
    bayes: float = 0.0
    folds: int = 4
    prior: float = 0.0
    twice: str = ""


@dataclass(frozen=True)
class Lessons:
    """What a head learns from: a row of features a message, its label, further labels that are right as well.

    `is_word` tells which columns are words, not characters; None stands for all.
    """

    features: csr_matrix
    labels: Sequence[str]
    further: Sequence[tuple[str, ...]] = ()
    is_word: np.ndarray | None = None

    def of(self, rows: np.ndarray) -> "Lessons":
        """Some of the messages."""
        further = [self.further[row] for row in rows] if self.further else ()
        return Lessons(self.features[rows], [self.labels[row] for row in rows], further, self.is_word)

    def holds(self, name: str) -> np.ndarray:
        """Which messages the label is right for, first or further."""
        also = self.further or [()] * len(self.labels)
        return np.array([name == label or name in more for label, more in zip(self.labels, also, strict=True)])


@dataclass(frozen=True)
class Head:
    """Labels, a column of weights each, and the curve (slope, offset) from margins to confidences."""

    labels: list[str]
    weights: np.ndarray
    bias: np.ndarray
    curve: tuple[float, float] = _UNCALIBRATED

    def scores(self, features: csr_matrix) -> np.ndarray:
        """Margins, one row a message: above 0 the label would be taken on its own."""
        return np.asarray(features @ self.weights) + self.bias

    def probabilities(self, scores: np.ndarray) -> np.ndarray:
        """The confidences for a row of margins each; every row adds up to 1."""
        return normalised_sigmoid(scores, self.curve)


def normalised_sigmoid(scores: np.ndarray, curve: tuple[float, float]) -> np.ndarray:
    """Each label's own sigmoid, shared out over the labels.

    Measured against a softmax at a fitted temperature, it halves the calibration error: a message that two
    labels fit is split between them, and one that none fits is not given to the least unfit.
    """
    slope, offset = curve
    alone = expit(slope * scores + offset) + 1e-12
    return np.asarray(alone / alone.sum(axis=1, keepdims=True))


def train_head(
    lessons: Lessons, settings: HeadSettings, weights: np.ndarray | None = None
) -> tuple[Head, np.ndarray]:
    """Trains a head and calibrates it on held-out folds; returns it with its held-out scores.

    All examples are learned from alike; `weights` tell how much each counts for the curve and for how frequent
    its label is in life. Without them, or where all are 0, all count alike and no label is more frequent.

    A label with one or two examples is learned as well as it can be. With fewer than two folds, or one label
    only, nothing is held out and the curve is a usual one.
    """
    names = sorted(set(lessons.labels))
    columns, bias = _fit(lessons, names, settings)
    targets = np.searchsorted(names, lessons.labels)
    counted = weights if weights is not None and weights.any() else np.ones(len(targets))
    shift = settings.prior * _frequency(targets, counted, len(names))
    held_out = _held_out_scores(lessons, names, settings) + shift
    curve = fit_curve(held_out, targets, counted) if len(held_out) and len(names) > 1 else _UNCALIBRATED
    return Head(names, columns, bias + shift, curve), held_out


def _frequency(targets: np.ndarray, weights: np.ndarray, count: int) -> np.ndarray:
    """The logarithm of how frequent each label is, around 0; all 0 where all examples count alike."""
    if (weights == weights[0]).all():
        return np.zeros(count, dtype=np.float32)
    totals = np.bincount(targets, weights, minlength=count)
    logs = np.log(np.maximum(totals, totals[totals > 0].min()))
    return (logs - logs.mean()).astype(np.float32)


def _fit(lessons: Lessons, names: list[str], settings: HeadSettings) -> tuple[np.ndarray, np.ndarray]:
    """Weights (features x labels) and bias; labels without an example here get a constant low score."""
    features = lessons.features
    weights = np.zeros((features.shape[1], len(names)), dtype=np.float32)
    bias = np.full(len(names), _UNSEEN_SCORE, dtype=np.float32)
    present = sorted(set(lessons.labels))
    columns = np.searchsorted(names, present)
    if len(present) == 1:
        bias[columns] = 1.0
        return weights, bias
    coefficients, intercepts = _machines(lessons, present, settings.cost)
    if settings.bayes:
        coefficients = coefficients + settings.bayes * _bayes(features, lessons.labels, coefficients)
    weights[:, columns], bias[columns] = coefficients.T, intercepts
    if settings.twice in present and lessons.is_word is not None:
        _second_opinion(lessons, settings.twice, names.index(settings.twice), weights, bias)
    return weights, bias


def _machines(lessons: Lessons, present: list[str], cost: float) -> tuple[np.ndarray, np.ndarray]:
    """One machine a label (coefficients, a row each, and intercepts), each label against the rest.

    A message with two labels is an example of both: were it held against its second, the machine would learn
    to look past the words that name it.
    """
    held = [lessons.holds(name) for name in present] if any(lessons.further) else []
    if held and not any(rows.all() for rows in held):
        fitted = [_machine(lessons.features, rows, cost, "balanced") for rows in held]
        return np.vstack([m.coef_ for m in fitted]), np.hstack([m.intercept_ for m in fitted])
    machine = _machine(lessons.features, lessons.labels, cost, "balanced")
    if len(present) > 2:
        return machine.coef_, machine.intercept_
    return np.vstack([-machine.coef_, machine.coef_]), np.hstack([-machine.intercept_, machine.intercept_])


def _machine(
    features: csr_matrix, labels: Sequence[str] | np.ndarray, cost: float, balance: str | dict[bool, float]
) -> LinearSVC:
    machine = LinearSVC(C=cost, class_weight=balance, random_state=SEED, max_iter=2000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return machine.fit(features, labels)


def _second_opinion(lessons: Lessons, name: str, column: int, weights: np.ndarray, bias: np.ndarray) -> None:
    """Adds what a machine that sees words alone makes of a label.

    Characters tell a misspelt emergency, but also find one in pieces of harmless words; words err elsewhere.
    """
    assert lessons.is_word is not None
    words = np.flatnonzero(lessons.is_word)
    machine = _machine(lessons.features[:, words], lessons.holds(name), 1.0, {False: 1.0, True: _SECOND_BALANCE})
    weights[words, column] += machine.coef_[0]
    bias[column] += machine.intercept_[0] + _SECOND_BIAS


def _bayes(features: csr_matrix, labels: Sequence[str], beside: np.ndarray) -> np.ndarray:
    """Naive Bayes as weights: around 0 over the labels, and scores as wide apart as those of `beside`."""
    model = ComplementNB(alpha=_SMOOTHING).fit(features, labels)
    weights = model.feature_log_prob_ - model.feature_log_prob_.mean(axis=0)
    return np.asarray(weights * ((features @ beside.T).std() / max((features @ weights.T).std(), 1e-9)))


def _held_out_scores(lessons: Lessons, names: list[str], settings: HeadSettings) -> np.ndarray:
    """Scores of every message by a head that has not seen it; empty when there is too little to split."""
    folds = min(settings.folds, max(Counter(lessons.labels).values()))
    if folds < 2:
        return np.zeros((0, len(names)), dtype=np.float32)
    values = np.asarray(lessons.labels)
    scores = np.zeros((len(values), len(names)), dtype=np.float32)
    splitter = StratifiedKFold(folds, shuffle=True, random_state=SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        splits = list(splitter.split(np.zeros(len(values)), values))
    for train, test in splits:
        weights, bias = _fit(lessons.of(train), names, settings)
        scores[test] = lessons.features[test] @ weights + bias
    return scores


def fit_curve(scores: np.ndarray, targets: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """The slope (positive) and offset under which the held-out labels are most likely, weights regarded."""
    counted = weights > 0
    scores, targets, weights = scores[counted], targets[counted], weights[counted]
    rows = np.arange(len(targets))
    scores = scores.astype(np.float64)  # in single precision the search would not see its own steps

    def loss(parameters: np.ndarray) -> float:
        curve = float(np.exp(parameters[0])), float(parameters[1])
        return float(-np.average(np.log(normalised_sigmoid(scores, curve)[rows, targets]), weights=weights))

    start = [np.log(_UNCALIBRATED[0]), _UNCALIBRATED[1]]
    best = minimize(loss, start, method="L-BFGS-B", bounds=[(-3.0, 4.0), (-20.0, 20.0)]).x
    return float(np.exp(best[0])), float(best[1])
