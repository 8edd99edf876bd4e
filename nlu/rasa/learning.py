"""The commands for learning from the city: `learn-history`, `answer`; kept apart from the everyday ones."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from fingerprint import DATA, EVALUATION, MODELS, ROOT

HISTORY = ROOT.parent.parent / "var" / "history"
LABELS = ROOT / "labels.yml"
USUAL = Path("the usual")
"""Stands for `history_of` the data."""

AddCommand = Callable[[str, Callable[[argparse.Namespace], object], str], argparse.ArgumentParser]


def add_commands(add: AddCommand) -> None:
    """Adds them to the command line."""
    learn = add("learn-history", _learn, "learn from past complaints on stdin (see `flask nlu import-history`)")
    learn.add_argument("--name", required=True, help="what to call this history")
    learn.add_argument("--data", type=Path, default=DATA, help="directory of .jsonl files")
    learn.add_argument("--folder", type=Path, default=USUAL, help="where histories are kept (var/history)")
    learn.add_argument("--out", type=Path, default=MODELS, help="directory of models")
    learn.add_argument("--quick", action="store_true", help="a rough model, for tests")
    answer = add("answer", _answer, "what a model makes of labelled messages, one JSON line each")
    answer.add_argument("--model", type=Path, required=True)
    answer.add_argument("--data", type=Path, default=EVALUATION, help="directory of .jsonl files")
    answer.add_argument("--labels", type=Path, default=LABELS, help="the label list they are checked against")


def train_with_history(options: argparse.Namespace) -> None:
    """`train --history`: the training data together with the past complaints that were imported."""
    from dataset import DataError
    from history import combined
    from training import train

    folder = _folder(options.history, options.data)
    if not any(folder.glob("*.jsonl")):
        raise DataError(f"{folder.name}/ holds no past complaints; import them with `nlu import-history`.")
    with combined(options.data.resolve(), folder) as data:
        train(data, options.out.resolve(), options.quick)


def history_of(data: Path) -> Path:
    """Where past complaints of the city with this data are kept; other cities have a folder of their own."""
    return HISTORY if data == DATA else HISTORY / data.parent.name


def _folder(named: Path, data: Path) -> Path:
    return history_of(data.resolve()) if named == USUAL else named.resolve()


def _learn(options: argparse.Namespace) -> None:
    from history import Places, learn

    places = Places(options.data.resolve(), _folder(options.folder, options.data), options.out.resolve())
    learn(sys.stdin, options.name, places, options.quick)


def _answer(options: argparse.Namespace) -> None:
    from answers import answers

    for answer in answers(options.model.resolve(), options.data.resolve(), options.labels):
        print(json.dumps(answer))
