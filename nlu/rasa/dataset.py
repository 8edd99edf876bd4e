"""Reads the training messages: JSON Lines files anywhere below a directory, checked against `labels.yml`."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent
DATA = ROOT / "data"
LABELS = ROOT / "labels.yml"
AREAS = ROOT / "areas.csv"
HISTORY = "history"
"""The part of a data directory with past complaints, of which only the service is known."""

EVERYDAY = "keseharian"
"""The part written as life is; the rest was written to be hard. Confidences are fitted on it, if it is there."""

NO_INTENT = "-"
"""Stands for the missing intent on the way through Rasa, which drops messages that have none."""

_LISTS = ("intents", "services", "faq", "needs_service", "has_faq")
_KEYS = ("text", "intent", "service", "also", "faq", "place")


class DataError(ValueError):
    """Training data or its label list cannot be used; the message says which file and line, and why."""


@dataclass(frozen=True)
class Labels:
    """The label space; `needs_service` and `has_faq` are intents.

    `frequencies` tells of services how often a city is written to about them, where that is known.
    """

    intents: frozenset[str]
    services: frozenset[str]
    faq: frozenset[str]
    needs_service: frozenset[str]
    has_faq: frozenset[str]
    frequencies: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Example:
    """One training message. `place` is the substring of `text` that says where.

    Only a past complaint has no intent; it teaches the service alone. `weight` is how much the message counts
    where it is asked how sure the model may be: 0 when it was written to be hard.
    """

    text: str
    intent: str | None
    service: str | None = None
    also: tuple[str, ...] = ()
    faq: str | None = None
    place: str | None = None
    weight: float = 1.0


def own_or_ours(directory: Path, ours: Path) -> Path:
    """A data directory may bring label space and areas of its own; else the project's hold."""
    own = directory / ours.name
    return own if own.is_file() else ours


def read_area_lines(directory: Path = DATA) -> list[str]:
    """The list of areas that goes with the data, as lines of CSV. Raises DataError when it is none."""
    path = own_or_ours(directory, AREAS)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name} cannot be read; save it as UTF-8.") from error
    rows = csv.DictReader(lines)
    if not {"kelurahan", "kecamatan", "city"} <= set(rows.fieldnames or ()):
        raise DataError(f"{path.name} needs the columns kelurahan, kecamatan and city.")
    if not all(row["kelurahan"] and row["kecamatan"] and row["city"] for row in rows):
        raise DataError(f"{path.name} needs a kelurahan, a kecamatan and a city in every line.")
    return lines


def read_labels(path: Path = LABELS) -> Labels:
    """Reads the label space. Raises DataError when the file is missing or a list in it is."""
    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        lists = {name: frozenset(content[name]) for name in _LISTS}
        return Labels(**lists, frequencies=dict(content.get("frequencies") or {}))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name} cannot be read; restore it from the project.") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"{path.name} lacks one of its lists; restore it from the project.") from error


def read_examples(directory: Path = DATA, labels: Labels | None = None) -> list[Example]:
    """Reads all messages below the directory, in a fixed order. Raises DataError at the first bad line."""
    labels = labels or read_labels(own_or_ours(directory, LABELS))
    paths = sorted(directory.rglob("*.jsonl"))
    parts = [(path, list(_read_file(path, directory, labels))) for path in paths]
    hard = [e for path, part in parts if not _is_like_life(path, directory) for e in part]
    like_life = [e for path, part in parts if _is_like_life(path, directory) for e in part]
    if not hard and not like_life:
        raise DataError(f"no training messages below {directory.name}/; add .jsonl files there.")
    if not (directory / EVERYDAY).is_dir():
        return [example for _, part in parts for example in part]
    return [replace(example, weight=0.0) for example in hard] + weighed(like_life, labels)


def weighed(examples: Sequence[Example], labels: Labels) -> list[Example]:
    """With weights under which reports come as often as a city is sent them about a service; 1 on average.

    Data for training holds about as many messages of a rare service as of a frequent one. Past complaints come
    as often as they come. A service without a frequency is taken to be as rare as the rarest that has one.
    """
    counts = Counter(e.service for e in examples if e.intent in labels.needs_service)
    if not labels.frequencies or not counts:
        return list(examples)
    rarest = min(labels.frequencies.values())
    often = {service: labels.frequencies.get(service, rarest) for service in counts}
    scale = sum(counts.values()) / sum(often.values())
    return [
        replace(e, weight=scale * often[e.service] / counts[e.service]) if e.intent in labels.needs_service else e
        for e in examples
    ]


def _is_like_life(path: Path, directory: Path) -> bool:
    return path.relative_to(directory).parts[0] in (EVERYDAY, HISTORY)


def _read_file(path: Path, directory: Path, labels: Labels) -> Iterator[Example]:
    name = path.relative_to(directory).as_posix()
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise DataError(f"{name} is not UTF-8; save it again as UTF-8.") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield _parse(line, labels, past=name.startswith(f"{HISTORY}/"))
            except DataError as error:
                raise DataError(f"{name}:{number}: {error}") from error


def _parse(line: str, labels: Labels, past: bool) -> Example:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise DataError("not JSON; write one JSON object a line.") from error
    if not isinstance(row, dict) or set(row) != set(_KEYS):
        raise DataError(f"needs exactly the keys {', '.join(_KEYS)}.")
    _check_shape(row, past)
    _check_labels(row, labels)
    return Example(**{**row, "also": tuple(row["also"])})


def _check_shape(row: dict[str, Any], past: bool) -> None:
    if not isinstance(row["text"], str) or not row["text"].strip():
        raise DataError("text must be a message that is not empty.")
    if not isinstance(row["intent"], str) and not (past and row["intent"] is None and row["service"]):
        raise DataError("intent must be a name.")
    if not isinstance(row["also"], list) or not all(isinstance(name, str) for name in row["also"]):
        raise DataError("also must be a list of services.")
    for key in ("service", "faq", "place"):
        if not isinstance(row[key], str | None):
            raise DataError(f"{key} must be a name or null.")
    if row["place"] is not None and (not row["place"] or row["place"] not in row["text"]):
        raise DataError("place must be a part of the text, letter by letter, or null.")


def _check_labels(row: dict[str, Any], labels: Labels) -> None:
    _check_known("intent", [row["intent"]], labels.intents | {None})
    _check_known("service", [row["service"], *row["also"]], labels.services | {None})
    _check_known("faq", [row["faq"]], labels.faq | {None})
    if row["also"] and row["service"] is None:
        raise DataError("also needs a main service beside it.")
    if row["intent"] in labels.needs_service and row["service"] is None:
        raise DataError(f"intent {row['intent']} needs a service.")
    if row["faq"] is not None and row["intent"] not in labels.has_faq:
        raise DataError(f"only {', '.join(sorted(labels.has_faq))} may have a faq topic.")


def _check_known(kind: str, names: list[str | None], known: frozenset[str | None]) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise DataError(f"{kind} {unknown[0]!r} is not in labels.yml; correct it or add it there.")
