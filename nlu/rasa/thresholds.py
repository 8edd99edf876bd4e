"""Chooses the app's thresholds from predictions for held-out messages: `nlu thresholds`.

What is acted on alone must be right so often; among the thresholds that give that, the one that acts most often.
Where part of the data was written as life is, they come from that part alone, and services count as often as it is
written to about them (`Example.weight`). Where both aims cannot be had, the threshold is as high as the wanted
coverage allows. `nlu evaluate` checks the choice on messages that played no part in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from decisions import EMERGENCY, QUESTION, REPORTS, City, answer_confidence, read_city, routing_confidence
from scores import Prediction, answer_right, routed_right


@dataclass(frozen=True)
class Aim:
    """What a decision should reach."""

    name: str
    precision: float
    coverage: float


@dataclass(frozen=True)
class Point:
    """A threshold, and what it gives."""

    threshold: float
    precision: float
    coverage: float


ROUTING = Aim("routing", 0.95, 0.65)
ANSWERS = Aim("answers", 0.97, 0.60)
_FALSE_ALARMS = 1 / 200
_FEWEST = 20
"""The first few messages are not counted on."""


def choose(data: Path, config: Path, folds: int = 5) -> None:
    """Predicts every message by a model that has not seen it and prints what the thresholds would give."""
    from crossval import configured_settings, cross_validate
    from dataset import read_examples

    city = read_city(config)
    tell(cross_validate(read_examples(data), configured_settings(), folds), city)


def tell(predictions: Sequence[Prediction], city: City) -> None:
    """Prints the tables and the chosen values."""
    predictions = [p for p in predictions if p.example.weight > 0]
    print(f"From {len(predictions)} held-out messages.")
    calm = [p for p in predictions if not city.is_emergency(p.example.text, p.result)]
    chosen = {
        "routing": _tell_aim(ROUTING, *_routing(calm, city)),
        "answer": _tell_aim(ANSWERS, *_answers(calm)),
        "emergency": _tell_emergency(predictions, city),
    }
    print("\nFor config.yml: " + ", ".join(f"{name}: {value:.2f}" for name, value in chosen.items()))


def curve(
    confidences: Sequence[float], right: Sequence[bool], wanted: Sequence[bool], weights: Sequence[float]
) -> list[Point]:
    """A point for each message, surest first; coverage is over those that are `wanted`."""
    order = np.argsort(-np.asarray(confidences), kind="stable")
    counted = np.asarray(weights)[order]
    desired = counted * np.asarray(wanted, dtype=float)[order]
    precision = np.cumsum(counted * np.asarray(right, dtype=float)[order]) / np.cumsum(counted)
    coverage = np.cumsum(desired) / max(desired.sum(), 1e-9)
    values = np.asarray(confidences)[order]
    return [Point(*map(float, row)) for row in zip(values, precision, coverage, strict=True)]


def reaching(points: Sequence[Point], precision: float) -> Point | None:
    """The point of most coverage that is right so often."""
    good = [point for point in points[_FEWEST:] if point.precision >= precision]
    return good[-1] if good else None


def covering(points: Sequence[Point], coverage: float) -> Point:
    """The surest point that acts so often; the last where none does."""
    return next((point for point in points if point.coverage >= coverage), points[-1])


def emergency_threshold(
    urgency: Sequence[float], urgent: Sequence[bool], weights: Sequence[float], alarms: float
) -> float:
    """The lowest threshold that at most this share of the others reaches."""
    calm = ~np.asarray(urgent)
    others, counted = np.asarray(urgency)[calm], np.asarray(weights)[calm]
    order = np.argsort(-others, kind="stable")
    passing = np.cumsum(counted[order]) / counted.sum() <= alarms
    return float(np.nextafter(others[order][int(passing.sum())], 1))


_Asked = tuple[list[float], list[bool], list[bool], list[float]]
"""Confidences, which are right, which are wanted, and how much each counts."""


def _routing(predictions: Sequence[Prediction], city: City) -> _Asked:
    asked = [p for p in predictions if p.best("intent") in REPORTS and p.truth("intent")]
    sure = [routing_confidence(p.result, city.agencies) for p in asked]
    right = [routed_right(p, city) for p in asked]
    return sure, right, [p.truth("intent") in REPORTS for p in asked], [p.example.weight for p in asked]


def _answers(predictions: Sequence[Prediction]) -> _Asked:
    asked = [p for p in predictions if p.best("intent") == QUESTION and p.truth("intent")]
    sure = [answer_confidence(p.result) for p in asked]
    weights = [p.example.weight for p in asked]
    return sure, [answer_right(p) for p in asked], [bool(p.truth("faq")) for p in asked], weights


def _tell_aim(
    aim: Aim, sure: Sequence[float], right: Sequence[bool], wanted: Sequence[bool], weights: Sequence[float]
) -> float:
    points = curve(sure, right, wanted, weights)
    print(f"{aim.name}: wanted {aim.precision:.0%} right with {aim.coverage:.0%} acted on alone")
    for precision in (0.80, 0.85, 0.90, aim.precision):
        found = reaching(points, precision)
        print(f"  {precision:.0%} right: " + (_said(found) if found else "out of reach"))
    best = reaching(points, aim.precision)
    if best and best.coverage >= aim.coverage:
        return best.threshold
    value = covering(points, aim.coverage)
    print(f"  as sure as the wanted coverage lets it be: {_said(value)}, {value.precision:.1%} right")
    return value.threshold


def _tell_emergency(predictions: Sequence[Prediction], city: City) -> float:
    urgent = [p.truth("intent") == EMERGENCY for p in predictions]
    urgency = [city.urgency(p.example.text, p.result) for p in predictions]
    weights = [p.example.weight for p in predictions]
    for alarms in (1 / 50, 1 / 100, _FALSE_ALARMS):
        value = emergency_threshold(urgency, urgent, weights, alarms)
        found = np.mean(np.asarray(urgency)[urgent] >= value)
        print(f"emergencies: {found:.1%} recognised with one false alarm in {1 / alarms:.0f}, from {value:.2f}")
    return value


def _said(point: Point) -> str:
    return f"{point.coverage:.1%} acted on from {point.threshold:.2f}"
