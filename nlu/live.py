"""Which model is live and where it is served: small files by which app, ``nlu promote`` and supervisor agree.

Every running system has a folder of its own, named by its port. ``live.json`` is written by the supervisor alone,
``request-ID.json`` by whoever wants another model, ``answer-ID.json`` by the supervisor again.
"""

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "nlu"
LIVE = "live.json"


@dataclass(frozen=True)
class Live:
    """What is served. ``chosen``: a person promoted it, so it stays when the system starts anew."""

    model: str
    url: str
    former: str | None
    chosen: bool
    pid: int

    @property
    def is_running(self) -> bool:
        """Whether the supervisor that wrote this is still there."""
        if self.pid <= 1:
            return False
        try:
            os.kill(self.pid, 0)
        except (ProcessLookupError, OverflowError):
            return False
        except PermissionError:
            pass
        return True


def folder_of(port: int | str, data: Path | None = None) -> Path:
    """The folder of the system that listens on ``port``; a city with ``data`` of its own has its own."""
    return FOLDER / (f"{port}-{data.parent.name}" if data else str(port))


def read_live(folder: Path) -> Live | None:
    """What ``live.json`` says; None where there is none or it makes no sense."""
    content = read_json(folder / LIVE)
    try:
        return Live(**content) if content else None
    except TypeError:
        return None


def write_live(folder: Path, live: Live) -> None:
    """Replace ``live.json`` in one step."""
    write_json(folder / LIVE, asdict(live))


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in a file; None where there is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a file so that a reader sees either what was there or all of what is new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=".", suffix=".new", delete=False, encoding="utf-8"
    ) as new:
        json.dump(content, new)
        new.flush()
        os.fchmod(new.fileno(), 0o644)  # there is no secret in it, and whoever serves may be another user
        os.fsync(new.fileno())
    Path(new.name).replace(path)


class LiveUrl:
    """Where the live model is served: follows ``live.json``; keeps to what it knew while that cannot be read."""

    def __init__(self, folder: Path, first: str) -> None:
        self._folder, self._url = folder, first
        self._seen: tuple[int, int] | None = None

    def __call__(self) -> str:
        try:
            status = (self._folder / LIVE).stat()
        except OSError:
            return self._url
        version = (status.st_mtime_ns, status.st_ino)
        if version != self._seen:
            live = read_live(self._folder)
            self._url, self._seen = (live.url if live else self._url), version
        return self._url
