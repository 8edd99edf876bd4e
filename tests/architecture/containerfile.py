"""The Containerfile as tests read it, and its steps followed by hand where no engine runs."""

import re
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path

from bot.settings import ROOT

IMAGES = ROOT / "docs" / "operations" / "containers"
TEXT = (IMAGES / "Containerfile").read_text()
IGNORE = (IMAGES / "Containerfile.dockerignore").read_text().splitlines()
THERE = "/opt/suarakota"
VENDOR = "handlers/static/vendor"
# Done once here as well, but by make: what they install is locked, what they train takes minutes.
NOT_BY_HAND = ("uv ", "python3 -m pip ", "./collect.sh ", "if [ -d /opt/suarakota/city/nlu ]")


def stages() -> dict[str, list[str]]:
    """The instructions of each stage, a line each."""
    lines = re.sub(r"\\\n\s*", " ", re.sub(r"^\s*#.*\n", "", TEXT, flags=re.MULTILINE)).splitlines()
    found: dict[str, list[str]] = {"": []}
    for line in filter(None, map(str.strip, lines)):
        if line.startswith("FROM "):
            found[line.rpartition(" AS ")[2]] = []
        found[list(found)[-1]].append(line)
    return found


def copies(stage: str) -> list[list[str]]:
    """The words of each COPY of a stage."""
    return [step.split()[1:] for step in stages()[stage] if step.startswith("COPY ")]


def sent() -> list[str]:
    """What goes to the builder."""
    return [line[1:] for line in IGNORE if line.startswith("!")]


def follow(stage: str, to: Path) -> Path:
    """Copy what ``stage`` copies to ``to``, run what it runs; its working folder. Environments are ours."""
    here = to
    for step in stages()[stage]:
        word, _, rest = step.partition(" ")
        if word == "WORKDIR":
            here = _inside(to, rest, to)
            here.mkdir(parents=True, exist_ok=True)
        elif word == "COPY":
            _copy(to, here, rest.split())
        elif word == "RUN" and not rest.startswith(NOT_BY_HAND):
            subprocess.run(["sh", "-c", rest.replace(THERE, str(to))], cwd=here, check=True)
        elif word == "RUN" and rest.startswith("uv "):
            (here / ".venv").symlink_to(ROOT / here.relative_to(to) / ".venv")
    return here


def _copy(to: Path, here: Path, words: list[str]) -> None:
    *sources, target = words
    if "--from=city" in words:
        return  # empty for the sample city
    if "--from=frontend" in words:
        sources = [VENDOR]
    for source in sources:
        assert "--from=frontend" in words or any(f"{source}/".startswith(f"{part}/") for part in sent()), source
        for path in ROOT.glob(source):
            _place(path, _inside(to, target, here), into=target.endswith("/"), all_of_it=source == VENDOR)


def _place(path: Path, target: Path, *, into: bool, all_of_it: bool) -> None:
    if path.is_dir():
        shutil.copytree(path, target, ignore=None if all_of_it else _ignored, dirs_exist_ok=True)
        return
    target = target / path.name if into else target
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, target)


def _ignored(folder: str, names: list[str]) -> set[str]:
    """What the builder is not sent."""
    patterns = [line for line in IGNORE if not line.startswith(("!", "#", "*\n"))]
    inside = Path(folder).relative_to(ROOT).as_posix()
    return {
        name
        for name in names
        if any(fnmatch(f"{inside}/{name}", pattern.replace("**", "*")) for pattern in patterns if pattern != "*")
    }


def _inside(to: Path, path: str, here: Path) -> Path:
    return to / path.removeprefix(THERE).lstrip("/") if path.startswith(THERE) else here / path
