"""Reads messages to be evaluated on: JSON Lines or CSV files with whatever labels they have."""

import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dataset import DataError, Example, Labels, read_labels
from fingerprint import EVALUATION

COLUMNS = ("intent", "service", "faq", "also", "place")

_Row = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class Cases:
    """The messages, the columns that all of their files have, and how many rows had no text.

    An intent that is not known is the empty string.
    """

    examples: list[Example]
    columns: frozenset[str]
    without_text: int = 0


def read_cases(path: Path = EVALUATION, labels: Labels | None = None) -> Cases:
    """Reads one file, or every .jsonl and .csv below a directory. Raises DataError, one sentence."""
    labels = labels or read_labels()
    if path.is_dir():
        files = sorted(file for ending in ("jsonl", "csv") for file in path.rglob(f"*.{ending}"))
        if not files:
            raise DataError(f"{path.name}/ holds no .jsonl or .csv file to evaluate on.")
    else:
        files = [path]
    parts = [_read_file(file, labels) for file in files]
    return Cases(
        [example for part in parts for example in part.examples],
        frozenset.intersection(*(part.columns for part in parts)),
        sum(part.without_text for part in parts),
    )


def _read_file(path: Path, labels: Labels) -> Cases:
    rows = list(_rows_of(path))
    if not rows:
        raise DataError(f"{path.name} holds no messages.")
    columns = set.union(*(set(row) for _, row in rows))
    if "text" not in columns:
        raise DataError(f"{path.name} has no column 'text'; name the column with the messages so.")
    if not columns & set(COLUMNS):
        raise DataError(f"{path.name} has none of the columns {', '.join(COLUMNS)} to compare with.")
    examples = [_example(path.name, number, row, labels) for number, row in rows if _text(row)]
    if not examples:
        raise DataError(f"{path.name} holds no messages: every text is empty.")
    return Cases(examples, frozenset(columns & set(COLUMNS)), len(rows) - len(examples))


def _rows_of(path: Path) -> Iterator[_Row]:
    try:
        yield from _csv_rows(path) if path.suffix.lower() == ".csv" else _json_rows(path)
    except UnicodeDecodeError:
        raise DataError(f"{path.name} is not UTF-8; save it again as UTF-8.") from None
    except csv.Error:
        raise DataError(f"{path.name} is no CSV file; save it again as CSV.") from None
    except OSError:
        raise DataError(f"{path.name} cannot be read; name a .jsonl or .csv file.") from None


def _csv_rows(path: Path) -> Iterator[_Row]:
    csv.field_size_limit(sys.maxsize)
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        for row in reader:
            yield reader.line_num, {str(name).strip().lower(): value for name, value in row.items() if name}


def _json_rows(path: Path) -> Iterator[_Row]:
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), start=1):
        if line.strip():
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            if not isinstance(row, dict):
                raise DataError(f"{path.name}:{number}: not JSON; write one JSON object a line.")
            yield number, row


def _text(row: dict[str, Any]) -> str:
    text = row.get("text")
    return text if isinstance(text, str) and text.strip() else ""


def _example(name: str, number: int, row: dict[str, Any], labels: Labels) -> Example:
    example = Example(_text(row), *(_label(row, column) or None for column in ("intent", "service")))
    example = replace(example, intent=example.intent or "", faq=_label(row, "faq") or None)
    example = replace(example, also=_list(row.get("also")), place=_place(row))
    for kind, values, known in (
        ("intent", [example.intent or None], labels.intents),
        ("service", [example.service, *example.also], labels.services),
        ("faq", [example.faq], labels.faq),
    ):
        unknown = next((value for value in values if value and value not in known), None)
        if unknown:
            raise DataError(f"{name}:{number}: {kind} {unknown!r} is not in labels.yml; correct it there.")
    return example


def _label(row: dict[str, Any], column: str) -> str:
    value = row.get(column)
    return value.strip() if isinstance(value, str) else ""


def _list(value: Any) -> tuple[str, ...]:
    """A JSON list, or names with commas or spaces between them."""
    parts = value if isinstance(value, list) else str(value or "").replace(",", " ").split()
    return tuple(str(part) for part in parts)


def _place(row: dict[str, Any]) -> str | None:
    """The place, where it is a part of the text; a column of districts cannot be compared with."""
    place = _label(row, "place")
    return place if place and place in row["text"] else None
