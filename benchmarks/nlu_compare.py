"""Our pipeline beside Rasa's own on one held-out fold of the training data; run by `make nlu-compare`.

All are trained and asked through Rasa's graph. Rasa's classifiers know one label a message, so they are trained
once for the intent and once for the service; ours learns intent, service and answer topic in one go and finds
the place too. All get the same stratified sample (--sample), small enough for DIET's 100 epochs to end; it is
stopped after --minutes all the same. Times are processor time of one thread, so that they do not depend on what
else the machine does.
"""

import argparse
import contextlib
import io
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RASA_SIDE = Path(__file__).resolve().parent.parent / "nlu" / "rasa"
sys.path.insert(0, str(RASA_SIDE))

import metrics
import quiet
from crossval import splits
from dataset import ROOT, Example, read_examples

_TOKENS = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
]
PIPELINES: dict[str, list[dict[str, Any]]] = {
    # What `rasa init` writes, without the parts that set no intent.
    "diet": [*_TOKENS, {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True}],
    # The lexical features are per word; this classifier reads the whole message's only.
    "logistic": [
        _TOKENS[0],
        *_TOKENS[3:],
        {"name": "LogisticRegressionClassifier", "max_iter": 100, "solver": "lbfgs"},
    ],
}
NAMES = {"diet": "Rasa DIETClassifier", "logistic": "Rasa LogisticRegressionClassifier", "ours": "this project"}
BATCH = 64


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    pipeline: str
    label: str
    accuracy: float
    macro_f1: float
    milliseconds: float
    training: float
    remark: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table, a line as soon as it is measured."""
    options = _parser().parse_args(arguments)
    quiet.settle_environment()
    trained, tested = _sampled(read_examples(), *options.sample)
    print(f"{len(trained)} messages to learn from, {len(tested)} held out, drawn alike from every label\n")
    print(f"{'pipeline':<36}{'label':<9}{'accuracy':>9}{'macro-F1':>10}{'ms/message':>12}{'training s':>12}")
    for pipeline in options.only or ("ours", "logistic", "diet"):
        labels = ("intent", "service")
        for label in options.labels or labels:
            if pipeline != "ours":
                _print(_measure_stock(pipeline, label, trained, tested, options.minutes))
        if pipeline == "ours":
            for row in _measure_ours(trained, tested, options.labels or labels):
                _print(row)
    return 0


def _sampled(examples: list[Example], most_trained: int, most_tested: int) -> tuple[list[Example], list[Example]]:
    """The first fold's two parts, thinned evenly in the order of their labels."""
    seen, held_out = splits(examples)[0]

    def thinned(rows: Sequence[int], most: int) -> list[Example]:
        ordered = sorted((examples[i] for i in rows), key=lambda e: (e.intent or "", e.service or "", e.faq or ""))
        step = max(1.0, len(ordered) / most)
        return [ordered[int(i * step)] for i in range(min(most, len(ordered)))]

    return thinned(seen, most_trained), thinned(held_out, most_tested)


def _measure_stock(
    pipeline: str, label: str, trained: list[Example], tested: list[Example], minutes: float
) -> Row:
    pairs = [(e.text, getattr(e, label)) for e in trained if getattr(e, label)]
    asked = [(e.text, getattr(e, label)) for e in tested if getattr(e, label)]
    epochs = _limit_training(minutes) if pipeline == "diet" else []
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch, "data.json")
        rows = [{"text": text, "intent": name} for text, name in pairs]
        data.write_text(json.dumps({"rasa_nlu_data": {"common_examples": rows}}), encoding="utf-8")
        config = {
            "recipe": "default.v1",
            "assistant_id": "compare",
            "language": "id",
            "pipeline": PIPELINES[pipeline],
        }
        runner, seconds = _train(config, str(data), scratch)
        results, milliseconds = _ask(runner, [text for text, _ in asked])
    names = [result["intent"]["name"] or "" for result in results]
    remark = f"stopped after {len(epochs)} of 100 epochs" if 0 < len(epochs) < 100 else ""
    truth = [name for _, name in asked]
    return Row(
        NAMES[pipeline],
        label,
        metrics.accuracy(truth, names),
        metrics.macro_f1(truth, names),
        milliseconds,
        seconds,
        remark,
    )


def _measure_ours(trained: list[Example], tested: list[Example], labels: Sequence[str]) -> list[Row]:
    from ruamel.yaml import YAML

    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch, "data")
        data.mkdir()
        lines = [json.dumps({**asked, "also": list(asked["also"])}) for asked in map(_row, trained)]
        (data / "fold.jsonl").write_text("\n".join(lines), encoding="utf-8")
        config = YAML(typ="safe").load((ROOT / "config.yml").read_text(encoding="utf-8"))
        runner, seconds = _train(config, str(data), scratch)
        results, milliseconds = _ask(runner, [e.text for e in tested])
    rows = []
    for label in labels:
        pairs = [
            (getattr(e, label), (result[label] or {"name": ""})["name"])
            for e, result in zip(tested, results, strict=True)
            if getattr(e, label)
        ]
        truth, names = [a for a, _ in pairs], [b for _, b in pairs]
        scores = metrics.accuracy(truth, names), metrics.macro_f1(truth, names)
        rows.append(Row(NAMES["ours"], label, *scores, milliseconds, seconds, "all heads and the place"))
    return rows


def _row(example: Example) -> dict[str, Any]:
    """An example as the data files hold it: how much it counts is told by its folder."""
    return {name: value for name, value in vars(example).items() if name != "weight"}


def _train(config: dict[str, Any], data: str, scratch: str) -> tuple[Any, float]:
    """A graph runner and its target, and the seconds that training took."""
    from ruamel.yaml import YAML

    with quiet.light_imports():
        import rasa.model_training
        from rasa.core.processor import MessageProcessor
    quiet.settle_logging()
    path = Path(scratch, "config.yml")
    with path.open("w", encoding="utf-8") as file:
        YAML().dump(config, file)
    started = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):  # Rasa prints the path of the scratch directory
        made = rasa.model_training.train_nlu(str(path), data, scratch, fixed_model_name="compared")
    seconds = time.process_time() - started
    _, metadata, runner = MessageProcessor._load_model(made)
    return (runner, metadata.nlu_target), seconds


def _ask(runner: tuple[Any, str], texts: list[str]) -> tuple[list[dict[str, Any]], float]:
    """Rasa's results, and milliseconds a message in batches of 64."""
    _run(runner, texts[:BATCH])
    started = time.process_time()
    batches = [_run(runner, texts[i : i + BATCH]) for i in range(0, len(texts), BATCH)]
    milliseconds = (time.process_time() - started) * 1000 / len(texts)
    return [result for batch in batches for result in batch], milliseconds


def _run(runner: tuple[Any, str], texts: list[str]) -> list[dict[str, Any]]:
    from rasa.core.channels.channel import UserMessage
    from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER

    graph, target = runner
    messages = [UserMessage(text, message_id="") for text in texts]
    done = graph.run(inputs={PLACEHOLDER_MESSAGE: messages, PLACEHOLDER_TRACKER: None}, targets=[target])
    return [message.as_dict(only_output_properties=True) for message in done[target]]


def _limit_training(minutes: float) -> list[float]:
    """Has every training by Keras stop after so many minutes; the list returned fills with its epochs."""
    import rasa.utils.train_utils as train_utils
    import tensorflow as tf

    epochs: list[float] = []

    class Limit(tf.keras.callbacks.Callback):
        def on_train_begin(self, logs: object = None) -> None:
            self.started = time.monotonic()

        def on_epoch_end(self, epoch: int, logs: object = None) -> None:
            epochs.append(time.monotonic() - self.started)
            print(f"  epoch {epoch + 1}: {epochs[-1]:.0f} s", file=sys.stderr, flush=True)
            self.model.stop_training = epochs[-1] > minutes * 60

    usual = train_utils.RasaTrainingLogger
    train_utils.create_common_callbacks = lambda number, *_: [usual(number, silent=True), Limit()]
    return epochs


def _print(row: Row) -> None:
    figures = f"{row.accuracy:>9.3f}{row.macro_f1:>10.3f}{row.milliseconds:>12.2f}{row.training:>12.0f}"
    print(f"{row.pipeline:<36}{row.label:<9}{figures}  {row.remark}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nlu_compare.py", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20, help="DIET's training stops after so many")
    parser.add_argument(
        "--sample", type=int, nargs=2, default=[2500, 800], metavar=("TRAIN", "TEST"), help="messages for each"
    )
    parser.add_argument("--only", action="append", choices=sorted(NAMES), help="leave out the others")
    parser.add_argument("--labels", action="append", choices=["intent", "service"], help="default: both")
    return parser


if __name__ == "__main__":
    sys.exit(main())
