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


@dataclass(frozen=True)
class HeadSettings:
    """The machines' C, how much naive Bayes counts beside them (0: not at all), held-out parts for calibration.

    `prior` is what a label gains for every e-fold that it is more frequent in life than others.
    """

    cost: float = 1.0
    bayes: float = 0.0
    folds: int = 4
    prior: float = 0.0


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
    features: csr_matrix, labels: Sequence[str], settings: HeadSettings, weights: np.ndarray | None = None
) -> tuple[Head, np.ndarray]:
    """Trains a head and calibrates it on held-out folds; returns it with its held-out scores.

    All examples are learned from alike; `weights` tell how much each counts for the curve and for how frequent
    its label is in life. Without them, or where all are 0, all count alike and no label is more frequent.

    A label with one or two examples is learned as well as it can be. With fewer than two folds, or one label
    only, nothing is held out and the curve is a usual one.
    """
    names = sorted(set(labels))
    columns, bias = _fit(features, labels, names, settings)
    targets = np.searchsorted(names, labels)
    counted = weights if weights is not None and weights.any() else np.ones(len(targets))
    shift = settings.prior * _frequency(targets, counted, len(names))
    held_out = _held_out_scores(features, labels, names, settings) + shift
    curve = fit_curve(held_out, targets, counted) if len(held_out) and len(names) > 1 else _UNCALIBRATED
    return Head(names, columns, bias + shift, curve), held_out


def _frequency(targets: np.ndarray, weights: np.ndarray, count: int) -> np.ndarray:
    """The logarithm of how frequent each label is, around 0; all 0 where all examples count alike."""
    if (weights == weights[0]).all():
        return np.zeros(count, dtype=np.float32)
    totals = np.bincount(targets, weights, minlength=count)
    logs = np.log(np.maximum(totals, totals[totals > 0].min()))
    return (logs - logs.mean()).astype(np.float32)


def _fit(
    features: csr_matrix, labels: Sequence[str], names: list[str], settings: HeadSettings
) -> tuple[np.ndarray, np.ndarray]:
    """Weights (features x labels) and bias; labels without an example here get a constant low score."""
    weights = np.zeros((features.shape[1], len(names)), dtype=np.float32)
    bias = np.full(len(names), _UNSEEN_SCORE, dtype=np.float32)
    present = sorted(set(labels))
    columns = np.searchsorted(names, present)
    if len(present) == 1:
        bias[columns] = 1.0
        return weights, bias
    machine = LinearSVC(C=settings.cost, class_weight="balanced", random_state=SEED, max_iter=2000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine.fit(features, labels)
    coefficients, intercepts = machine.coef_, machine.intercept_
    if len(present) == 2:
        coefficients, intercepts = (
            np.vstack([-coefficients, coefficients]),
            np.hstack([-intercepts, intercepts]),
        )
    if settings.bayes:
        coefficients = coefficients + settings.bayes * _bayes(features, labels, coefficients)
    weights[:, columns], bias[columns] = coefficients.T, intercepts
    return weights, bias


def _bayes(features: csr_matrix, labels: Sequence[str], beside: np.ndarray) -> np.ndarray:
    """Naive Bayes as weights: around 0 over the labels, and scores as wide apart as those of `beside`."""
    model = ComplementNB(alpha=_SMOOTHING).fit(features, labels)
    weights = model.feature_log_prob_ - model.feature_log_prob_.mean(axis=0)
    return np.asarray(weights * ((features @ beside.T).std() / max((features @ weights.T).std(), 1e-9)))


def _held_out_scores(
    features: csr_matrix, labels: Sequence[str], names: list[str], settings: HeadSettings
) -> np.ndarray:
    """Scores of every message by a head that has not seen it; empty when there is too little to split."""
    folds = min(settings.folds, max(Counter(labels).values()))
    if folds < 2:
        return np.zeros((0, len(names)), dtype=np.float32)
    values = np.asarray(labels)
    scores = np.zeros((len(values), len(names)), dtype=np.float32)
    splitter = StratifiedKFold(folds, shuffle=True, random_state=SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        splits = list(splitter.split(np.zeros(len(values)), values))
    for train, test in splits:
        weights, bias = _fit(features[train], values[train], names, settings)
        scores[test] = features[test] @ weights + bias
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
