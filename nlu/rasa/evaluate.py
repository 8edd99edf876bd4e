"""Measures the understanding by cross-validation: `python nlu/rasa/evaluate.py --cv [--set NAME=VALUE]`.

Uses the classifier's and the place finder's own code without Rasa's graph, for speed.
"""

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
from ruamel.yaml import YAML
from sklearn.model_selection import StratifiedKFold

import metrics
from components.gazetteer import read_areas
from components.heads import SEED
from components.linear import LinearModel, LinearSettings, ModelError, train
from components.places import PlaceRules
from dataset import DATA, ROOT, DataError, Example, read_examples

EMERGENCY = "darurat"
_ACTED_ON = 0.95


@dataclass(frozen=True)
class Prediction:
    """What was predicted for an example that the model had not seen."""

    example: Example
    result: dict[str, Any]


def configured_settings() -> LinearSettings:
    """The classifier's settings as config.yml has them."""
    config = YAML(typ="safe").load((ROOT / "config.yml").read_text(encoding="utf-8"))
    return LinearSettings(**{key: value for key, value in config["pipeline"][0].items() if key != "name"})


def cross_validate(examples: Sequence[Example], settings: LinearSettings, folds: int = 5) -> list[Prediction]:
    """Predicts every example by a model trained without its fold; folds keep the shares of the labels."""
    strata = [f"{example.intent}/{example.service}/{example.faq}" for example in examples]
    splitter = StratifiedKFold(folds, shuffle=True, random_state=SEED)
    predictions: list[Prediction] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        splits = list(splitter.split(strata, strata))
    for number, (seen, held_out) in enumerate(splits, start=1):
        print(f"fold {number} of {folds}", file=sys.stderr, flush=True)
        model = train([examples[i] for i in seen], settings)
        tested = [examples[i] for i in held_out]
        results = model.predict([example.text for example in tested])
        predictions += [Prediction(*pair) for pair in zip(tested, results, strict=True)]
    return predictions


def understanding_table(predictions: Sequence[Prediction]) -> list[tuple[str, float]]:
    """Rows of name and value for the classifier."""
    rows = []
    for head in ("intent", "service", "faq"):
        rows += _head_rows(head, [p for p in predictions if getattr(p.example, head)])
    with_service = [p for p in predictions if p.example.service]
    reports = [p for p in with_service if p.example.intent == "lapor"]
    urgent = [p for p in predictions if p.example.intent == EMERGENCY]
    others = [p for p in predictions if p.example.intent != EMERGENCY]
    return [
        *rows,
        (
            "also F1",
            metrics.set_f1([p.example.also for p in with_service], [p.result["also"] for p in with_service]),
        ),
        (
            "reports: service accuracy",
            _share(reports, lambda p: p.result["service"]["name"] == p.example.service),
        ),
        ("emergency recall", _share(urgent, _is_alarm)),
        ("emergency false alarms", _share(others, _is_alarm)),
        (
            "emergency recall at 1 alarm in 200",
            metrics.recall_at_alarms([_urgency(p) for p in urgent], [_urgency(p) for p in others], 1 / 200),
        ),
    ]


def place_table(examples: Sequence[Example]) -> list[tuple[str, float]]:
    """Rows of name and value for the place rules, which learn nothing from the data."""
    rules = PlaceRules(read_areas())
    truth = [_interval(example) for example in examples]
    found = [rules.find(example.text) for example in examples]
    spans = [(place["start"], place["end"]) if place else None for place in found]
    named = [(a, b) for a, b in zip(truth, spans, strict=True) if a is not None]
    silent = [b is None for a, b in zip(truth, spans, strict=True) if a is None]
    return [
        ("place overlap-F1, all messages", metrics.overlap_f1(truth, spans)),
        (
            "place overlap-F1, where one is named",
            metrics.overlap_f1([a for a, _ in named], [b for _, b in named]),
        ),
        ("place: nothing where none is named", float(np.mean(silent)) if silent else float("nan")),
    ]


def speed_table(model: LinearModel, texts: Sequence[str]) -> list[tuple[str, float]]:
    """Milliseconds a message one by one (95th percentile), and messages a second in batches of 64."""
    rules = PlaceRules(read_areas())
    single = [_seconds(lambda text=text: (model.predict([text]), rules.find(text))) for text in texts[:1000]]
    batches = [texts[i : i + 64] for i in range(0, len(texts), 64)]
    batched = _seconds(
        lambda: [(model.predict(batch), [rules.find(text) for text in batch]) for batch in batches]
    )
    return [
        ("one message, p95, ms", float(np.percentile(single, 95)) * 1000),
        ("batches of 64, messages a second", len(texts) / batched),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the tables; 1 with a sentence when the data cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        settings = replace(configured_settings(), **dict(options.set))
        examples = read_examples(options.data.resolve())
        predictions = cross_validate(examples, settings, options.folds)
        started = time.monotonic()
        model = train(examples, settings)
        trained = [("messages", float(len(examples))), ("training, s", time.monotonic() - started)]
    except (DataError, ModelError, TypeError) as error:
        print(f"nlu: {error}", file=sys.stderr)
        return 1
    texts = [example.text for example in examples]
    for table in (
        understanding_table(predictions),
        place_table(examples),
        trained,
        speed_table(model, texts),
    ):
        _print(table)
    return 0


def _head_rows(head: str, predictions: Sequence[Prediction]) -> list[tuple[str, float]]:
    truth = [getattr(p.example, head) for p in predictions]
    best = [p.result[head] or {"name": "", "confidence": 0.0} for p in predictions]
    names = [label["name"] for label in best]
    sure = [label["confidence"] for label in best]
    right = [a == b for a, b in zip(truth, names, strict=True)]
    rankings = [[label["name"] for label in p.result[f"{head}_ranking"]] for p in predictions]
    return [
        (f"{head} accuracy", metrics.accuracy(truth, names)),
        (f"{head} macro-F1", metrics.macro_f1(truth, names)),
        (f"{head} top 3", metrics.top_share(truth, rankings, 3)),
        (f"{head} calibration error", metrics.calibration_error(right, sure)),
        (f"{head} coverage at {_ACTED_ON:.0%} right", metrics.coverage_at(right, sure, _ACTED_ON)),
    ]


def _is_alarm(prediction: Prediction) -> bool:
    return bool(prediction.result["intent"]["name"] == EMERGENCY)


def _urgency(prediction: Prediction) -> float:
    """The confidence that it is an emergency; 0 where that is not among the first ten."""
    ranking = prediction.result["intent_ranking"]
    return next((float(label["confidence"]) for label in ranking if label["name"] == EMERGENCY), 0.0)


def _interval(example: Example) -> tuple[int, int] | None:
    if example.place is None:
        return None
    start = example.text.index(example.place)
    return start, start + len(example.place)


def _share(predictions: Sequence[Prediction], holds: Callable[[Prediction], bool]) -> float:
    return float(np.mean([holds(p) for p in predictions])) if predictions else float("nan")


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _print(table: Sequence[tuple[str, float]]) -> None:
    for name, value in table:
        print(f"{name:<40} {value:>10.3f}" if abs(value) < 100 else f"{name:<40} {value:>10,.0f}")


def _setting(text: str) -> tuple[str, float | int]:
    name, _, value = text.partition("=")
    return name, float(value) if "." in value else int(value)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="evaluate.py", description=__doc__)
    parser.add_argument(
        "--cv", action="store_true", required=True, help="cross-validate on the training data"
    )
    parser.add_argument("--data", type=Path, default=DATA, help="directory of .jsonl files")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument(
        "--set", type=_setting, action="append", default=[], help="try another setting: name=value"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
