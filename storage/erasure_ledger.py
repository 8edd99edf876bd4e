"""The erasure ledger's file: a line of JSON for each erasure, each holding the digest of the line before it."""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

GENESIS = "0" * 64
TAIL = 64 * 1024


class LedgerDamagedError(Exception):
    """A line of the file is not what was written, or lines are missing; ``line`` counts from one."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"Line {line} {reason}.")
        self.line = line


@dataclass(frozen=True)
class LedgerLine:
    """One erasure as the file has it; times are ISO texts in UTC, ``since``: when its citizen first came."""

    erasure: int
    citizen: int
    since: str
    at: str
    reason: str
    counts: Mapping[str, int]
    proof: str


@dataclass(frozen=True)
class LedgerFile:
    """A ledger at ``path``; the file is made with its first line."""

    path: Path

    def exists(self) -> bool:
        return self.path.is_file()

    def lines(self) -> Iterator[LedgerLine]:
        """All lines, the oldest first. LedgerDamagedError at the first that follows from none."""
        before = GENESIS
        if not self.exists():
            return
        with self.path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                if not raw.endswith(b"\n"):
                    return  # somebody died while writing it; it is written again
                line, before = _read(raw, number, before)
                yield line

    def last(self) -> LedgerLine | None:
        """The newest whole line, without looking at those before it; None where there is none."""
        raw = self._last_raw()
        return _parsed(raw, 0)[0] if raw else None

    def append(self, lines: Iterable[LedgerLine]) -> None:
        """Add ``lines`` and see them onto the disk; what stands among the newest already is not added again.

        OSError where it cannot be written, LedgerDamagedError where its end cannot be read.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not self.path.exists()
        with self._locked() as file:
            _cut_half_line(file)
            raw = self._last_raw()
            before = _parsed(raw, 0)[1] if raw else GENESIS
            known = self.recent()
            for line in lines:
                if line.proof not in known:
                    text, before = _written(line, before)
                    file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            _sync_folder(self.path.parent)

    @contextmanager
    def _locked(self) -> Iterator[IO[bytes]]:
        with self.path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file

    def recent(self) -> frozenset[str]:
        """The proofs of the newest lines, some hundred of them."""
        return frozenset(_parsed(raw, 0)[0].proof for raw in self._tail())

    def _last_raw(self) -> bytes | None:
        return next(reversed(self._tail()), None)

    def _tail(self) -> list[bytes]:
        """The whole lines within the last pages of the file."""
        if not self.exists():
            return []
        with self.path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            start = file.seek(max(0, size - TAIL))
            found = file.read().splitlines(keepends=True)
        return [raw for raw in (found[1:] if start else found) if raw.endswith(b"\n")]


def _written(line: LedgerLine, before: str) -> tuple[bytes, str]:
    told = {**vars(line), "counts": dict(line.counts), "before": before}
    digest = _digest(told)
    return json.dumps({**told, "digest": digest}, sort_keys=True).encode() + b"\n", digest


def _read(raw: bytes, number: int, before: str) -> tuple[LedgerLine, str]:
    line, digest = _parsed(raw, number)
    told = json.loads(raw)
    if told.get("before") != before:
        raise LedgerDamagedError(number, "does not follow the one before it: lines were changed or taken out")
    told.pop("digest")
    if _digest(told) != digest:
        raise LedgerDamagedError(number, "was changed")
    return line, digest


def _parsed(raw: bytes, number: int) -> tuple[LedgerLine, str]:
    try:
        told: dict[str, Any] = json.loads(raw)
        line = LedgerLine(**{name: told[name] for name in LedgerLine.__dataclass_fields__})
        return line, str(told["digest"])
    except (ValueError, KeyError, TypeError):
        raise LedgerDamagedError(number, "cannot be read") from None


def _digest(told: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _cut_half_line(file: IO[bytes]) -> None:
    """Whoever died while writing leaves half a line; its erasure is still marked as not written."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - TAIL))
    rest = file.read()
    if rest and not rest.endswith(b"\n"):
        file.truncate(size - len(rest) + rest.rfind(b"\n") + 1)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
