"""Past complaints of the city: given a service, scored on the latest of them, and trained on.

They come on stdin, oldest first: a line with what the city calls things, then a line a complaint. Of intents
they say nothing (a complaint system holds questions and thanks too), so they teach the service alone.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from components.linear import LinearModel, LinearSettings, train
from components.normalise import words
from dataset import HISTORY, LABELS, DataError, Example, Labels, own_or_ours, read_examples, read_labels
from fingerprint import EVALUATION, ROOT

LATEST = 0.2
FEWEST = 20


@dataclass(frozen=True)
class Past:
    """A complaint and the services that its label allows: one, or all of an agency."""

    text: str
    services: tuple[str, ...]


@dataclass(frozen=True)
class Names:
    """What the city calls agencies, and which answers for each service."""

    agency_of: dict[str, str]
    agencies: dict[str, str]


@dataclass(frozen=True)
class Places:
    """Directories: of the training data, where histories are kept, and of models."""

    data: Path
    folder: Path
    out: Path


@dataclass(frozen=True)
class Verdict:
    """How one complaint of the latest was understood, without and with what the earlier ones teach."""

    agency: str
    service: str | None
    without: str
    learned: str


def learn(lines: Iterable[str], name: str, places: Places, quick: bool = False) -> None:
    """Scores, trains and keeps; nothing is kept when any of it fails. Raises DataError."""
    names, complaints = read_stream(lines, read_labels(own_or_ours(places.data, LABELS)))
    base, held = read_examples(places.data), {_key(e.text) for e in read_examples(EVALUATION)}
    fresh = [past for past in complaints if _key(past.text) not in held]
    if len(fresh) < FEWEST:
        raise DataError(f"{len(fresh)} complaints are too few to learn from; at least {FEWEST} are needed.")
    _say(f"learning without them, from {len(base)} messages")
    before = train(base, _settings())
    examples = settle(before, fresh)
    earlier = round(len(examples) * (1 - LATEST))
    _say(f"learning with the earlier {earlier} of {len(examples)} complaints")
    after = train([*base, *examples[:earlier]], _settings())
    verdicts = judge(before, after, fresh[earlier:], names)
    print("\n".join(table(verdicts, names)), flush=True)
    _keep(examples, name, places, quick)


def read_stream(lines: Iterable[str], labels: Labels) -> tuple[Names, list[Past]]:
    """What the app sent. Raises DataError for a service that the model cannot know."""
    rows = [json.loads(line) for line in lines if line.strip()]
    names = Names(rows[0]["agency_of"], rows[0]["agencies"])
    complaints = [Past(row["text"], tuple(row["services"])) for row in rows[1:]]
    unknown = {s for past in complaints for s in past.services} - labels.services
    if unknown:
        raise DataError(f"service {min(unknown)!r} is in config.yml but not in labels.yml; add it there.")
    return names, complaints


def settle(model: LinearModel, complaints: Sequence[Past]) -> list[Example]:
    """Where a label only names an agency, its likeliest service by the model so far."""
    head = model.heads["service"]
    column = {label: number for number, label in enumerate(head.labels)}
    examples = []
    for start in range(0, len(complaints), 256):
        part = complaints[start : start + 256]
        scores = head.scores(model.ngrams.transform([past.text for past in part]))
        for past, row in zip(part, scores, strict=True):
            known = [service for service in past.services if service in column]
            best = max(known, key=lambda s, row=row: row[column[s]]) if len(known) > 1 else past.services[0]
            examples.append(Example(past.text, None, best))
    return examples


def judge(before: LinearModel, after: LinearModel, complaints: Sequence[Past], names: Names) -> list[Verdict]:
    """Both models on the same complaints."""
    texts = [past.text for past in complaints]
    guesses = zip(_services(before, texts), _services(after, texts), strict=True)
    return [
        Verdict(
            names.agency_of[past.services[0]],
            past.services[0] if len(past.services) == 1 else None,
            without,
            learned,
        )
        for past, (without, learned) in zip(complaints, guesses, strict=True)
    ]


def table(verdicts: Sequence[Verdict], names: Names) -> list[str]:
    """Lines: accuracy an agency, the most frequent first, then over all."""
    counts = {a: [v for v in verdicts if v.agency == a] for a in {v.agency for v in verdicts}}
    lines = [
        "",
        f"The latest {len(verdicts)} by time, right agency:",
        _line("agency", "messages", "before", "now"),
    ]
    for agency, group in sorted(counts.items(), key=lambda item: (-len(item[1]), item[0])):
        lines.append(_shares(names.agencies.get(agency, agency), group, names.agency_of))
    lines.append(_shares("all agencies", verdicts, names.agency_of))
    exact = [v for v in verdicts if v.service]
    if exact:
        lines.append(_shares("right service", exact, None))
    return lines


def _shares(title: str, group: Sequence[Verdict], agency_of: dict[str, str] | None) -> str:
    def share(guesses: Sequence[str]) -> float:
        if agency_of is None:
            return float(np.mean([g == v.service for g, v in zip(guesses, group, strict=True)]))
        return float(np.mean([agency_of.get(g) == v.agency for g, v in zip(guesses, group, strict=True)]))

    figures = (share([v.without for v in group]), share([v.learned for v in group]))
    return _line(title, str(len(group)), *(f"{figure:.3f}" for figure in figures))


def _line(title: str, *cells: str) -> str:
    return f"{title[:52]:<52}" + "".join(f"{cell:>10}" for cell in cells)


def _services(model: LinearModel, texts: Sequence[str]) -> list[str]:
    results = [
        result for start in range(0, len(texts), 256) for result in model.predict(texts[start : start + 256])
    ]
    return [(result["service"] or {"name": ""})["name"] for result in results]


def _keep(examples: Sequence[Example], name: str, places: Places, quick: bool) -> None:
    """Trains the model that could be promoted, and only then keeps the messages for later trainings."""
    from training import train as train_model

    folder = places.folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as scratch:
        new = Path(scratch, f"{name}.jsonl")
        new.write_text("".join(_row(example) for example in examples), encoding="utf-8")
        with combined(places.data, folder, new) as data:
            model = train_model(data, places.out, quick)
        os.replace(new, folder / new.name)
    _say(f"kept {len(examples)} complaints in {folder.name}/{name}.jsonl; next: nlu promote {model.name}")


@contextmanager
def combined(data: Path, folder: Path, new: Path | None = None) -> Iterator[Path]:
    """The training data with the past complaints of `folder`; `new` replaces its namesake there."""
    with tempfile.TemporaryDirectory(prefix="nlu-data-") as scratch:
        whole = Path(scratch, "data")
        shutil.copytree(data, whole)
        (whole / HISTORY).mkdir(exist_ok=True)
        for path in [*sorted(folder.glob("*.jsonl")), *([new] if new else [])]:
            shutil.copy(path, whole / HISTORY / path.name)
        yield whole


def _row(example: Example) -> str:
    row = {
        "text": example.text,
        "intent": None,
        "service": example.service,
        "also": [],
        "faq": None,
        "place": None,
    }
    return json.dumps(row, ensure_ascii=False) + "\n"


def _settings() -> LinearSettings:
    """The classifier's settings of config.yml, without the calibration that a score does not need."""
    from ruamel.yaml import YAML

    config = YAML(typ="safe").load((ROOT / "config.yml").read_text(encoding="utf-8"))
    return LinearSettings(**{k: v for k, v in config["pipeline"][0].items() if k != "name"} | {"folds": 0})


def _key(text: str) -> str:
    return " ".join(words(text))


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)
