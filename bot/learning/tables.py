"""Reads a CSV file that someone exported from elsewhere, and says in a sentence what is wrong with it."""

import codecs
import csv
import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.errors import BotError

DELIMITERS = ",;\t"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class TableError(BotError):
    """The file cannot be used as it is; the message is one sentence and says what to do."""


@dataclass(frozen=True)
class Entry:
    """One row, as written. ``line`` is the line of the file on which the row ends."""

    line: int
    text: str
    label: str
    time: str = ""


def read_table(path: Path, text: str, label: str, time: str | None = None) -> list[Entry]:
    """The rows of a CSV with the columns of these names. TableError."""
    names = [text, label, *([time] if time else [])]
    return [Entry(line, *values) for line, values in read_columns(path, names)]


def read_columns(path: Path, names: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Line and values of each row of a CSV in UTF-8, separated by comma, semicolon or tab. TableError."""
    content = _decoded(path)
    csv.field_size_limit(sys.maxsize)
    delimiter = max(DELIMITERS, key=content.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter)
    try:
        header = [name.strip() for name in next(reader, [])]
        places = [_place(path, header, name) for name in names]
        for row in reader:
            if row:
                yield reader.line_num, [row[place] if place < len(row) else "" for place in places]
    except csv.Error:
        raise TableError(f"{path.name} is no CSV file from line {reader.line_num} on; save it as CSV.") from None


def _place(path: Path, header: Sequence[str], name: str) -> int:
    if name in header:
        return header.index(name)
    there = ", ".join(f"'{column[:40]}'" for column in header[:12]) or "none"
    raise TableError(f"{path.name} has no column '{name}'; its columns are: {there}.")


def _decoded(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TableError(f"{path.name} cannot be read: {error.strerror}.") from None
    try:
        if content.startswith(UTF_16) or b"\0" in content[:1000]:
            raise TableError(_other_encoding(path, "UTF-16"))
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = "Windows-1252" if _is_windows(content) else "no encoding that is known here"
        line = content[: error.start].count(b"\n") + 1
        where = f" (the first such letter is in line {line})"
        raise TableError(_other_encoding(path, found, where)) from None


def _is_windows(content: bytes) -> bool:
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return True


def _other_encoding(path: Path, found: str, where: str = "") -> str:
    return f"{path.name} is not in UTF-8 but looks like {found}{where}; save it again as 'CSV UTF-8'."
