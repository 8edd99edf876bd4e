"""Chooses the app's thresholds from predictions for held-out messages: `nlu thresholds`.

What is acted on alone must be right so often; among the thresholds that give that, the one that acts most often.
The training data holds far more traps than a day's messages, so the aims may be out of reach on it: then the
threshold is the confidence from which acting alone pays, with a price for each error. `nlu evaluate` checks the
choice on messages that played no part in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from decisions import EMERGENCY, QUESTION, REPORTS, City, answer_confidence, read_city, routing_confidence
from scores import Prediction, answer_right, routed_right

_WINDOW = 200
"""Messages of about the same confidence over which it is counted how many are right."""


@dataclass(frozen=True)
class Aim:
    """What a decision should reach, and how many right actions one wrong action costs."""

    name: str
    precision: float
    coverage: float
    price: float


@dataclass(frozen=True)
class Point:
    """A threshold, and what it gives."""

    threshold: float
    precision: float
    coverage: float


ROUTING = Aim("routing", 0.95, 0.65, 2.0)
ANSWERS = Aim("answers", 0.97, 0.60, 3.0)
_FALSE_ALARMS = 1 / 100
"""Twice what is hoped for in life: held-out messages hold many near-emergencies, and a missed one is worse."""


def choose(data: Path, config: Path, folds: int = 5) -> None:
    """Predicts every message by a model that has not seen it and prints what the thresholds would give."""
    from crossval import configured_settings, cross_validate
    from dataset import read_examples

    city = read_city(config)
    tell(cross_validate(read_examples(data), configured_settings(), folds), city)


def tell(predictions: Sequence[Prediction], city: City) -> None:
    """Prints the tables and the chosen values."""
    calm = [p for p in predictions if not city.is_emergency(p.example.text, p.result)]
    chosen = {
        "routing": _tell_aim(ROUTING, *_routing(calm, city)),
        "answer": _tell_aim(ANSWERS, *_answers(calm)),
        "emergency": _tell_emergency(predictions, city),
    }
    print("\nFor config.yml: " + ", ".join(f"{name}: {value:.2f}" for name, value in chosen.items()))


def curve(confidences: Sequence[float], right: Sequence[bool], wanted: Sequence[bool]) -> list[Point]:
    """A point for each message, surest first; coverage is over those that are `wanted`."""
    order = np.argsort(-np.asarray(confidences), kind="stable")
    precision = np.cumsum(np.asarray(right, dtype=float)[order]) / np.arange(1, len(order) + 1)
    coverage = np.cumsum(np.asarray(wanted, dtype=float)[order]) / max(sum(wanted), 1)
    values = np.asarray(confidences)[order]
    return [Point(*map(float, row)) for row in zip(values, precision, coverage, strict=True)]


def reaching(points: Sequence[Point], precision: float) -> Point | None:
    """The point of most coverage that is right so often; the first few messages are not counted on."""
    good = [point for point in points[20:] if point.precision >= precision]
    return good[-1] if good else None


def paying(confidences: Sequence[float], right: Sequence[bool], price: float) -> float:
    """The confidence from which as many right actions as one wrong one costs come with it, or more."""
    order = np.argsort(-np.asarray(confidences), kind="stable")
    hits, values = np.asarray(right, dtype=float)[order], np.asarray(confidences)[order]
    window = min(_WINDOW, len(hits))
    nearby = np.convolve(hits, np.ones(window) / window, mode="valid")
    poor = np.flatnonzero(nearby < price / (1 + price))
    return float(values[min(poor[0] + window // 2, len(values) - 1)]) if len(poor) else 0.0


def emergency_threshold(urgency: Sequence[float], urgent: Sequence[bool], alarms: float) -> float:
    """The lowest threshold that at most this share of the others reaches."""
    others = np.sort(np.asarray(urgency)[~np.asarray(urgent)])[::-1]
    return float(np.nextafter(others[int(alarms * len(others))], 1))


def _routing(predictions: Sequence[Prediction], city: City) -> tuple[list[float], list[bool], list[bool]]:
    asked = [p for p in predictions if p.best("intent") in REPORTS and p.truth("intent")]
    sure = [routing_confidence(p.result, city.agencies) for p in asked]
    right = [routed_right(p, city) for p in asked]
    return sure, right, [p.truth("intent") in REPORTS for p in asked]


def _answers(predictions: Sequence[Prediction]) -> tuple[list[float], list[bool], list[bool]]:
    asked = [p for p in predictions if p.best("intent") == QUESTION and p.truth("intent")]
    sure = [answer_confidence(p.result) for p in asked]
    return sure, [answer_right(p) for p in asked], [bool(p.truth("faq")) for p in asked]


def _tell_aim(aim: Aim, sure: Sequence[float], right: Sequence[bool], wanted: Sequence[bool]) -> float:
    points = curve(sure, right, wanted)
    print(f"{aim.name}: wanted {aim.precision:.0%} right with {aim.coverage:.0%} acted on alone")
    for precision in (0.80, 0.85, 0.90, aim.precision):
        found = reaching(points, precision)
        print(f"  {precision:.0%} right: " + (_said(found) if found else "out of reach"))
    best = reaching(points, aim.precision)
    if best and best.coverage >= aim.coverage:
        return best.threshold
    value = paying(sure, right, aim.price)
    at = [point for point in points if point.threshold >= value][-1]
    print(f"  an error as dear as {aim.price:g} right actions: {_said(at)}, {at.precision:.1%} right")
    return value


def _tell_emergency(predictions: Sequence[Prediction], city: City) -> float:
    urgent = [p.truth("intent") == EMERGENCY for p in predictions]
    urgency = [city.urgency(p.example.text, p.result) for p in predictions]
    value = emergency_threshold(urgency, urgent, _FALSE_ALARMS)
    found = np.mean(np.asarray(urgency)[urgent] >= value)
    print(f"emergencies: {found:.1%} recognised with one false alarm in {1 / _FALSE_ALARMS:.0f}, from {value:.2f}")
    return value


def _said(point: Point) -> str:
    return f"{point.coverage:.1%} acted on from {point.threshold:.2f}"
