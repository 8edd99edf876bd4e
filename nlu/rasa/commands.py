"""The command line of the Rasa side: `python nlu/rasa/commands.py COMMAND`, from any directory."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from fingerprint import CITY, DATA, EVALUATION, MODELS, REPORT, fingerprint, model_path, newest_model
from learning import USUAL, add_commands, train_with_history
from model_file import ModelFileError


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; 0 when it went well, 1 with one sentence on stderr when it could not."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except (ModelFileError, ValueError, OSError) as error:
        print(f"nlu: {error}", file=sys.stderr)
        return 1


def _train(options: argparse.Namespace) -> None:
    if options.history:
        return train_with_history(options)
    from training import train

    train(options.data.resolve(), options.out.resolve(), options.quick)


def _serve(options: argparse.Namespace) -> None:
    from serving import serve

    serve(_chosen_model(options, options.data.resolve()), options.port, options.api)


def _parse_lines(options: argparse.Namespace) -> None:
    """One text a line on stdin (with --json a JSON string), one JSON result a line on stdout."""
    from parsing import Parser

    parser = Parser(_chosen_model(options, options.data.resolve()))
    for lines in _batches(sys.stdin):
        for result in parser.parse([json.loads(line) for line in lines] if options.json else lines):
            print(json.dumps(result, ensure_ascii=False))


def _evaluate(options: argparse.Namespace) -> None:
    from evaluate import evaluate

    evaluate(_chosen_model(options), options.data.resolve(), options.city.resolve(), options.html.resolve())


def _thresholds(options: argparse.Namespace) -> None:
    from thresholds import choose

    choose(options.data.resolve(), options.city.resolve(), options.folds)


def _fingerprint(options: argparse.Namespace) -> int:
    """Prints the fingerprint and the model file for it; exit code 1 when that is not trained yet."""
    path = model_path(options.data.resolve(), options.out.resolve())
    print(fingerprint(options.data.resolve()), path.name, "ready" if path.is_file() else "missing")
    return 0 if path.is_file() else 1


def _chosen_model(options: argparse.Namespace, data: Path = DATA) -> Path:
    """The model asked for, else the one for this data, else (with the project's own data) the newest."""
    if options.model:
        return Path(options.model).resolve()
    fitting = model_path(data)
    return fitting if data != DATA or fitting.is_file() else newest_model() or fitting


def _batches(lines: Sequence[str], size: int = 256) -> list[list[str]]:
    texts = [line.rstrip("\n") for line in lines]
    return [texts[i : i + size] for i in range(0, len(texts), size)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="commands.py", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    train = _command(commands, "train", _train, "train the model for the present data")
    print_fingerprint = _command(commands, "fingerprint", _fingerprint, "tell whether the model is up to date")
    for command in (train, print_fingerprint):
        _add_data(command)
        command.add_argument("--out", type=Path, default=MODELS, help="directory of models")
    train.add_argument("--history", type=Path, nargs="?", const=USUAL, help="past complaints as well")
    train.add_argument("--quick", action="store_true", help="a rough model, for tests")
    serve = _command(commands, "serve", _serve, "serve the model on 127.0.0.1")
    _add_data(serve)
    serve.add_argument("--port", type=int, default=5005)
    serve.add_argument("--api", action="store_true", help="open Rasa's whole HTTP API too (unguarded)")
    parse = _command(commands, "parse-lines", _parse_lines, "understand the lines of stdin")
    _add_data(parse)
    parse.add_argument("--json", action="store_true", help="lines are JSON strings, with line breaks in them")
    evaluate = _command(commands, "evaluate", _evaluate, "measure the model on labelled messages")
    evaluate.add_argument("--data", type=Path, default=EVALUATION, help=".jsonl or .csv, or a directory of them")
    evaluate.add_argument("--html", type=Path, default=REPORT, help="where to write the report")
    thresholds = _command(commands, "thresholds", _thresholds, "compute thresholds from held-out folds")
    _add_data(thresholds)
    thresholds.add_argument("--folds", type=int, default=5, help="into how many parts the data is split")
    for command in (evaluate, thresholds):
        command.add_argument("--city", type=Path, default=CITY, help="the app's config.yml")
    for command in (serve, parse, evaluate):
        command.add_argument("--model", help="model file (default: the one for the present data)")
    add_commands(lambda name, run, text: _command(commands, name, run, text))
    return parser


def _add_data(command: argparse.ArgumentParser) -> None:
    command.add_argument("--data", type=Path, default=DATA, help="directory of .jsonl files, perhaps with labels")


def _command(commands: argparse._SubParsersAction, name: str, run: object, text: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text)
    command.set_defaults(run=run)
    return command


if __name__ == "__main__":
    sys.exit(main())
