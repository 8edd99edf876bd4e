"""Our features and head on public test sets, beside published figures and a TF-IDF linear SVM of the same run.

`make nlu-bench DATA=FOLDER`, with hint3/ (full training sets, v1) and clinc150/ in the folder. In-scope accuracy
and out-of-scope recall are told at one operating point each: the highest confidence below which a message counts
as out of scope while that costs at most one point of in-scope accuracy on validation data (for HINT3, which has
none, on five held-out folds of the training set). The settings are chosen on the same validation data.
"""

import argparse
import csv
import json
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "nlu" / "rasa"))

import numpy as np
from components.heads import HeadSettings, Lessons, normalised_sigmoid, train_head
from components.ngrams import Ngrams, NgramSettings
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

OUT = "oos"
_COST_OF_REJECTING = 0.01
_HINT3 = ("sofmattress", "curekart", "powerplay11")
_PUBLISHED_CLINC = (
    ("Rasa, published (trained with out-of-scope)", 0.915, 0.453),
    ("Rasa, published (threshold)", 0.909, 0.312),
)
_FOLDS = 5
_MANY = 5000

Pairs = list[tuple[str, str]]
Guesses = tuple[np.ndarray, np.ndarray]
"""Labels and confidences."""
Fit = Callable[[Pairs], Callable[[Sequence[str]], Guesses]]


@dataclass(frozen=True)
class Task:
    """A test set. `valid` is None where training has to be split for it."""

    name: str
    train: Pairs
    valid: Pairs | None
    test: Pairs


def fit_ours(cost: float, bayes: float) -> Fit:
    """The pipeline's own features and head, calibrated as in the product."""

    def fit(pairs: Pairs) -> Callable[[Sequence[str]], Guesses]:
        texts, labels = [text for text, _ in pairs], [label for _, label in pairs]
        ngrams = Ngrams(NgramSettings(min_df=1 if len(texts) < 2000 else 2)).fit(texts)
        head, _ = train_head(Lessons(ngrams.transform(texts), labels), HeadSettings(cost, bayes, 3))
        names = np.array(head.labels)
        return lambda asked: _best(names, head.probabilities(head.scores(ngrams.transform(asked))))

    return fit


def fit_plain(cost: float, _: float) -> Fit:
    """TF-IDF over words and scikit-learn's linear SVM; its margins are made comparable by a fixed sigmoid."""

    def fit(pairs: Pairs) -> Callable[[Sequence[str]], Guesses]:
        vectoriser = TfidfVectorizer(sublinear_tf=True, token_pattern=r"\w+")
        features = vectoriser.fit_transform(text for text, _ in pairs)
        machine = LinearSVC(C=cost, random_state=0).fit(features, [label for _, label in pairs])

        def ask(asked: Sequence[str]) -> Guesses:
            margins = machine.decision_function(vectoriser.transform(asked))
            return _best(machine.classes_, normalised_sigmoid(margins, (4.0, 0.0)))

        return ask

    return fit


SYSTEMS = {"this project": fit_ours, "TF-IDF of words, linear SVM": fit_plain}
SETTINGS = [(cost, bayes) for cost in (0.25, 1.0) for bayes in (0.0, 0.5)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints a table; 1 with a sentence when the folder is not the benchmarks'."""
    parser = argparse.ArgumentParser(prog="nlu_bench.py", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with hint3/ and clinc150/")
    folder = parser.parse_args(arguments).data
    warnings.simplefilter("ignore")
    try:
        tasks = [*(_hint3(folder / "hint3", name) for name in _HINT3), _clinc(folder / "clinc150")]
    except (OSError, KeyError, ValueError) as error:
        print(f"nlu_bench: {folder} lacks a benchmark's file ({error}); see its SOURCES.md.", file=sys.stderr)
        return 1
    print(f"{'':<46}{'in-scope':>9}{'out-of-scope':>14}   settings, threshold")
    for task in tasks:
        print(f"{task.name}: {len(task.train):,} to learn from, {len(task.test):,} to test", flush=True)
        for system, maker in SYSTEMS.items():
            print(_line(system, *_measure(task, maker)), flush=True)
        for line in _published(folder, task):
            print(line, flush=True)
    return 0


def _measure(task: Task, maker: Callable[[float, float], Fit]) -> tuple[float, float, str]:
    """In-scope accuracy and out-of-scope recall on the test set, and how they were come by."""
    options = SETTINGS if maker is fit_ours else SETTINGS[::2]
    options = options[len(options) // 2 :] if len(task.train) > _MANY else options  # a matter of time
    judged = [(_validated(task, maker(*option)), option) for option in options]
    (valid, guesses), option = max(judged, key=lambda pair: _in_scope(*pair[0], 0.0))
    threshold = _threshold(valid, guesses)
    ask = maker(*option)(task.train)
    tested = ask([text for text, _ in task.test])
    chosen = f"C={option[0]:g}, {f'bayes={option[1]:g}, ' if maker is fit_ours else ''}{threshold:.2f}"
    return _in_scope(task.test, tested, threshold), _out_of_scope(task.test, tested, threshold), chosen


def _validated(task: Task, fit: Fit) -> tuple[Pairs, Guesses]:
    if task.valid is not None:
        return task.valid, fit(task.train)([text for text, _ in task.valid])
    labels = [label for _, label in task.train]
    pairs: Pairs = []
    parts = []
    for seen, held_out in StratifiedKFold(_FOLDS, shuffle=True, random_state=0).split(labels, labels):
        asked = [task.train[i] for i in held_out]
        parts.append(fit([task.train[i] for i in seen])([text for text, _ in asked]))
        pairs += asked
    return pairs, (np.hstack([p[0] for p in parts]), np.hstack([p[1] for p in parts]))


def _threshold(pairs: Pairs, guesses: Guesses) -> float:
    """The highest confidence to ask for that costs at most a point of in-scope accuracy."""
    full = _in_scope(pairs, guesses, 0.0)
    steps = np.arange(0, 1, 0.01)
    return float(max(s for s in steps if _in_scope(pairs, guesses, s) >= full - _COST_OF_REJECTING))


def _in_scope(pairs: Pairs, guesses: Guesses, threshold: float) -> float:
    truth = np.array([label for _, label in pairs])
    right = (guesses[0] == truth) & (guesses[1] >= threshold)
    return float(right[truth != OUT].mean())


def _out_of_scope(pairs: Pairs, guesses: Guesses, threshold: float) -> float:
    truth = np.array([label for _, label in pairs])
    rejected = (guesses[0] == OUT) | (guesses[1] < threshold)
    return float(rejected[truth == OUT].mean())


def _best(names: np.ndarray, probabilities: np.ndarray) -> Guesses:
    return np.asarray(names)[probabilities.argmax(axis=1)], probabilities.max(axis=1)


def _hint3(folder: Path, name: str) -> Task:
    train = _csv(folder / "train" / f"{name}_train.csv")
    test = _csv(folder / "test" / f"{name}_test.csv")
    known = {label for _, label in train}
    return Task(f"HINT3 {name}", train, None, [(text, label if label in known else OUT) for text, label in test])


def _clinc(folder: Path) -> Task:
    data = json.loads((folder / "data_full.json").read_text(encoding="utf-8"))
    parts = {
        part: [(text, label) for text, label in [*data[part], *data[f"oos_{part}"]]]
        for part in ("train", "val", "test")
    }
    return Task("CLINC150", parts["train"], parts["val"], parts["test"])


def _csv(path: Path) -> Pairs:
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["sentence"], row["label"]) for row in csv.DictReader(file)]


def _published(folder: Path, task: Task) -> list[str]:
    if not task.name.startswith("HINT3"):
        return [_line(*row, "") for row in _PUBLISHED_CLINC]
    path = folder / "hint3" / "published" / f"rasa_{task.name.split()[1]}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        _line("Rasa, published", float(row["Inscope Accuracy"]), float(row["OOS Recall"]), row["Threshold"])
        for row in rows
        if row["Threshold"] in ("0.1", "0.3", "0.5", "0.7", "0.9")
    ]


def _line(system: str, accuracy: float, recall: float, chosen: str) -> str:
    return f"  {system:<44}{accuracy * 100:>8.1f}%{recall * 100:>13.1f}%   {chosen}"


if __name__ == "__main__":
    sys.exit(main())
