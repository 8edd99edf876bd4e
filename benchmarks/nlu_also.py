"""How surely further services of a message can be named: on the development messages of one and of two problems.

    nlu/rasa/.venv/bin/python benchmarks/nlu_also.py

Two ways are compared, whatever the model itself names: the second service of the whole message, surest first; and
the text cut into clauses, each judged by the same head, where another service than the main one leads a clause.
"Right" is a service that the message is about at all, because each gets a ticket; beside it those that the labels
have as a further one (the main service may have been taken for it).
"""

import argparse
import re
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

RASA_SIDE = Path(__file__).resolve().parent.parent / "nlu" / "rasa"
sys.path.insert(0, str(RASA_SIDE))

import numpy as np
from components.linear import LinearModel
from components.normalise import words
from dataset import Example, read_examples
from fingerprint import newest_model

DEVELOPMENT = RASA_SIDE / "development"
COUNTS = (10, 20, 40, 60, 80)
_CUT = re.compile(
    r"[.!?;:\n,]+|(?<!\w)(?:dan|sama|trus|terus|trs|juga|jg|sekalian|plus|selain itu|lalu|kemudian|belum lagi"
    r"|ditambah|serta|oiya|btw|pertama|kedua|ketiga|sedangkan)(?!\w)",
    re.IGNORECASE,
)
_FEWEST_WORDS = 3


@dataclass(frozen=True)
class Guess:
    """A further service for a message, and how much speaks for it."""

    example: Example
    service: str
    sure: float

    @property
    def true(self) -> bool:
        """Whether the message is about it at all."""
        return self.service in (self.example.service, *self.example.also)


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="nlu_also.py", description=__doc__)
    parser.add_argument("--model", type=Path, default=newest_model(), help="default: the newest")
    parser.add_argument("--data", type=Path, default=DEVELOPMENT, help="directory of .jsonl files")
    options = parser.parse_args()
    if options.model is None:
        raise SystemExit("nlu_also: there is no model; see `make train`.")
    examples = read_examples(options.data)
    wanted = sum(len(example.also) for example in examples)
    print(f"{len(examples)} messages, {wanted} further services in {sum(bool(e.also) for e in examples)} of them")
    model = _load(options.model)
    for name, guesses in (("whole message", by_message), ("clauses", by_clause)):
        _tell(name, sorted(guesses(model, examples), key=lambda g: -g.sure), wanted)
    return 0


def by_message(model: LinearModel, examples: Sequence[Example]) -> Iterator[Guess]:
    """The second service of each message, as sure as its margin."""
    labels = model.heads["service"].labels
    margins = model.scores([example.text for example in examples])[0]["service"]
    for example, row in zip(examples, margins, strict=True):
        second = int(np.argsort(-row)[1])
        yield Guess(example, labels[second], float(row[second]))


def by_clause(model: LinearModel, examples: Sequence[Example]) -> Iterator[Guess]:
    """The service that leads one clause and is not the main one, as sure as it leads and as the whole allows."""
    labels = model.heads["service"].labels
    whole = model.scores([example.text for example in examples])[0]["service"]
    for example, row in zip(examples, whole, strict=True):
        margins, main = model.scores(clauses(example.text))[0]["service"], int(row.argmax())
        led = np.partition(margins, -2, axis=1)
        found = [
            (float(led[i, -1] - led[i, -2] + row[service]), int(service))
            for i, service in enumerate(margins.argmax(axis=1))
            if service != main
        ]
        if found:
            sure, service = max(found)
            yield Guess(example, labels[service], sure)


def clauses(text: str) -> list[str]:
    """The text cut at marks and at words that add something; short parts go with the one before."""
    parts: list[str] = []
    for part in _CUT.split(text):
        if parts and min(len(words(part)), len(words(parts[-1]))) < _FEWEST_WORDS:
            parts[-1] += " " + part
        else:
            parts.append(part)
    return parts


def _load(path: Path) -> LinearModel:
    """The classifier out of a model archive, without Rasa."""
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(path, "r:gz") as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is not None and Path(member.name).name in ("model.json", "weights.npz"):
                Path(scratch, Path(member.name).name).write_bytes(content.read())
        return LinearModel.load(Path(scratch))


def _tell(name: str, guesses: Sequence[Guess], wanted: int) -> None:
    print(f"\n{name:<16}{'right':>8}{'as labelled':>13}{'recall':>8}")
    for count in COUNTS:
        surest = guesses[:count]
        labelled = float(np.mean([g.service in g.example.also for g in surest]))
        right = float(np.mean([g.true for g in surest]))
        print(f"surest {count:<9}{right:>8.0%}{labelled:>13.0%}{sum(g.true for g in surest) / wanted:>8.0%}")


if __name__ == "__main__":
    sys.exit(main())
