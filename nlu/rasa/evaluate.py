"""How well messages are understood: by a trained model, or with --cv by cross-validation on the training data.

`python nlu/rasa/commands.py evaluate` is the first; `python nlu/rasa/evaluate.py --cv [--set NAME=VALUE]` the
second, which uses the classifier's and the place finder's own code without Rasa's graph, for speed.
"""

import argparse
import sys
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from cases import COLUMNS, read_cases
from dataset import Example, read_examples
from decisions import City, read_city
from fingerprint import CITY, DATA, REPORT
from report import html_report
from scores import HEADS, Confusion, Prediction, confusions, labelled, sections
from terminal import confusion_table, table

_BATCH = 256


def evaluate(model: Path, data: Path, city: Path, html: Path) -> None:
    """Measures a model on labelled messages, prints the tables and writes the report.

    Raises DataError or ModelFileError, a sentence each, before anything is written.
    """
    cases, rules = read_cases(data), read_city(city)
    predictions = _predict(model, cases.examples)
    if cases.without_text:
        print(f"{cases.without_text} rows without a text were left out.\n")
    tell(data.name, predictions, cases.columns, rules, html)


def tell(source: str, predictions: Sequence[Prediction], columns: Collection[str], city: City, html: Path) -> None:
    """Prints the tables and writes the report."""
    found = sections(predictions, columns, city)
    worst = worst_confusions(predictions, columns)
    print(table(found))
    if worst:
        print("\n" + confusion_table(worst))
    html.parent.mkdir(parents=True, exist_ok=True)
    html.write_text(html_report(source, found, worst, predictions, columns), encoding="utf-8")
    print(f"\nWith plots: {html}")


def worst_confusions(predictions: Sequence[Prediction], columns: Collection[str]) -> list[Confusion]:
    """The worst of every kind, the most frequent first."""
    found = [c for head in HEADS if head in columns for c in confusions(head, labelled(head, predictions), 8)]
    return sorted(found, key=lambda c: -c.count)


def _predict(model: Path, examples: Sequence[Example]) -> list[Prediction]:
    from parsing import Parser

    parser = Parser(model)
    texts = [example.text for example in examples]
    batches = [parser.parse(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)]
    results = [result for batch in batches for result in batch]
    return [Prediction(*pair) for pair in zip(examples, results, strict=True)]


def _cross_validated(options: argparse.Namespace) -> list[Prediction]:
    from components.gazetteer import read_areas
    from components.places import PlaceRules
    from crossval import configured_settings, cross_validate

    settings = replace(configured_settings(), **dict(options.set))
    predictions = cross_validate(read_examples(options.data.resolve()), settings, options.folds)
    rules = PlaceRules(read_areas())
    for prediction in predictions:
        prediction.result["place"] = rules.find(prediction.example.text)
    return predictions


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the tables of a cross-validation; 1 with a sentence when the data cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        city = read_city(options.city)
        tell("cross-validation", _cross_validated(options), COLUMNS, city, options.html.resolve())
    except (ValueError, TypeError, OSError) as error:
        print(f"nlu: {error}", file=sys.stderr)
        return 1
    return 0


def _setting(text: str) -> tuple[str, float | int]:
    name, _, value = text.partition("=")
    return name, float(value) if "." in value else int(value)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="evaluate.py", description=__doc__)
    parser.add_argument("--cv", action="store_true", required=True, help="cross-validate on the training data")
    parser.add_argument("--data", type=Path, default=DATA, help="directory of .jsonl files")
    parser.add_argument("--city", type=Path, default=CITY, help="the app's config.yml, for its thresholds")
    parser.add_argument("--html", type=Path, default=REPORT, help="where to write the report")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument(
        "--set", type=_setting, action="append", default=[], help="try another setting: name=value"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
