"""The figures of an evaluation, in sections, from predictions for messages whose labels are known."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import metrics
from dataset import Example
from decisions import ACT, ASK, EMERGENCY, OFFERED_SERVICES, PERSON, QUESTION, REPORTS, City, decide

HEADS = ("intent", "service", "faq")
_NAN = float("nan")


@dataclass(frozen=True)
class Prediction:
    """What was predicted for a message that the model had not seen."""

    example: Example
    result: dict[str, Any]

    def truth(self, head: str) -> str:
        """The right label, "" where there is none."""
        return getattr(self.example, head) or ""

    def best(self, head: str) -> str:
        """The predicted label, "" where there is none."""
        return (self.result[head] or {"name": ""})["name"] or ""

    def confidence(self, head: str) -> float:
        """How sure the model is of its best label."""
        return float((self.result[head] or {"confidence": 0.0})["confidence"])


@dataclass(frozen=True)
class Figure:
    """One figure and what it should reach, if anything was agreed; `at_most` where less is better."""

    name: str
    value: float
    aim: float | None = None
    at_most: bool = False

    @property
    def reached(self) -> bool:
        """Whether it is as good as it should be."""
        if self.aim is None:
            return True
        return self.value <= self.aim if self.at_most else self.value >= self.aim


@dataclass(frozen=True)
class Section:
    """Figures that belong together, and over how many messages."""

    name: str
    messages: int
    figures: list[Figure]


@dataclass(frozen=True)
class Confusion:
    """So many messages of one label were taken for another."""

    head: str
    truth: str
    predicted: str
    count: int


_Holds = Callable[[Prediction], bool]
_AIMS = {
    "intent macro-F1": 0.92,
    "service accuracy": 0.90,
    "service top 3": 0.97,
    "faq accuracy": 0.93,
}


def sections(predictions: Sequence[Prediction], columns: Collection[str], city: City) -> list[Section]:
    """All figures for which the data has the labels."""
    found = [head_section(head, predictions) for head in HEADS if head in columns]
    if {"service", "also"} <= set(columns):
        found.append(_also_section(predictions))
    if {"intent", "service"} <= set(columns):
        found.append(report_section(predictions, city))
    if {"intent", "faq"} <= set(columns):
        found.append(answer_section(predictions, city))
    if "intent" in columns:
        found += [_other_section(predictions, city), emergency_section(predictions, city)]
    if "place" in columns:
        found.append(_place_section(predictions))
    return [section for section in found if section.messages]


def labelled(head: str, predictions: Sequence[Prediction]) -> list[Prediction]:
    """Those whose label of this kind is known."""
    return [p for p in predictions if p.truth(head)]


def head_section(head: str, predictions: Sequence[Prediction]) -> Section:
    """Accuracy and calibration of one head, whatever the app makes of it."""
    predictions = labelled(head, predictions)
    truth, best = [p.truth(head) for p in predictions], [p.best(head) for p in predictions]
    rankings = [[label["name"] for label in p.result[f"{head}_ranking"]] for p in predictions]
    right = [a == b for a, b in zip(truth, best, strict=True)]
    error = metrics.calibration_error(right, [p.confidence(head) for p in predictions])
    values = {
        "accuracy": metrics.accuracy(truth, best),
        "macro-F1": metrics.macro_f1(truth, best),
        "top 3": metrics.top_share(truth, rankings, 3),
    }
    figures = [Figure(name, value, _AIMS.get(f"{head} {name}")) for name, value in values.items()]
    return Section(head, len(truth), [*figures, Figure("calibration error", error, 0.05, at_most=True)])


def _also_section(predictions: Sequence[Prediction]) -> Section:
    predictions = labelled("service", predictions)
    pairs = [(set(p.example.also), set(p.result["also"])) for p in predictions]
    hits = sum(len(a & b) for a, b in pairs)
    named, wanted = sum(len(b) for _, b in pairs), sum(len(a) for a, _ in pairs)
    figures = [Figure("precision", hits / named if named else _NAN), Figure("recall", hits / max(wanted, 1))]
    return Section("further services (also)", wanted, figures)


def report_section(predictions: Sequence[Prediction], city: City) -> Section:
    """What becomes of reports. Right: it is one, and its agency is the right one. Emergencies go first."""
    ordinary = _ordinary(predictions, city)
    reports = [p for p in ordinary if p.truth("intent") in REPORTS and p.truth("service")]
    acted = [p for p in ordinary if acts_on(p, REPORTS, city)]
    asked = [p for p in reports if decide(p.result, city) == ASK]
    figures = [
        Figure("acted on alone", share(reports, lambda p: acts_on(p, REPORTS, city)), 0.65),
        Figure("  of these to the right agency", share(acted, lambda p: routed_right(p, city)), 0.95),
        Figure("  of these the right service", share(acted, _service_right)),
        Figure("asked which service", len(asked) / len(reports) if reports else _NAN),
        Figure("  of these with it on offer", share(asked, _on_offer)),
        Figure("to a person", share(reports, lambda p: decide(p.result, city) == PERSON)),
    ]
    return Section("reports (lapor, saran, apresiasi)", len(reports), figures)


def answer_section(predictions: Sequence[Prediction], city: City) -> Section:
    """What becomes of questions that have a standing answer."""
    ordinary = _ordinary(predictions, city)
    questions = [p for p in ordinary if p.truth("intent") == QUESTION and p.truth("faq")]
    answered = [p for p in ordinary if acts_on(p, frozenset({QUESTION}), city)]
    figures = [
        Figure("answered alone", share(questions, lambda p: acts_on(p, frozenset({QUESTION}), city)), 0.60),
        Figure("  of these with the right answer", share(answered, answer_right), 0.97),
    ]
    return Section("questions with a standing answer", len(questions), figures)


def _other_section(predictions: Sequence[Prediction], city: City) -> Section:
    known = _ordinary(labelled("intent", predictions), city)
    kinds = frozenset(p.truth("intent") for p in known) - REPORTS - {QUESTION, EMERGENCY}
    others = [p for p in known if p.truth("intent") in kinds]
    acted = [p for p in known if acts_on(p, kinds, city)]
    figures = [
        Figure("acted on alone", share(others, lambda p: acts_on(p, kinds, city))),
        Figure("  of these rightly", share(acted, lambda p: p.best("intent") == p.truth("intent"))),
    ]
    return Section("all other intents", len(others), figures)


def acts_on(p: Prediction, intents: frozenset[str], city: City) -> bool:
    """Whether the app takes it for one of these and goes on alone."""
    return p.best("intent") in intents and decide(p.result, city) == ACT


def _ordinary(predictions: Sequence[Prediction], city: City) -> list[Prediction]:
    """Those that the app does not take for emergencies, which go another way."""
    return [p for p in predictions if not city.is_emergency(p.example.text, p.result)]


def emergency_section(predictions: Sequence[Prediction], city: City) -> Section:
    """Recall and false alarms: the app's rule (model and words), and the model's best guess alone."""
    known = labelled("intent", predictions)
    urgent = [p for p in known if p.truth("intent") == EMERGENCY]
    others = [p for p in known if p.truth("intent") != EMERGENCY]

    def rule(p: Prediction) -> bool:
        return city.is_emergency(p.example.text, p.result)

    def model(p: Prediction) -> bool:
        return p.best("intent") == EMERGENCY

    return Section(
        "emergencies",
        len(urgent),
        [
            Figure("recognised", share(urgent, rule), 0.98),
            Figure("false alarms among all others", share(others, rule), 0.005, at_most=True),
            Figure("recognised, model alone", share(urgent, model)),
            Figure("false alarms, model alone", share(others, model)),
        ],
    )


def _place_section(predictions: Sequence[Prediction]) -> Section:
    truth = [_interval(p.example) for p in predictions]
    found = [p.result.get("place") for p in predictions]
    spans = [(place["start"], place["end"]) if place else None for place in found]
    named = [(a, b) for a, b in zip(truth, spans, strict=True) if a]
    silent = [b is None for a, b in zip(truth, spans, strict=True) if a is None]
    return Section(
        "place",
        len(named),
        [
            Figure("overlap-F1, all messages", metrics.overlap_f1(truth, spans), 0.88),
            Figure("overlap-F1 where one is named", metrics.overlap_f1(*_columns(named))),
            Figure("nothing where none is named", float(np.mean(silent)) if silent else _NAN),
        ],
    )


def confusions(head: str, predictions: Sequence[Prediction], most: int = 12) -> list[Confusion]:
    """What is most often taken for what."""
    pairs = Counter((p.truth(head), p.best(head)) for p in labelled(head, predictions))
    wrong = [Confusion(head, *pair, count) for pair, count in pairs.items() if pair[0] != pair[1]]
    return sorted(wrong, key=lambda c: (-c.count, c.truth, c.predicted))[:most]


def answer_right(p: Prediction) -> bool:
    """Whether it is a question, and this one."""
    return p.truth("intent") == QUESTION and p.truth("faq") == p.best("faq")


def routed_right(p: Prediction, city: City) -> bool:
    """Whether it is a report at all, and the agency that answers for it is the right one."""
    if p.truth("intent") not in REPORTS | {EMERGENCY}:
        return False
    return city.agencies.get(p.truth("service"), "?") == city.agencies.get(p.best("service"))


def _service_right(p: Prediction) -> bool:
    return p.truth("intent") in REPORTS | {EMERGENCY} and p.truth("service") == p.best("service")


def _on_offer(p: Prediction) -> bool:
    offered = p.result["service_ranking"][:OFFERED_SERVICES]
    return p.truth("service") in [label["name"] for label in offered]


def _interval(example: Example) -> metrics.Interval | None:
    if example.place is None:
        return None
    start = example.text.index(example.place)
    return start, start + len(example.place)


def share(predictions: Sequence[Prediction], holds: _Holds) -> float:
    """The share of predictions for which it holds; NaN where there are none."""
    return float(np.mean([holds(p) for p in predictions])) if predictions else _NAN


def _columns(pairs: Sequence[tuple[Any, Any]]) -> tuple[list[Any], list[Any]]:
    return [a for a, _ in pairs], [b for _, b in pairs]
