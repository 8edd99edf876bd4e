"""A folder of files that is there whole or not at all, whatever happens while it is written."""

import csv
import gzip
import hashlib
import io
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from storage.files import sync_folder

# A writer that was killed leaves its unfinished folder; nobody takes so long.
ABANDONED_AFTER_S = 24 * 3600
READ_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Written:
    """One file: how many rows below its header, how large, and the SHA-256 of it as it lies there."""

    rows: int
    size: int
    sha256: str


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A folder to write into that takes the place of ``target`` at the end, and goes when anything fails.

    OSError where the disk is full or the folder cannot be written; ``target`` is then as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        unfinished.mkdir()
        _forget_abandoned(target, unfinished.stat().st_mtime)
        yield unfinished
        sync_folder(unfinished)
        _take_place(unfinished, target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Written:
    """A compressed CSV, the same for the same rows; empty cells for None, ``true`` and ``false``."""
    number = 0
    with path.open("wb") as file:
        with _compressed(file) as text:
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(header)
            for number, row in enumerate(rows, start=1):  # noqa: B007 - told after the loop
                writer.writerow([_cell(value) for value in row])
        _flush(file)
    return Written(number, path.stat().st_size, _hash_of(path))


def write_text(path: Path, text: str) -> None:
    """A small file beside the tables."""
    with path.open("wb") as file:
        file.write(text.encode())
        _flush(file)


@contextmanager
def _compressed(file: BinaryIO) -> Iterator[io.TextIOWrapper]:
    # Without a name and a time in it, so that the same rows give the same file.
    packed = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file, mtime=0)
    with packed, io.TextIOWrapper(packed, encoding="utf-8", newline="") as text:
        yield text


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def _hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(READ_AT_ONCE):
            digest.update(part)
    return digest.hexdigest()


def _take_place(unfinished: Path, target: Path) -> None:
    """What stood there before gives way: for a moment there is neither, never a half."""
    former = target.with_name(f"{unfinished.name}.old")
    if target.exists():
        target.rename(former)
    unfinished.rename(target)
    sync_folder(target.parent)
    shutil.rmtree(former, ignore_errors=True)


def _forget_abandoned(target: Path, now: float) -> None:
    for left in target.parent.glob(f".{target.name}.*"):
        if now - left.stat().st_mtime > ABANDONED_AFTER_S:
            shutil.rmtree(left, ignore_errors=True)


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
