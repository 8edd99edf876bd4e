"""The commands for learning from the city: `learn-history`, `answer`; kept apart from the everyday ones."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from fingerprint import EVALUATION, MODELS, ROOT

HISTORY = ROOT.parent.parent / "var" / "history"

AddCommand = Callable[[str, Callable[[argparse.Namespace], object], str], argparse.ArgumentParser]


def add_commands(add: AddCommand) -> None:
    """Adds them to the command line."""
    learn = add(
        "learn-history", _learn, "learn from past complaints on stdin (see `flask nlu import-history`)"
    )
    learn.add_argument("--name", required=True, help="what to call this history")
    learn.add_argument("--folder", type=Path, default=HISTORY, help="where histories are kept")
    learn.add_argument("--out", type=Path, default=MODELS, help="directory of models")
    learn.add_argument("--quick", action="store_true", help="a rough model, for tests")
    answer = add("answer", _answer, "what a model makes of labelled messages, one JSON line each")
    answer.add_argument("--model", type=Path, required=True)
    answer.add_argument("--data", type=Path, default=EVALUATION, help="directory of .jsonl files")


def train_with_history(options: argparse.Namespace) -> None:
    """`train --history`: the training data together with the past complaints that were imported."""
    from dataset import DataError
    from history import combined
    from training import train

    folder = options.history.resolve()
    if not any(folder.glob("*.jsonl")):
        raise DataError(f"{folder.name}/ holds no past complaints; import them with `nlu import-history`.")
    with combined(options.data.resolve(), folder) as data:
        train(data, options.out.resolve(), options.quick)


def _learn(options: argparse.Namespace) -> None:
    from history import learn

    learn(sys.stdin, options.name, options.folder.resolve(), options.out.resolve(), options.quick)


def _answer(options: argparse.Namespace) -> None:
    from answers import answers

    for answer in answers(options.model.resolve(), options.data.resolve()):
        print(json.dumps(answer))
