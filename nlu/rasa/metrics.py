"""Measures of how well messages are understood. Plain functions over parallel lists."""

from collections.abc import Sequence

import numpy as np

Interval = tuple[int, int]


def accuracy(truth: Sequence[str], predicted: Sequence[str]) -> float:
    """Share of equal pairs; NaN where there are none."""
    return _mean([a == b for a, b in zip(truth, predicted, strict=True)])


def macro_f1(truth: Sequence[str], predicted: Sequence[str]) -> float:
    """Unweighted mean of the F1 of every label that occurs in the truth."""
    scores = []
    for label in sorted(set(truth)):
        hits = sum(a == b == label for a, b in zip(truth, predicted, strict=True))
        total = sum(a == label for a in truth) + sum(b == label for b in predicted)
        scores.append(2 * hits / total)
    return _mean(scores)


def top_share(truth: Sequence[str], rankings: Sequence[Sequence[str]], length: int) -> float:
    """Share of messages whose label is among the first `length` of its ranking."""
    return _mean([label in ranking[:length] for label, ranking in zip(truth, rankings, strict=True)])


def calibration_error(right: Sequence[bool], confidences: Sequence[float], bins: int = 15) -> float:
    """Expected calibration error: how far confidence and accuracy lie apart, over equally wide bins."""
    hits, sure = np.asarray(right, dtype=float), np.asarray(confidences, dtype=float)
    if not len(sure):
        return float("nan")
    which = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [abs(hits[which == b].sum() - sure[which == b].sum()) for b in range(bins)]
    return float(sum(gaps) / len(sure))


def coverage_at(right: Sequence[bool], confidences: Sequence[float], precision: float) -> float:
    """The largest share of messages that can be acted on, surest first, with at least this precision."""
    order = np.argsort(-np.asarray(confidences), kind="stable")
    hits = np.cumsum(np.asarray(right, dtype=float)[order])
    counts = np.arange(1, len(order) + 1)
    enough = counts[hits >= precision * counts]
    return float(enough.max() / len(order)) if len(enough) else 0.0


def recall_at_alarms(wanted: Sequence[float], unwanted: Sequence[float], alarms: float) -> float:
    """Share of the wanted that score above a limit which at most this share of the unwanted passes."""
    if not len(wanted) or not len(unwanted):
        return float("nan")
    passing = int(alarms * len(unwanted))
    limit = np.sort(np.asarray(unwanted))[::-1][passing] if passing < len(unwanted) else -1.0
    return float(np.mean(np.asarray(wanted) > limit))


def set_f1(truth: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> float:
    """F1 over all named further services together."""
    hits = sum(len(set(a) & set(b)) for a, b in zip(truth, predicted, strict=True))
    total = sum(map(len, truth)) + sum(map(len, predicted))
    return 2 * hits / total if total else float("nan")


def overlap_f1(truth: Sequence[Interval | None], predicted: Sequence[Interval | None]) -> float:
    """Mean over messages of the F1 of the shared characters; naming nothing rightly counts as 1."""
    return _mean([_overlap(a, b) for a, b in zip(truth, predicted, strict=True)])


def _overlap(truth: Interval | None, predicted: Interval | None) -> float:
    if truth is None or predicted is None:
        return float(truth == predicted)
    shared = max(0, min(truth[1], predicted[1]) - max(truth[0], predicted[0]))
    return 2 * shared / (truth[1] - truth[0] + predicted[1] - predicted[0])


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
