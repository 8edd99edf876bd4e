"""What a model makes of labelled messages: labels only, for a comparison of models."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dataset import Example, read_examples, read_labels
from model_file import ModelFileError
from parsing import Parser

_BATCH = 256
HEADS = ("intent", "service", "faq")


def answers(model: Path, data: Path, labels: Path) -> Iterator[dict[str, Any]]:
    """A line a message with the right labels and the guessed ones. Raises ModelFileError, DataError."""
    examples = read_examples(data, read_labels(labels))
    parser = _loaded(model)
    for start in range(0, len(examples), _BATCH):
        part = examples[start : start + _BATCH]
        for example, result in zip(part, parser.parse([e.text for e in part]), strict=True):
            yield {"truth": _truth(example), "guess": {head: _name(result[head]) for head in HEADS}}


def _loaded(model: Path) -> Parser:
    try:
        return Parser(model)
    except ModelFileError:
        raise
    except Exception as error:  # Rasa wraps whatever a component says into errors of its own
        raise ModelFileError(
            f"{model.name} was made by another version of this program; train it again."
        ) from error


def _truth(example: Example) -> dict[str, str | None]:
    return {"intent": example.intent, "service": example.service, "faq": example.faq}


def _name(label: dict[str, Any] | None) -> str | None:
    return label["name"] if label else None
