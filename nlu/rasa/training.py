"""Trains the model through Rasa's own training, and puts it into place in one step."""

import contextlib
import io
import logging
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import quiet
from dataset import read_examples
from fingerprint import ROOT, model_path

_QUICK = {"folds": 0, "char_max": 4}


def train(data: Path, out: Path, quick: bool = False) -> Path:
    """Trains on the data and returns the model file; prints what it does and how long it takes.

    `quick` leaves out calibration and the longest n-grams: for tests, not for citizens. Raises DataError
    when the data cannot be used.
    """
    started = time.monotonic()
    target = model_path(data, out, quick)
    examples = read_examples(data)
    _say(started, f"read {len(examples)} messages")
    quiet.settle_environment()
    with quiet.light_imports():
        import rasa.model_training
    quiet.settle_logging()
    _say(started, "loaded Rasa, training")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".training-") as scratch:
        os.environ["RASA_CACHE_DIRECTORY"] = str(Path(scratch, "cache"))
        config = _config(Path(scratch), quick)
        _report_steps(started)
        with contextlib.redirect_stdout(io.StringIO()):  # Rasa prints the path of the scratch directory
            made = rasa.model_training.train_nlu(str(config), str(data), scratch, fixed_model_name=target.name)
        if made is None:
            raise ValueError("Rasa made no model of this data; check config.yml.")
        os.replace(made, target)
    _say(started, f"stored {target.name} ({target.stat().st_size / 1e6:.0f} MB)")
    return target


def _config(scratch: Path, quick: bool) -> Path:
    """A copy of config.yml to train from, because Rasa writes into the file that it is given."""
    from ruamel.yaml import YAML

    copy = scratch / "config.yml"
    if not quick:
        shutil.copy(ROOT / "config.yml", copy)
        return copy
    yaml = YAML()
    config = yaml.load(ROOT / "config.yml")
    config["pipeline"][0].update(_QUICK)
    yaml.dump(config, copy)
    return copy


def _report_steps(started: float) -> None:
    """Prints what the components tell of their training."""
    handler = logging.StreamHandler(sys.stdout)
    handler.format = lambda record: f"[{time.monotonic() - started:5.1f} s] {record.getMessage()}"  # type: ignore
    logger = logging.getLogger("nlu.training")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.handlers = [handler]


def _say(started: float, what: str) -> None:
    print(f"[{time.monotonic() - started:5.1f} s] {what}", flush=True)
