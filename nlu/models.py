"""The model files, and what a model makes of the frozen evaluation set."""

import json
import subprocess
from pathlib import Path
from typing import Any

from nlu import environment


class ModelError(Exception):
    """A model cannot be used; the message is one sentence."""


def find(name: str | None) -> Path:
    """The file by its path or its name among the models; without one the newest. ModelError."""
    if name is None:
        files = environment.MODELS.glob("*.tar.gz")
        newest = max(files, key=lambda path: (path.stat().st_mtime_ns, path.name), default=None)
        if newest is None:
            raise ModelError("There is no model yet; train one with 'flask nlu train'.")
        return newest
    for path in (Path(name), environment.MODELS / name, environment.MODELS / f"{name}.tar.gz"):
        if path.is_file():
            return path.resolve()
    raise ModelError(f"There is no model {Path(name).name}; 'flask nlu train' makes one.")


def answers(model: Path) -> list[dict[str, Any]]:
    """For every message of the evaluation set its labels and the guessed ones. ModelError."""
    done = subprocess.run(  # noqa: S603
        environment.command(["answer", "--model", str(model), *_evaluation()]),
        env=environment.clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().rpartition("\n")[2].removeprefix("nlu: ")
        raise ModelError(said or f"{model.name} could not be loaded; train it again.")
    return [json.loads(line) for line in done.stdout.splitlines()]


def _evaluation() -> list[str]:
    """Another city is judged by its own messages, beside its training data. ModelError where it has none."""
    data = environment.city_data()
    if data is None:
        return []
    evaluation = data.parent / "evaluation"
    if not any(evaluation.glob("*.jsonl")):
        raise ModelError(f"{evaluation} holds no labelled messages (.jsonl) to compare models by; write some.")
    own = data / "labels.yml"
    return ["--data", str(evaluation), *(["--labels", str(own)] if own.is_file() else [])]
